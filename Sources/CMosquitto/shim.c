#define _GNU_SOURCE
#include "CMosquitto.h"

#include <dlfcn.h>

// Looked up at run time: libmosquitto brings OpenSSL along, and this program needs none of its headers.
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
