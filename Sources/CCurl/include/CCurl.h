// What Swift needs to reach libcurl, which is opened at run time: a program that reads no meter over HTTP does not load it.
#pragma once

#if !__has_include(<curl/curl.h>)
#error "the header of libcurl is missing: apt install libcurl4-openssl-dev"
#endif
#include <curl/curl.h>
#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or later is needed"
#endif
#include <stdbool.h>
#include <stddef.h>

/// Opens libcurl. NULL when it can be used, and else why it cannot. To be called once, before anything below.
const char *p1_curl_open(void);

/// Such as "7.88.1".
const char *p1_curl_version(void);

/// Whether the library has a protocol: "https", "ws".
bool p1_curl_has(const char *protocol);

/// The library's words for a code.
const char *p1_curl_text(CURLcode code);

/// Requests to one server, one after the other on the same connection, that never block: the sockets are in an `epoll` of
/// their own. For one thread.
typedef struct p1_exchange p1_exchange;

/// NULL when the system has no memory or no descriptor left.
p1_exchange *p1_exchange_new(void);
void p1_exchange_free(p1_exchange *exchange);

/// Options are those of `curl_easy_setopt`, which Swift cannot call because its arguments vary.
CURLcode p1_exchange_set_text(p1_exchange *exchange, CURLoption option, const char *text);
CURLcode p1_exchange_set_number(p1_exchange *exchange, CURLoption option, long number);
/// A line of the request's header.
CURLcode p1_exchange_add_header(p1_exchange *exchange, const char *line);
/// `HOST:PORT:ADDRESS[,ADDRESS]...`, so that libcurl looks up no name.
CURLcode p1_exchange_set_addresses(p1_exchange *exchange, const char *line);
/// The name that the server's certificate has to be for, be it no host name; libcurl itself must not check one then. The name
/// has to stay where it is.
CURLcode p1_exchange_set_name(p1_exchange *exchange, const char *name);
/// The most bytes of an answer, and of all lines of its header; what is longer fails with CURLE_WRITE_ERROR.
void p1_exchange_set_limits(p1_exchange *exchange, size_t body, size_t header);
/// Only the content of text and binary frames of a WebSocket counts as answer.
void p1_exchange_expect_frames(p1_exchange *exchange);

/// Readable when something is to do.
int p1_exchange_descriptor(const p1_exchange *exchange);
/// Milliseconds until something is to do without that; -1: nothing.
long p1_exchange_wait(p1_exchange *exchange);

/// Begins a request, after the one before has ended.
CURLMcode p1_exchange_begin(p1_exchange *exchange);
/// Does what is to do. Returns whether the request has ended, and with which code.
bool p1_exchange_turn(p1_exchange *exchange, CURLcode *code);
/// Gives up the request that is under way.
void p1_exchange_stop(p1_exchange *exchange);

/// A number of `curl_easy_getinfo`; 0 when it is not known.
long p1_exchange_number(p1_exchange *exchange, CURLINFO info);
/// The library's words for what went wrong; empty when it has none.
const char *p1_exchange_error(const p1_exchange *exchange);
/// What has come of the answer so far.
const char *p1_exchange_body(const p1_exchange *exchange, size_t *count);
void p1_exchange_forget_body(p1_exchange *exchange);
/// Whether the header of the answer is complete.
bool p1_exchange_has_header(const p1_exchange *exchange);
