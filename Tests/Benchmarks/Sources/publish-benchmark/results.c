#include "results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void print_latencies(double *seconds, int count) {
    int stalls = 0;
    qsort(seconds, (size_t)count, sizeof *seconds, order);
    for (int i = 0; i < count; i++) stalls += seconds[i] >= 0.030;
    printf("last_us %.0f\nleast_us %.0f\nmost_us %.0f\nstalls %d\n", seconds[count / 2] * 1e6, seconds[0] * 1e6, seconds[count - 1] * 1e6, stalls);
}

long status_of(pid_t process, const char *key) {
    char path[64], line[256];
    long value = -1;
    if (process) snprintf(path, sizeof path, "/proc/%d/status", process);
    FILE *file = fopen(process ? path : "/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':') value = atol(line + strlen(key) + 1);
    }
    if (file) fclose(file);
    return value;
}
