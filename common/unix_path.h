/* unix_path.h: where a Unix socket is, as people write it: "unix:PATH"; see
 * unix(7). */
#ifndef COMMON_UNIX_PATH_H
#define COMMON_UNIX_PATH_H

#include <sys/un.h>

/* The path in "unix:PATH"; NULL if `host` is none. */
const char *unix_path(const char *host);

/* Why no Unix socket can be at `path`: too long, or none, or with a byte that
 * would break a line in which it is told. NULL: nothing is wrong with it. */
const char *unix_path_refuses(const char *path);

/* The address of `path`, cut if unix_path_refuses() its length. */
struct sockaddr_un unix_address(const char *path);

#endif
