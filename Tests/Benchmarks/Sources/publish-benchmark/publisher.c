// The lower bound: a plain C program that publishes batches of messages and does nothing else.
//
//     bare-publisher [-5] [-t PORT:CAFILE] PORT BATCHES GAP [FILE]
//
// FILE holds the retained messages of a batch, a topic, a tab and the payload on each line, p1/json last; with MQTT 5 also
// its format indicator, content type and user properties (NAME:VALUE with blanks between), a tab before each. Without it,
// 40 messages of 10 bytes and one of 2,500. Each batch is corked, and mosquitto_loop waits the GAP milliseconds until the
// next one. With -5 it speaks MQTT 5, with -t it publishes over TLS to another port of the same broker.
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "arrivals.h"
#include "results.h"

enum { MAX_MESSAGES = 256, LINE = 65536 };

static struct { char *topic, *payload; int length; mosquitto_property *properties; } messages[MAX_MESSAGES];
static int count;

static void add(const char *topic, const char *payload) {
    if (count == MAX_MESSAGES) exit(1);
    messages[count].topic = strdup(topic);
    messages[count].payload = strdup(payload);
    messages[count++].length = (int)strlen(payload);
}

// What stands behind the payload, made once as the service does.
static void add_properties(char *format, char *type, char *users) {
    mosquitto_property **list = &messages[count - 1].properties;
    if (*format) mosquitto_property_add_byte(list, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, (uint8_t)atoi(format));
    if (*type) mosquitto_property_add_string(list, MQTT_PROP_CONTENT_TYPE, type);
    for (char *user = strtok(users, " "); user; user = strtok(NULL, " ")) {
        char *value = strchr(user, ':');
        if (!value) exit((fprintf(stderr, "property: %s\n", user), 1));
        *value++ = 0;
        mosquitto_property_add_string_pair(list, MQTT_PROP_USER_PROPERTY, user, value);
    }
}

static void read_messages(const char *path) {
    static char line[LINE];
    FILE *file = fopen(path, "r");
    if (!file) exit((perror(path), 1));
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *fields[5] = {line};
        int found = 1;
        for (char *tab; found < 5 && (tab = strchr(fields[found - 1], '\t')); found++) *tab = 0, fields[found] = tab + 1;
        if (found > 1) add(line, fields[1]);
        if (found == 5) add_properties(fields[2], fields[3], fields[4]);
    }
    fclose(file);
}

static void make_messages(void) {
    static char document[2501];
    for (int i = 0; i < 40; i++) {
        char topic[64];
        snprintf(topic, sizeof topic, "p1/electricity/value_of_meter_%d", i);
        add(topic, "0123456789");
    }
    memset(document, 'x', 2500);
    add("p1/json", document);
}

static void cork(struct mosquitto *client, int on) {
    setsockopt(mosquitto_socket(client), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

static double cpu(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

// `tls` is PORT:CAFILE, or null.
static struct mosquitto *connect_client(int port, int version, const char *tls) {
    struct mosquitto *client = mosquitto_new(NULL, true, NULL);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version);
    if (tls && mosquitto_tls_set(client, strchr(tls, ':') + 1, NULL, NULL, NULL, NULL)) exit((fprintf(stderr, "TLS: %s\n", tls), 1));
    int error = mosquitto_connect(client, "127.0.0.1", tls ? atoi(tls) : port, 60);
    if (error) exit((fprintf(stderr, "connect: %s\n", mosquitto_strerror(error)), 1));
    for (int i = 0; i < 10; i++) mosquitto_loop(client, 10, 1);
    return client;
}

int main(int argc, char **argv) {
    int version = MQTT_PROTOCOL_V311;
    const char *tls = NULL;
    for (int option; (option = getopt(argc, argv, "5t:")) != -1;) {
        if (option == '5') version = MQTT_PROTOCOL_V5;
        else if (option == 't' && strchr(optarg, ':')) tls = optarg;
        else argc = 0;
    }
    char **arguments = argv + optind;
    if (argc - optind < 3) return fprintf(stderr, "usage: bare-publisher [-5] [-t PORT:CAFILE] PORT BATCHES GAP [FILE]\n"), 2;
    const char *path = arguments[3];
    int port = atoi(arguments[0]), batches = atoi(arguments[1]);
    double gap = atof(arguments[2]) / 1000, *latencies = calloc((size_t)batches, sizeof *latencies), busy = 0;
    path ? read_messages(path) : make_messages();
    struct arrivals *arrivals = subscribe(port);
    mosquitto_lib_init();
    struct mosquitto *client = connect_client(port, version, tls);
    // A few first ones that do not count.
    for (int batch = -5; batch < batches; batch++) {
        double start_cpu = cpu(), start = now();
        long whole = arrivals->batches;
        arrivals->first = 0;
        cork(client, 1);
        for (int i = 0; i < count; i++) {
            if (mosquitto_publish_v5(client, NULL, messages[i].topic, messages[i].length, messages[i].payload, 0, path != NULL,
                                     messages[i].properties)) return 1;
        }
        while (mosquitto_want_write(client)) mosquitto_loop_write(client, 1);
        cork(client, 0);
        for (double left; (left = start + gap - now()) > 0;) mosquitto_loop(client, (int)(left * 1000) + 1, 1);
        if (batch >= 0) busy += cpu() - start_cpu;
        if (!await_batches(arrivals, whole + 1, 5)) return fprintf(stderr, "a batch did not arrive\n"), 1;
        if (batch >= 0) latencies[batch] = arrivals->last[whole % MAX_BATCHES] - start;
    }
    print_latencies(latencies, batches);
    printf("cpu_us %.1f\nmessages %ld\nbytes %ld\nhwm_kB %ld\n", busy / batches * 1e6, arrivals->messages, arrivals->bytes, status_of(0, "VmHWM"));
    return 0;
}
