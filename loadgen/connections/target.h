/* target.h: what to drive, as people write it: http://HOST:PORT/PATH,
 * echo://HOST:PORT, unix:http:SOCKET or unix:echo:SOCKET. */
#ifndef LOADGEN_CONNECTIONS_TARGET_H
#define LOADGEN_CONNECTIONS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

enum target_protocol {
    TARGET_ECHO,
    TARGET_HTTP,
};

struct target {
    enum target_protocol protocol;
    char host[256];      /* without the brackets of an IPv6 address */
    char authority[272]; /* HOST:PORT as in a Host field; or "localhost" */
    char path[2048];     /* HTTP only; with the query; starts with '/' */
    unsigned port;
    /* The path of a Unix socket, as it was written; "" for TCP. */
    char socket[sizeof(((struct sockaddr_un *)0)->sun_path)];

    struct sockaddr_storage address; /* after target_resolve() */
    socklen_t address_len;
};

/* Takes `text` apart. 0, or -EINVAL after writing to `why` (`size` bytes) in
 * words what is wrong with it. */
int target_parse(const char *text, struct target *target, char *why,
                 size_t size);

/* Finds the address: IPv4 if the name has both kinds; a Unix socket must be
 * there. 0, or -EINVAL after writing to `why` what went wrong. May ask a name
 * server. */
int target_resolve(struct target *target, char *why, size_t size);

static inline bool target_is_unix(const struct target *target)
{
    return target->socket[0] != '\0';
}

/* Who it is, for messages: HOST:PORT, or the path of a Unix socket. */
static inline const char *target_name(const struct target *target)
{
    return target_is_unix(target) ? target->socket : target->authority;
}

#endif
