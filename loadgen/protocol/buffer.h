/* buffer.h: bytes in a row, as many as come. */
#ifndef LOADGEN_PROTOCOL_BUFFER_H
#define LOADGEN_PROTOCOL_BUFFER_H

#include <stddef.h>

/* All zero: empty. Free it with buffer_free(). */
struct buffer {
    char *bytes;
    size_t len;
    size_t size; /* allocated */
};

/* Puts `n` bytes at its end. 0, or -ENOMEM and nothing has changed. */
int buffer_add(struct buffer *buffer, const char *bytes, size_t n);

void buffer_free(struct buffer *buffer);

#endif
