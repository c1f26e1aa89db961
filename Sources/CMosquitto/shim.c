#define _GNU_SOURCE
#include "CMosquitto.h"

#include <dlfcn.h>

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
