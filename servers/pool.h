/* pool.h: the buffers that connections borrow while they hold bytes, kept by
 * their worker so that serving a request allocates nothing. */
#ifndef SERVERS_POOL_H
#define SERVERS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUFFER_SIZE = 16384, /* what a pool lends; a connection may outgrow it */
    POOL_KEEPS = 64,     /* free buffers that a pool holds on to */
};

struct pool {
    void *free; /* the one returned last is lent first: it is still cached */
    unsigned n_free;
};

/* Bytes `at` to `len` of `mem` are waiting. Holds no memory while empty. */
struct buffer {
    char *mem;
    uint32_t at;
    uint32_t len;
    uint32_t size;
};

static inline uint32_t buffer_waiting(const struct buffer *buffer)
{
    return buffer->len - buffer->at;
}

/* A block of BUFFER_SIZE bytes, NULL without memory. */
void *pool_borrow(struct pool *pool);

/* A free block, NULL if none is kept. All blocks of a pool have one size. */
void *pool_take(struct pool *pool);

/* Takes a block, and keeps it unless it keeps `most` already. */
void pool_give_back(struct pool *pool, void *mem, unsigned most);

/* Makes room for `n` bytes behind those that wait, lending memory or growing
 * it, and returns where they go; the caller then adds to `len`. NULL without
 * memory: the buffer is as before. */
char *buffer_room(struct pool *pool, struct buffer *buffer, size_t n);

/* Copies `n` bytes behind those that wait. False without memory. */
bool buffer_append(struct pool *pool, struct buffer *buffer, const char *bytes,
                   size_t n);

/* Forgets the first `n` waiting bytes; the last of them gives the memory
 * back. */
void buffer_consume(struct pool *pool, struct buffer *buffer, size_t n);

/* Gives the memory back, with whatever still waits. */
void buffer_release(struct pool *pool, struct buffer *buffer);

/* Frees what the pool holds. Buffers still lent are the caller's affair. */
void pool_empty(struct pool *pool);

#endif
