/* source.h: the addresses that connections come from. An address has some
 * 28,000 ports for one server, and each stays taken for 60 s after the client
 * has closed first (TIME_WAIT). To a server on IPv4's loopback, connections can
 * come from all of 127.0.0.0/8, so there each address is left for the next one
 * while most of its ports are still free: the search for one stays short. */
#ifndef LOADGEN_CONNECTIONS_SOURCE_H
#define LOADGEN_CONNECTIONS_SOURCE_H

#include "loadgen/connections/target.h"

#include <stdbool.h>
#include <stdint.h>

/* Belongs to one thread. */
struct source {
    bool many;        /* connections are spread over addresses */
    uint32_t block;   /* of addresses that no other thread's come from */
    uint32_t nth;     /* address of the block */
    uint32_t taken;   /* connections that have come from that one */
    uint32_t at_most; /* so many come from each */
};

/* Where the connections to `target` of thread number `index` are to come from;
 * all threads have `connections` at most, UINT64_MAX if they come and go. Few need
 * no address in particular. */
void source_init(struct source *source, const struct target *target,
                 unsigned index, uint64_t connections);

/* Binds `fd` to the address that the next connection is to come from, if it is
 * to be a particular one; the kernel chooses the port when it connects. 0 or
 * -errno. */
int source_bind(struct source *source, int fd);

/* The address has no port left: goes on with the next one. False if there is
 * none. */
bool source_next(struct source *source);

#endif
