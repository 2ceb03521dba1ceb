/* target.h: what to drive, as people write it: http://HOST:PORT/PATH or
 * echo://HOST:PORT. */
#ifndef LOADGEN_TARGET_H
#define LOADGEN_TARGET_H

#include <stddef.h>
#include <sys/socket.h>

enum target_protocol {
    TARGET_ECHO,
    TARGET_HTTP,
};

struct target {
    enum target_protocol protocol;
    char host[256];      /* without the brackets of an IPv6 address */
    char authority[272]; /* HOST:PORT as in a Host field */
    char path[2048];     /* HTTP only; with the query; starts with '/' */
    unsigned port;

    struct sockaddr_storage address; /* after target_resolve() */
    socklen_t address_len;
};

/* Takes `text` apart. 0, or -EINVAL after writing to `why` (`size` bytes) in
 * words what is wrong with it. */
int target_parse(const char *text, struct target *target, char *why,
                 size_t size);

/* Finds the address: IPv4 if the name has both kinds. 0, or -EINVAL after
 * writing to `why` what went wrong. May ask a name server. */
int target_resolve(struct target *target, char *why, size_t size);

#endif
