// What Swift needs to reach libmicrohttpd, which is opened when it is first asked for and not linked: it and what it brings
// along would cost every bridge without metrics some megabytes. No logic.
#pragma once

#if !__has_include(<microhttpd.h>)
#error "the headers of libmicrohttpd are missing: apt install libmicrohttpd-dev"
#endif
#include <microhttpd.h>
#include <stdint.h>

// Swift has other names for the library's constants from one version of its header to the next.
static const enum MHD_Result p1_http_refused = MHD_NO;
static inline int p1_http_has_begun(enum MHD_ConnectionNotificationCode code) { return code == MHD_CONNECTION_NOTIFY_STARTED; }

/// Opens the library. NULL when it is there, else why not.
const char *p1_http_open(void);

typedef struct {
    /// Connections at a time, in all and from one address.
    unsigned connections, connections_of_address;
    /// Seconds in which nothing comes or goes.
    unsigned timeout;
    /// Bytes that a connection may use for what it has sent and what waits for it.
    size_t memory;
} p1_http_limits;

/// A server without a thread of its own at a socket that listens; it closes that at its end. NULL when it fails.
struct MHD_Daemon *p1_http_start(int listener, p1_http_limits limits, MHD_AccessHandlerCallback answer,
                                 MHD_NotifyConnectionCallback note, void *context);
void p1_http_stop(struct MHD_Daemon *daemon);

/// Readable while there is something to do.
int p1_http_descriptor(struct MHD_Daemon *daemon);

/// Does what there is to do. Returns the milliseconds after which it wants to be called again; -1: only when readable.
int64_t p1_http_run(struct MHD_Daemon *daemon);

int p1_http_socket(struct MHD_Connection *connection);

/// Answers with a text, which is copied, and ends the connection behind it. `name` and `value`: one more header, or NULL.
enum MHD_Result p1_http_answer(struct MHD_Connection *connection, unsigned status, const char *type, const char *name,
                               const char *value, const void *text, size_t count);

/// Answers with what `read` hands out, in portions, and ends the connection behind it.
enum MHD_Result p1_http_stream(struct MHD_Connection *connection, const char *type, MHD_ContentReaderCallback read,
                               MHD_ContentReaderFreeCallback release, void *context);
