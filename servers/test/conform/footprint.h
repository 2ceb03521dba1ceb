/* footprint.h: what a server holds while nobody does it harm, so that harm can
 * be seen to leave nothing behind. */
#ifndef SERVERS_TEST_CONFORM_FOOTPRINT_H
#define SERVERS_TEST_CONFORM_FOOTPRINT_H

#include "servers/test/conform/service.h"

#include <stdint.h>

/* Of all processes of the server, with one connection that has been served. */
struct footprint {
    unsigned processes;
    unsigned threads;
    unsigned descriptors;
    uint64_t memory; /* private bytes */
};

/* Serves many connections at once, so that all is there that is kept for later
 * ones; lets them end, and returns what is held then. The server has been
 * started just now. */
struct footprint footprint_take(const struct service *service);

/* A fresh client is served, and the server comes to hold no more than it did
 * `before`, but for memory a little. */
void footprint_expect(const struct service *service,
                      const struct footprint *before);

/* The server's memory is at most `bytes` above what it was `before`. Not under
 * a sanitizer. */
void footprint_expect_memory(const struct service *service,
                             const struct footprint *before, uint64_t bytes);

#endif
