#define _GNU_SOURCE
#include "CMosquitto.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

// The only answer to look-ups of this thread; NULL where the system answers them.
static _Thread_local const char *only_address;

int p1_connect(struct mosquitto *handle, const char *host, const char *address, int port, int keepalive) {
    only_address = address;
    int code = mosquitto_connect_async(handle, host, port, keepalive);
    only_address = NULL;
    return code;
}

// Stands before the C library's function of this name, for libmosquitto too, and hands on to it. libmosquitto has no call
// that takes an address apart from the name that a certificate is for.
int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict result) {
    int (*find)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
    return find ? find(only_address ? only_address : name, service, hints, result) : EAI_SYSTEM;
}

// OpenSSL's functions are looked up at run time: libmosquitto brings it along, and this program needs none of its headers.
long p1_tls_verify_result(struct mosquitto *handle, const char **text) {
    long (*result)(const void *) = (long (*)(const void *))dlsym(RTLD_DEFAULT, "SSL_get_verify_result");
    const char *(*describe)(long) = (const char *(*)(long))dlsym(RTLD_DEFAULT, "X509_verify_cert_error_string");
    void *tls = mosquitto_ssl_get(handle);
    *text = NULL;
    if (!result || !describe || !tls) return 0;
    long code = result(tls);
    *text = describe(code);
    return code;
}

int p1_tls_pending(struct mosquitto *handle) {
    void *tls = mosquitto_ssl_get(handle);
    int (*pending)(const void *) = tls ? (int (*)(const void *))dlsym(RTLD_DEFAULT, "SSL_pending") : NULL;
    return pending ? pending(tls) : 0;
}
