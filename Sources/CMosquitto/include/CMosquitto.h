// What Swift needs to reach libmosquitto. No logic.
#pragma once

#if !__has_include(<mosquitto.h>)
#error "libmosquitto is missing: apt install libmosquitto-dev"
#endif
#include <mosquitto.h>
#include <mqtt_protocol.h>
#if LIBMOSQUITTO_VERSION_NUMBER < 2000011
#error "libmosquitto 2.0.11 or later is needed"
#endif

/// `mosquitto_connect_async` to one address of the host, as text. Certificates are still checked against the host's name.
/// libmosquitto looks the name up itself and, without blocking, tries its first address only.
int p1_connect(struct mosquitto *handle, const char *host, const char *address, int port, int keepalive);

/// OpenSSL's result of verifying the broker's certificate (X509_V_...), and its text. The text is set to NULL where it
/// is not known. libmosquitto reports every TLS failure with one code; this tells an expired certificate from a foreign one.
long p1_tls_verify_result(struct mosquitto *handle, const char **text);

/// Bytes that OpenSSL has taken from the socket and libmosquitto has not read yet, which `poll` does not see; 0 without TLS.
int p1_tls_pending(struct mosquitto *handle);
