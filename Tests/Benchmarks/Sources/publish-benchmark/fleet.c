// Many dongles as one MQTT client: each second a telegram for each of so many meters, at an even pace.
//
//     fleet PORT METERS SECONDS TELEGRAM [FIRST] [PACE]
//
// TELEGRAM is a file with one telegram of the emulator's nl-dsmr50, whose equipment ids, time, first register and checksum
// are written anew for each. FIRST is the number of the first meter, 0 without it. Meter N is on dongles/meterN/telegram. PACE is the milliseconds
// from one telegram of a meter to its next, 1000 without it. Prints what was sent and how late the last of a round was.
#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "arrivals.h"

enum { SIZE = 4096 };

static char text[SIZE];
static size_t length;

static uint16_t checksum(const char *bytes, size_t count) {
    uint16_t crc = 0;
    for (size_t i = 0; i < count; i++) {
        crc ^= (uint8_t)bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

// The text behind the first "code(".
static char *value(const char *code) {
    char *place = strstr(text, code);
    if (!place) exit((fprintf(stderr, "no %s in the telegram\n", code), 1));
    return place + strlen(code);
}

// An equipment id of 16 digits, each of which is sent as its character's code in hexadecimal.
static void write_id(const char *code, unsigned long number) {
    char digits[32], *place = value(code);
    snprintf(digits, sizeof digits, "%016lu", number);
    for (int i = 0; i < 16; i++) place[2 * i] = '3', place[2 * i + 1] = digits[i];
}

// The time, which is that of winter.
static void write_time(time_t now) {
    char written[32];
    time_t local = now + 3600;
    struct tm parts;
    gmtime_r(&local, &parts);
    strftime(written, sizeof written, "%y%m%d%H%M%SW", &parts);
    memcpy(value("\n0-0:1.0.0("), written, 13);
}

static void write_meter(unsigned long meter, unsigned long round) {
    write_id("\n0-0:96.1.1(", 1000000 + meter);
    write_id("\n0-1:96.1.0(", 2000000 + meter);
    char kWh[32];
    snprintf(kWh, sizeof kWh, "%06lu.%03lu", (1000 + meter) % 1000000, round % 1000);
    memcpy(value("\n1-0:1.8.1("), kWh, 10);
    char *end = strrchr(text, '!');
    snprintf(end, 8, "!%04X\r\n", checksum(text, (size_t)(end + 1 - text)));
    length = (size_t)(end + 7 - text);
}

int main(int argc, char **argv) {
    if (argc < 5) return fprintf(stderr, "usage: fleet PORT METERS SECONDS TELEGRAM [FIRST] [PACE]\n"), 2;
    long meters = atol(argv[2]), rounds = atol(argv[3]);
    unsigned long first = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
    double pace = argc > 6 ? atof(argv[6]) / 1000 : 1;
    FILE *file = fopen(argv[4], "rb");
    if (!file) return perror(argv[4]), 1;
    length = fread(text, 1, SIZE - 16, file);
    fclose(file);
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(NULL, true, NULL);
    int error = mosquitto_connect(client, "127.0.0.1", atoi(argv[1]), 60);
    if (error) return fprintf(stderr, "connect: %s\n", mosquitto_strerror(error)), 1;
    for (int i = 0; i < 10; i++) mosquitto_loop(client, 10, 1);
    double start = now(), latest = 0;
    long sent = 0;
    for (long round = 0; round < rounds; round++) {
        write_time(time(NULL));
        for (long meter = 0; meter < meters; meter++) {
            double due = start + (round + (double)meter / meters) * pace;
            // In portions of 10 milliseconds: a turn of the loop for each would be all that this does.
            if (now() < due - 0.01) {
                while (mosquitto_want_write(client)) mosquitto_loop_write(client, 1);
                while (now() < due) mosquitto_loop(client, (int)((due - now()) * 1000) + 1, 1);
            }
            char topic[64];
            snprintf(topic, sizeof topic, "dongles/meter%lu/telegram", first + (unsigned long)meter);
            write_meter(first + (unsigned long)meter, (unsigned long)round);
            error = mosquitto_publish(client, NULL, topic, (int)length, text, 0, false);
            if (error) return fprintf(stderr, "publish: %s\n", mosquitto_strerror(error)), 1;
            sent++;
            if (now() - due > latest) latest = now() - due;
        }
    }
    while (mosquitto_want_write(client)) mosquitto_loop_write(client, 1);
    for (int i = 0; i < 10; i++) mosquitto_loop(client, 10, 1);
    mosquitto_disconnect(client);
    printf("sent %ld\nlatest_ms %.0f\n", sent, latest * 1000);
    return 0;
}
