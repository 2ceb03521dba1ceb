/* socket.h: the generator's sockets, the same under every engine. */
#ifndef LOADGEN_SOCKET_H
#define LOADGEN_SOCKET_H

#include "loadgen/target.h"

/* Begins to connect to `target`, without delay for small segments. Returns a
 * non-blocking descriptor that gets writable when that is settled, or -errno. */
int socket_connect(const struct target *target);

/* How connecting ended: 0 or -errno. */
int socket_connected(int fd);

/* Closes with a reset: what came late is of no interest, and no port is left
 * in TIME_WAIT. */
void socket_abort(int fd);

#endif
