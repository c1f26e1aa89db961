// Plays a meter on a pseudo-terminal to a program that publishes what it sends, and measures that program.
//
//     played-meter PORT BATCHES GAP TELEGRAMS LINK PROGRAM ARGUMENTS...
//
// TELEGRAMS is a file of telegrams; LINK becomes a symbolic link to the terminal. GAP milliseconds pass between telegrams.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "arrivals.h"
#include "results.h"

enum { MAX_TELEGRAMS = 256 };

static struct { char *start; size_t length; } telegrams[MAX_TELEGRAMS];
static int count;

static void read_telegrams(const char *path) {
    static char bytes[1 << 20];
    FILE *file = fopen(path, "r");
    if (!file) exit((perror(path), 1));
    size_t size = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    for (char *start = bytes, *end; start < bytes + size && count < MAX_TELEGRAMS; start = end) {
        end = strchr(start, '!');
        end = end ? strchr(end, '\n') : NULL;
        if (!end) break;
        end += 1;
        telegrams[count].start = start;
        telegrams[count++].length = (size_t)(end - start);
    }
    if (count == 0) exit((fprintf(stderr, "%s holds no telegram\n", path), 1));
}

static int meter, line;

static void open_terminal(const char *link) {
    struct termios settings;
    meter = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (meter < 0 || grantpt(meter) || unlockpt(meter)) exit((perror("pseudo-terminal"), 1));
    // Held open, so that the terminal keeps what is written to it before the program comes.
    line = open(ptsname(meter), O_RDWR | O_NOCTTY | O_CLOEXEC);
    tcgetattr(line, &settings);
    cfmakeraw(&settings);
    tcsetattr(line, TCSANOW, &settings);
    unlink(link);
    if (symlink(ptsname(meter), link)) exit((perror(link), 1));
}

static void send_telegram(int number) {
    const char *start = telegrams[number % count].start;
    size_t rest = telegrams[number % count].length;
    while (rest > 0) {
        ssize_t sent = write(meter, start, rest);
        if (sent < 0) exit((perror("write"), 1));
        start += sent;
        rest -= (size_t)sent;
    }
}

static double cpu_of(pid_t process) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &time)) exit((fprintf(stderr, "the program has ended\n"), 1));
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static pid_t start_program(char **command) {
    pid_t program = fork();
    if (program == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    return program;
}

int main(int argc, char **argv) {
    if (argc < 7) return fprintf(stderr, "usage: played-meter PORT BATCHES GAP TELEGRAMS LINK PROGRAM ARGUMENTS...\n"), 2;
    int batches = atoi(argv[2]), number = 0;
    double gap = atof(argv[3]) / 1000, *latencies = calloc((size_t)batches, sizeof *latencies);
    read_telegrams(argv[4]);
    struct arrivals *arrivals = subscribe(atoi(argv[1]));
    open_terminal(argv[5]);
    double started = now();
    pid_t program = start_program(argv + 6);
    // A telegram is always waiting until the program takes one.
    for (; arrivals->first == 0; sleep_until(now() + 0.001)) {
        int unread = 0;
        if (ioctl(line, FIONREAD, &unread) == 0 && unread == 0) send_telegram(number++);
        if (now() - started > 10 || waitpid(program, NULL, WNOHANG)) return fprintf(stderr, "%s published nothing\n", argv[6]), 1;
    }
    double first = arrivals->first - started;
    // Until it has said all that it says once.
    sleep_until(now() + 2);
    for (int i = 0; i < 5; i++) send_telegram(number++), sleep_until(now() + 0.2);
    double next = now(), start_cpu = cpu_of(program);
    for (int batch = 0; batch < batches; batch++, next += gap) {
        sleep_until(next);
        long whole = arrivals->batches;
        arrivals->first = 0;
        send_telegram(number++);
        double sent = now();
        if (!await_batches(arrivals, whole + 1, 5)) return fprintf(stderr, "a telegram was not published\n"), 1;
        latencies[batch] = arrivals->last[whole % MAX_BATCHES] - sent;
    }
    sleep_until(next);
    double busy = cpu_of(program) - start_cpu;
    print_latencies(latencies, batches);
    printf("cpu_us %.1f\nmessages %ld\nbytes %ld\n", busy / batches * 1e6, arrivals->messages, arrivals->bytes);
    printf("start_ms %.1f\nhwm_kB %ld\nanon_kB %ld\n", first * 1000, status_of(program, "VmHWM"), status_of(program, "RssAnon"));
    kill(program, SIGTERM);
    waitpid(program, NULL, 0);
    return 0;
}
