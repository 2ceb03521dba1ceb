/* net_unix.h: a Unix socket to listen on, and its file; see unix(7). */
#ifndef SERVERS_NET_UNIX_H
#define SERVERS_NET_UNIX_H

#include "servers/net.h"

#include <stdbool.h>

/* Listens at `path`, which unix_path_refuses() does not refuse. The file that a
 * server which is gone has left there is replaced. Returns the descriptor;
 * -EADDRINUSE if a server is alive there; -EEXIST if something else than a
 * socket is; or another -errno. */
int net_unix_listen(const char *path, bool blocking, struct net_place *place);

/* Removes the file of a Unix socket that still listens, unless it has been
 * removed or replaced since; does nothing for TCP. */
void net_unix_remove(const struct net_place *place);

#endif
