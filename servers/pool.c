#include "servers/pool.h"

#include <stdlib.h>
#include <string.h>

/* A free buffer's first bytes point to the next one. */
void *pool_take(struct pool *pool)
{
    void *mem = pool->free;

    if (!mem)
        return NULL;
    memcpy(&pool->free, mem, sizeof(void *));
    pool->n_free--;
    return mem;
}

void *pool_borrow(struct pool *pool)
{
    void *mem = pool_take(pool);

    return mem ? mem : malloc(BUFFER_SIZE);
}

void pool_give_back(struct pool *pool, void *mem, unsigned most)
{
    if (pool->n_free >= most) {
        free(mem);
        return;
    }
    memcpy(mem, &pool->free, sizeof(void *));
    pool->free = mem;
    pool->n_free++;
}

/* Room for `n` more bytes in a buffer that has some but not enough. */
static bool grow(struct buffer *buffer, size_t n)
{
    size_t need = buffer_waiting(buffer) + n;
    size_t size = buffer->size;
    char *mem;

    memmove(buffer->mem, buffer->mem + buffer->at, buffer_waiting(buffer));
    buffer->len -= buffer->at;
    buffer->at = 0;
    while (size < need)
        size *= 2;
    if (size > UINT32_MAX / 2)
        return false;
    if (size == buffer->size)
        return true;
    mem = realloc(buffer->mem, size);
    if (!mem)
        return false;
    buffer->mem = mem;
    buffer->size = (uint32_t)size;
    return true;
}

char *buffer_room(struct pool *pool, struct buffer *buffer, size_t n)
{
    if (!buffer->mem) {
        buffer->mem = pool_borrow(pool);
        if (!buffer->mem)
            return NULL;
        buffer->size = BUFFER_SIZE;
    }
    if (buffer->size - buffer->len < n && !grow(buffer, n))
        return NULL;
    return buffer->mem + buffer->len;
}

bool buffer_append(struct pool *pool, struct buffer *buffer, const char *bytes,
                   size_t n)
{
    char *room = buffer_room(pool, buffer, n);

    if (!room)
        return false;
    memcpy(room, bytes, n);
    buffer->len += (uint32_t)n;
    return true;
}

void buffer_consume(struct pool *pool, struct buffer *buffer, size_t n)
{
    buffer->at += (uint32_t)n;
    if (buffer->at == buffer->len)
        buffer_release(pool, buffer);
}

void buffer_release(struct pool *pool, struct buffer *buffer)
{
    if (buffer->size == BUFFER_SIZE)
        pool_give_back(pool, buffer->mem, POOL_KEEPS);
    else
        free(buffer->mem);
    *buffer = (struct buffer){0};
}

void pool_empty(struct pool *pool)
{
    while (pool->free)
        free(pool_take(pool));
}
