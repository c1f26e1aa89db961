// The few calls of Linux that Swift's module of the C library leaves out. No logic.
#pragma once

/// Names the calling thread, at most 15 bytes. `pthread_setname_np` is GNU-only and hidden from Swift.
void p1_name_thread(const char *name);

/// An eventfd that is not inherited and does not block; -1 when it fails.
int p1_eventfd(void);

#include <stdint.h>

/// A descriptor that is ready: its `poll` events, which `epoll` shares on Linux, and the number it was added with.
typedef struct {
    uint32_t events;
    uint32_t place;
} p1_ready;

/// Swift's Glibc module leaves out <sys/epoll.h>. Each returns -1 with errno when it fails.
int p1_epoll_create(void);
int p1_epoll_add(int set, int descriptor, uint32_t events, uint32_t place);
int p1_epoll_remove(int set, int descriptor);
/// Fills in at most 64 of `ready` and returns their number; the others come with the next call.
int p1_epoll_wait(int set, p1_ready *ready, int capacity, int timeout);
