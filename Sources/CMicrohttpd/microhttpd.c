#include "CMicrohttpd.h"

#include <dlfcn.h>
#include <stddef.h>

// The name that Debian 12 and 13 have; later ones of this library keep it as long as programs need no change.
#define LIBRARY "libmicrohttpd.so.12"

#define FUNCTIONS(DO) \
    DO(MHD_start_daemon) DO(MHD_stop_daemon) DO(MHD_get_daemon_info) DO(MHD_run) DO(MHD_get_timeout) \
    DO(MHD_get_connection_info) DO(MHD_create_response_from_buffer) DO(MHD_create_response_from_callback) \
    DO(MHD_add_response_header) DO(MHD_queue_response) DO(MHD_destroy_response)

#define MEMBER(name) __typeof__(&name) name;
static struct { FUNCTIONS(MEMBER) } http;

const char *p1_http_open(void) {
    static int is_open;
    if (is_open) return NULL;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define FIND(name) \
    if (!(http.name = (__typeof__(&name))dlsym(library, #name))) return dlerror();
    FUNCTIONS(FIND)
    is_open = 1;
    return NULL;
}

struct MHD_Daemon *p1_http_start(int listener, p1_http_limits limits, MHD_AccessHandlerCallback answer,
                                 MHD_NotifyConnectionCallback note, void *context) {
    return http.MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, context,
                                 MHD_OPTION_LISTEN_SOCKET, listener,
                                 MHD_OPTION_CONNECTION_LIMIT, limits.connections,
                                 MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits.connections_of_address,
                                 MHD_OPTION_CONNECTION_TIMEOUT, limits.timeout,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.memory,
                                 MHD_OPTION_NOTIFY_CONNECTION, note, context,
                                 MHD_OPTION_END);
}

void p1_http_stop(struct MHD_Daemon *daemon) { http.MHD_stop_daemon(daemon); }

int p1_http_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = http.MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

int64_t p1_http_run(struct MHD_Daemon *daemon) {
    MHD_UNSIGNED_LONG_LONG timeout;
    http.MHD_run(daemon);
    return http.MHD_get_timeout(daemon, &timeout) == MHD_YES ? (int64_t)timeout : -1;
}

int p1_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = http.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status, const char *type, struct MHD_Response *response) {
    if (!response) return MHD_NO;
    http.MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    http.MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result result = http.MHD_queue_response(connection, status, response);
    http.MHD_destroy_response(response);
    return result;
}

enum MHD_Result p1_http_answer(struct MHD_Connection *connection, unsigned status, const char *type, const char *name,
                               const char *value, const void *text, size_t count) {
    // It is copied: the cast takes away no promise.
    struct MHD_Response *response = http.MHD_create_response_from_buffer(count, (void *)text, MHD_RESPMEM_MUST_COPY);
    if (response && name) http.MHD_add_response_header(response, name, value);
    return queue(connection, status, type, response);
}

enum MHD_Result p1_http_stream(struct MHD_Connection *connection, const char *type, MHD_ContentReaderCallback read,
                               MHD_ContentReaderFreeCallback release, void *context) {
    struct MHD_Response *response = http.MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, read, context, release);
    if (!response) release(context);
    return queue(connection, MHD_HTTP_OK, type, response);
}
