/* feed.h: a checker of replies with one connection, and bytes for it. */
#ifndef LOADGEN_TEST_FEED_H
#define LOADGEN_TEST_FEED_H

#include "loadgen/reply.h"

struct feed {
    struct settings settings;
    struct request request;
    struct reference reference;
    struct checker checker;
    struct inbox inbox;
};

/* For what comes from `target`; aborts the test if it is none. Echo messages
 * are of 40 bytes, the connection's tag is FEED_TAG. */
enum { FEED_TAG = 77 };
void feed_init(struct feed *feed, const char *target);
void feed_free(struct feed *feed);

/* The connection is a new one. */
void feed_reconnect(struct feed *feed);

/* Checks `bytes` in a block of exactly `n` bytes, so that reading beyond them
 * shows under a checker of memory. */
struct checked feed_bytes(struct feed *feed, const char *bytes, size_t n,
                          uint32_t in_flight);

/* The same for a text. */
struct checked feed_text(struct feed *feed, const char *text,
                         uint32_t in_flight);

/* That it is `replies` right replies and nothing else. */
void assert_right(struct checked checked, uint32_t replies);

#endif
