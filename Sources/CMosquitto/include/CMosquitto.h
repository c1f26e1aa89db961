// What Swift needs to reach libmosquitto, and the few calls of the C library that Swift cannot see. No logic.
#pragma once

#if !__has_include(<mosquitto.h>)
#error "libmosquitto is missing: apt install libmosquitto-dev"
#endif
#include <mosquitto.h>
#if LIBMOSQUITTO_VERSION_NUMBER < 2000011
#error "libmosquitto 2.0.11 or later is needed"
#endif

/// Names the calling thread, at most 15 bytes. `pthread_setname_np` is GNU-only and hidden from Swift.
void p1_name_thread(const char *name);

/// An eventfd that is not inherited and does not block; -1 when it fails. Swift's Glibc module leaves out <sys/eventfd.h>.
int p1_eventfd(void);

/// OpenSSL's result of verifying the broker's certificate (X509_V_...), and its text. The text is set to NULL where it
/// is not known. libmosquitto reports every TLS failure with one code; this tells an expired certificate from a foreign one.
long p1_tls_verify_result(struct mosquitto *handle, const char **text);

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
