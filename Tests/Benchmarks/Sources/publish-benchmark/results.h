#pragma once
#include <sys/types.h>

// Prints the median, the least and the most of some seconds in microseconds, and how many are 30 milliseconds or more.
void print_latencies(double *seconds, int count);

// A number of /proc/PID/status, such as VmHWM in kB; of this process for 0. -1 when there is none.
long status_of(pid_t process, const char *key);
