#define _GNU_SOURCE
#include "arrivals.h"

#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

void sleep_until(double time) {
    struct timespec until = {(time_t)time, (long)((time - (time_t)time) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int ends_in(const char *text, const char *end) {
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static void on_connect(struct mosquitto *client, void *user, int code) {
    (void)user;
    if (code == 0) mosquitto_subscribe(client, NULL, "p1/#", 1);
}

static void on_subscribe(struct mosquitto *client, void *user, int id, int count, const int *granted) {
    (void)client, (void)id, (void)count, (void)granted;
    atomic_store(&((struct arrivals *)user)->subscribed, 1);
}

static void on_message(struct mosquitto *client, void *user, const struct mosquitto_message *message) {
    (void)client;
    struct arrivals *arrivals = user;
    // What the bridge says of itself comes when it likes, as does whether the meter is there.
    int is_value = strncmp(message->topic, "p1/bridge/", 10) != 0 && !ends_in(message->topic, "/availability");
    if (message->retain || !is_value) return;
    double time = now();
    if (arrivals->first == 0) {
        arrivals->first = time;
        arrivals->messages = arrivals->bytes = 0;
    }
    arrivals->messages += 1;
    arrivals->bytes += (long)strlen(message->topic) + message->payloadlen;
    if (!ends_in(message->topic, "/json")) return;
    long batch = arrivals->batches;
    arrivals->last[batch % MAX_BATCHES] = time;
    arrivals->batches = batch + 1;
}

struct arrivals *subscribe(int port) {
    struct arrivals *arrivals = mmap(NULL, sizeof *arrivals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (arrivals == MAP_FAILED) exit(1);
    pid_t parent = getpid();
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        mosquitto_lib_init();
        struct mosquitto *client = mosquitto_new(NULL, true, arrivals);
        mosquitto_connect_callback_set(client, on_connect);
        mosquitto_subscribe_callback_set(client, on_subscribe);
        mosquitto_message_callback_set(client, on_message);
        mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
        if (mosquitto_connect(client, "127.0.0.1", port, 60) == 0) mosquitto_loop_forever(client, -1, 1);
        _exit(1);
    }
    for (double limit = now() + 10; !arrivals->subscribed;) {
        if (now() > limit) {
            fprintf(stderr, "no broker on port %d\n", port);
            exit(1);
        }
        sleep_until(now() + 0.001);
    }
    return arrivals;
}

int await_batches(struct arrivals *arrivals, long count, double limit) {
    for (double end = now() + limit; arrivals->batches < count; sleep_until(now() + 0.0005)) {
        if (now() > end) return 0;
    }
    return 1;
}
