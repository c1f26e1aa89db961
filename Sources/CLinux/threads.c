#define _GNU_SOURCE
#include "CLinux.h"

#include <pthread.h>
#include <sys/eventfd.h>

void p1_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int p1_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
