#define _GNU_SOURCE
#include "CMosquitto.h"

#include <pthread.h>

void p1_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
