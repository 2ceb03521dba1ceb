/* socket.h: the generator's sockets, the same under every engine. */
#ifndef LOADGEN_CONNECTIONS_SOCKET_H
#define LOADGEN_CONNECTIONS_SOCKET_H

#include "loadgen/connections/source.h"
#include "loadgen/connections/target.h"

#include <stdbool.h>

/* Begins to connect to `target` from `source`, without delay for small
 * segments. Returns a non-blocking descriptor that gets writable when that is
 * settled, or -errno. */
int socket_connect(const struct target *target, struct source *source);

/* After this `error` of socket_connect(), may trying again help? No port was
 * free, or a Unix socket's queue was full, which TCP waits for by itself. */
bool socket_may_connect_later(int error);

/* How connecting ended: 0 or -errno. */
int socket_connected(int fd);

/* Closes with a reset: what came late is of no interest, and no port is left
 * in TIME_WAIT. */
void socket_abort(int fd);

#endif
