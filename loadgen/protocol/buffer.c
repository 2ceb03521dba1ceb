#include "loadgen/protocol/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int buffer_add(struct buffer *buffer, const char *bytes, size_t n)
{
    size_t len = buffer->len + n;

    if (len > buffer->size) {
        size_t size = 2 * len;
        char *grown = realloc(buffer->bytes, size);
        if (!grown)
            return -ENOMEM;
        buffer->bytes = grown;
        buffer->size = size;
    }
    if (n > 0)
        memcpy(buffer->bytes + buffer->len, bytes, n);
    buffer->len = len;
    return 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
