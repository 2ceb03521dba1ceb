/* net_unix.h: a Unix socket to listen on, and its file; see unix(7). */
#ifndef SERVERS_NET_UNIX_H
#define SERVERS_NET_UNIX_H

#include "servers/net.h"

#include <stdbool.h>

/* The path in "unix:PATH"; NULL if `host` is none. */
const char *net_unix_path(const char *host);

/* Why no Unix socket can be at `path`: too long, or none, or with a byte that
 * would break the ready line. NULL: nothing is wrong with it. */
const char *net_unix_refuses(const char *path);

/* Listens at `path`, which net_unix_refuses() does not refuse. The file that a
 * server which is gone has left there is replaced. Returns the descriptor;
 * -EADDRINUSE if a server is alive there; -EEXIST if something else than a
 * socket is; or another -errno. */
int net_unix_listen(const char *path, bool blocking, struct net_place *place);

/* Removes the file of a Unix socket that still listens, unless it has been
 * removed or replaced since; does nothing for TCP. */
void net_unix_remove(const struct net_place *place);

#endif
