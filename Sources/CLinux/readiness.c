#include "CLinux.h"

#include <sys/epoll.h>

int p1_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int p1_epoll_add(int set, int descriptor, uint32_t events, uint32_t place) {
    struct epoll_event event = {.events = events, .data = {.u32 = place}};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int p1_epoll_remove(int set, int descriptor) { return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, 0); }

int p1_epoll_wait(int set, p1_ready *ready, int capacity, int timeout) {
    struct epoll_event events[64];
    int count = epoll_wait(set, events, capacity < 64 ? capacity : 64, timeout);
    for (int i = 0; i < count; i++) ready[i] = (p1_ready){.events = events[i].events, .place = events[i].data.u32};
    return count;
}
