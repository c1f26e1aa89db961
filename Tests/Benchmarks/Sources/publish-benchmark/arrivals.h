// What a subscriber saw, shared between its process and the one that measures.
#pragma once
#include <stdatomic.h>

enum { MAX_BATCHES = 4096 };

struct arrivals {
    _Atomic int subscribed;
    // Whole batches: a message on a topic that ends in /json is the last of its batch.
    _Atomic long batches;
    // Of the batch that is under way or has just ended.
    _Atomic long messages, bytes;
    _Atomic double first;
    // Seconds of the monotonic clock at which each batch was whole.
    double last[MAX_BATCHES];
};

// Starts a process that subscribes to what a meter's values are published on, and notes what comes. It ends with its parent.
struct arrivals *subscribe(int port);

// Waits until so many batches have come, for at most so many seconds. Returns whether they did.
int await_batches(struct arrivals *arrivals, long count, double limit);

double now(void);
void sleep_until(double time);
