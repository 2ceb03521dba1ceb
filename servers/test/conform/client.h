/* client.h: clients that behave, and what those need that do not. Anything
 * that takes longer than 10 s fails the test. */
#ifndef SERVERS_TEST_CONFORM_CLIENT_H
#define SERVERS_TEST_CONFORM_CLIENT_H

#include "servers/test/conform/service.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CLIENT_WAIT_MS = 10000,
    TINY_WINDOW = 8192, /* much smaller, and TCP itself crawls by its timers */
};

/* Connects; with `window` > 0, with a receive buffer as small as that. */
int client_open(const struct service *service, int window);

/* Closes with a reset instead of an end. */
void client_reset(int fd);

void client_send(int fd, const char *bytes, size_t n);

/* One request of the service's protocol, and the length of its reply. */
const char *client_request(const struct service *service);
size_t client_reply_length(const struct service *service);

/* Sends that. */
void client_ask(const struct service *service, int fd);

/* Receives one reply to client_request() and checks it. */
void client_expect_reply(const struct service *service, int fd);

/* Receives exactly `n` bytes. */
void client_receive(int fd, char *bytes, size_t n);

/* Receives the beginning of an HTTP reply and returns its status; or 0, if the
 * connection ends, or is reset, without one. */
int client_status(int fd);

/* Sends a request and expects its reply. */
void client_exchange(const struct service *service, int fd);

/* Sends `n` requests and receives all replies at the same time, checking
 * them; with `slow`, only after the server has stopped taking more. */
void client_pump(const struct service *service, int fd, size_t n, bool slow);

/* Sends requests until the server takes no more; returns how many bytes. */
size_t client_fill(const struct service *service, int fd);

/* The server closes, or has reset, the connection; bytes that come before
 * are ignored. */
void client_expect_end(int fd);

/* The same, noticed without reading anything: it was reset. */
void client_expect_reset(int fd);

/* Nothing comes for so long; the connection is still open. */
void client_expect_silence(int fd, int ms);

#endif
