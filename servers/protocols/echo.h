/* echo.h: every byte comes back, in order (RFC 862). */
#ifndef SERVERS_PROTOCOLS_ECHO_H
#define SERVERS_PROTOCOLS_ECHO_H

#include <stddef.h>

struct conn;
struct worker;

/* Answers as many of the `n` bytes as there is space for replies, and returns
 * how many. Each call that answers some counts as a request. */
size_t echo_take(struct conn *conn, struct worker *worker, const char *bytes,
                 size_t n);

#endif
