#define _GNU_SOURCE
#include "CCurl.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

// The functions of libcurl that are used, by their names without the prefix.
#define EACH_FUNCTION(use)                                                                                               \
    use(global_init) use(version_info) use(easy_init) use(easy_cleanup) use(easy_setopt) use(easy_getinfo)               \
    use(easy_strerror) use(slist_append) use(slist_free_all) use(multi_init) use(multi_cleanup) use(multi_setopt)        \
    use(multi_add_handle) use(multi_remove_handle) use(multi_socket_action) use(multi_info_read) use(multi_timeout)
#define DECLARE(name) static __typeof__(&curl_##name) name;
EACH_FUNCTION(DECLARE)

static void *library;
static const curl_version_info_data *info;
// Not in every libcurl.
static __typeof__(&curl_ws_meta) ws_meta;

// OpenSSL's functions, which libcurl brings along: this program needs none of its headers.
static void *(*context_parameters)(void *);
static void (*set_name_flags)(void *, unsigned int);
static int (*set_name)(void *, const char *, size_t);
enum { ALWAYS_CHECK_SUBJECT = 0x1, NO_WILDCARDS = 0x2 };

const char *p1_curl_open(void) {
    library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define FIND(name)                                                                                                       \
    if (!(name = (__typeof__(name))dlsym(library, "curl_" #name))) return "it lacks the function curl_" #name;
    EACH_FUNCTION(FIND)
    ws_meta = (__typeof__(ws_meta))dlsym(library, "curl_ws_meta");
    context_parameters = (__typeof__(context_parameters))dlsym(library, "SSL_CTX_get0_param");
    set_name_flags = (__typeof__(set_name_flags))dlsym(library, "X509_VERIFY_PARAM_set_hostflags");
    set_name = (__typeof__(set_name))dlsym(library, "X509_VERIFY_PARAM_set1_host");
    if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return "it cannot be initialised";
    info = version_info(CURLVERSION_NOW);
    return info->version_num < 0x075500 ? "it is older than 7.85" : NULL;
}

const char *p1_curl_version(void) { return info->version; }

bool p1_curl_has(const char *protocol) {
    for (const char *const *name = info->protocols; *name; name++) {
        if (strcasecmp(*name, protocol) == 0) return true;
    }
    return false;
}

const char *p1_curl_text(CURLcode code) { return easy_strerror(code); }

struct p1_exchange {
    CURL *easy;
    CURLM *multi;
    int readiness;
    bool is_under_way, has_header, has_frames;
    struct curl_slist *headers, *addresses;
    char *body;
    size_t count, capacity, limit;
    size_t header_count, header_limit;
    char error[CURL_ERROR_SIZE];
};

// MARK: - What libcurl calls

static int watch(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    (void)easy, (void)known;
    const p1_exchange *exchange = context;
    if (what == CURL_POLL_REMOVE) {
        // One that is closed has left the set by itself.
        epoll_ctl(exchange->readiness, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    struct epoll_event event = {.data = {.fd = socket}};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (epoll_ctl(exchange->readiness, EPOLL_CTL_MOD, socket, &event) == 0) return 0;
    return errno == ENOENT ? epoll_ctl(exchange->readiness, EPOLL_CTL_ADD, socket, &event) : -1;
}

static size_t take_body(char *bytes, size_t size, size_t number, void *context) {
    p1_exchange *exchange = context;
    size_t count = size * number;
    if (exchange->has_frames) {
        const struct curl_ws_frame *frame = ws_meta(exchange->easy);
        if (!frame || !(frame->flags & (CURLWS_TEXT | CURLWS_BINARY | CURLWS_CONT))) return count;
    }
    if (count > exchange->limit - exchange->count) return 0;
    if (exchange->count + count > exchange->capacity) {
        size_t capacity = 2 * (exchange->count + count);
        char *body = realloc(exchange->body, capacity);
        if (!body) return 0;
        exchange->body = body;
        exchange->capacity = capacity;
    }
    memcpy(exchange->body + exchange->count, bytes, count);
    exchange->count += count;
    return count;
}

static size_t take_header(char *bytes, size_t size, size_t number, void *context) {
    p1_exchange *exchange = context;
    size_t count = size * number;
    exchange->header_count += count;
    if (exchange->header_count > exchange->header_limit) return 0;
    // An empty line ends it.
    if (count <= 2 && (bytes[0] == '\r' || bytes[0] == '\n')) exchange->has_header = true;
    return count;
}

static CURLcode name_server(CURL *easy, void *tls_context, void *name) {
    (void)easy;
    void *parameters = context_parameters(tls_context);
    // A certificate may have another name beside that of its subject.
    set_name_flags(parameters, ALWAYS_CHECK_SUBJECT | NO_WILDCARDS);
    return set_name(parameters, name, 0) == 1 ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

// MARK: - An exchange

p1_exchange *p1_exchange_new(void) {
    p1_exchange *exchange = calloc(1, sizeof(p1_exchange));
    if (!exchange) return NULL;
    exchange->readiness = epoll_create1(EPOLL_CLOEXEC);
    exchange->multi = exchange->readiness >= 0 ? multi_init() : NULL;
    exchange->easy = exchange->multi ? easy_init() : NULL;
    if (!exchange->easy) {
        p1_exchange_free(exchange);
        return NULL;
    }
    multi_setopt(exchange->multi, CURLMOPT_SOCKETFUNCTION, watch);
    multi_setopt(exchange->multi, CURLMOPT_SOCKETDATA, exchange);
    easy_setopt(exchange->easy, CURLOPT_WRITEFUNCTION, take_body);
    easy_setopt(exchange->easy, CURLOPT_WRITEDATA, exchange);
    easy_setopt(exchange->easy, CURLOPT_HEADERFUNCTION, take_header);
    easy_setopt(exchange->easy, CURLOPT_HEADERDATA, exchange);
    easy_setopt(exchange->easy, CURLOPT_ERRORBUFFER, exchange->error);
    return exchange;
}

void p1_exchange_free(p1_exchange *exchange) {
    if (!exchange) return;
    if (exchange->easy) {
        p1_exchange_stop(exchange);
        easy_cleanup(exchange->easy);
    }
    // Takes its sockets out of the set, which therefore is closed after it.
    if (exchange->multi) multi_cleanup(exchange->multi);
    if (exchange->readiness >= 0) close(exchange->readiness);
    slist_free_all(exchange->headers);
    slist_free_all(exchange->addresses);
    free(exchange->body);
    free(exchange);
}

CURLcode p1_exchange_set_text(p1_exchange *exchange, CURLoption option, const char *text) {
    return easy_setopt(exchange->easy, option, text);
}

CURLcode p1_exchange_set_number(p1_exchange *exchange, CURLoption option, long number) {
    return easy_setopt(exchange->easy, option, number);
}

static CURLcode add(p1_exchange *exchange, CURLoption option, struct curl_slist **list, const char *line) {
    struct curl_slist *longer = slist_append(*list, line);
    if (!longer) return CURLE_OUT_OF_MEMORY;
    *list = longer;
    return easy_setopt(exchange->easy, option, longer);
}

CURLcode p1_exchange_add_header(p1_exchange *exchange, const char *line) {
    return add(exchange, CURLOPT_HTTPHEADER, &exchange->headers, line);
}

CURLcode p1_exchange_set_addresses(p1_exchange *exchange, const char *line) {
    return add(exchange, CURLOPT_RESOLVE, &exchange->addresses, line);
}

CURLcode p1_exchange_set_name(p1_exchange *exchange, const char *name) {
    if (!context_parameters || !set_name_flags || !set_name) return CURLE_NOT_BUILT_IN;
    CURLcode code = easy_setopt(exchange->easy, CURLOPT_SSL_CTX_FUNCTION, name_server);
    return code == CURLE_OK ? easy_setopt(exchange->easy, CURLOPT_SSL_CTX_DATA, name) : code;
}

void p1_exchange_set_limits(p1_exchange *exchange, size_t body, size_t header) {
    exchange->limit = body;
    exchange->header_limit = header;
}

void p1_exchange_expect_frames(p1_exchange *exchange) { exchange->has_frames = ws_meta != NULL; }

int p1_exchange_descriptor(const p1_exchange *exchange) { return exchange->readiness; }

long p1_exchange_wait(p1_exchange *exchange) {
    long milliseconds = -1;
    return multi_timeout(exchange->multi, &milliseconds) == CURLM_OK ? milliseconds : -1;
}

CURLMcode p1_exchange_begin(p1_exchange *exchange) {
    p1_exchange_stop(exchange);
    exchange->count = exchange->header_count = 0;
    exchange->has_header = false;
    exchange->error[0] = 0;
    CURLMcode code = multi_add_handle(exchange->multi, exchange->easy);
    exchange->is_under_way = code == CURLM_OK;
    return code;
}

bool p1_exchange_turn(p1_exchange *exchange, CURLcode *code) {
    struct epoll_event ready[8];
    int number = epoll_wait(exchange->readiness, ready, 8, 0), running;
    for (int i = 0; i < number; i++) {
        int events = 0;
        if (ready[i].events & EPOLLIN) events |= CURL_CSELECT_IN;
        if (ready[i].events & EPOLLOUT) events |= CURL_CSELECT_OUT;
        if (ready[i].events & (EPOLLERR | EPOLLHUP)) events |= CURL_CSELECT_ERR;
        multi_socket_action(exchange->multi, ready[i].data.fd, events, &running);
    }
    multi_socket_action(exchange->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    const CURLMsg *message = multi_info_read(exchange->multi, &number);
    if (!message || message->msg != CURLMSG_DONE) return false;
    *code = message->data.result;
    p1_exchange_stop(exchange);
    return true;
}

void p1_exchange_stop(p1_exchange *exchange) {
    if (exchange->is_under_way) multi_remove_handle(exchange->multi, exchange->easy);
    exchange->is_under_way = false;
}

long p1_exchange_number(p1_exchange *exchange, CURLINFO info) {
    long number = 0;
    return easy_getinfo(exchange->easy, info, &number) == CURLE_OK ? number : 0;
}

const char *p1_exchange_error(const p1_exchange *exchange) { return exchange->error; }

const char *p1_exchange_body(const p1_exchange *exchange, size_t *count) {
    *count = exchange->count;
    return exchange->body;
}

void p1_exchange_forget_body(p1_exchange *exchange) { exchange->count = 0; }

bool p1_exchange_has_header(const p1_exchange *exchange) { return exchange->has_header; }
