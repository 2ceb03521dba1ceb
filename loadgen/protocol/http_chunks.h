/* http_chunks.h: takes the chunked coding off a body (RFC 9112, 7.1), from
 * bytes in any pieces. Extensions and trailers are read over, as a client may
 * do, but must be well-formed and have an end. */
#ifndef LOADGEN_PROTOCOL_HTTP_CHUNKS_H
#define LOADGEN_PROTOCOL_HTTP_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>

/* What comes next. */
enum chunk_place {
    CHUNK_SIZE,
    CHUNK_AFTER_SIZE, /* blanks */
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_CONTENT,
    CHUNK_CR,
    CHUNK_LF,
    CHUNK_TRAILER, /* or the end */
    CHUNK_TRAILER_NAME,
    CHUNK_TRAILER_VALUE,
    CHUNK_TRAILER_LF,
    CHUNK_LAST_LF,
    CHUNK_DONE,
};

/* All zero before the first chunk. */
struct http_chunks {
    enum chunk_place place;
    bool digits;    /* the size has some already */
    size_t left;    /* of the chunk's content */
    size_t framing; /* bytes since the last content */
};

/* Takes bytes up to the next content and that, or up to the end of the body,
 * or all. Returns how many it took, at least one; the last `*content` of them
 * are content. `*why` is NULL, or what is wrong, a constant. Must not be called
 * with no bytes, nor when it is done. */
size_t http_chunks_take(struct http_chunks *chunks, const char *bytes, size_t n,
                        size_t *content, const char **why);

static inline bool http_chunks_done(const struct http_chunks *chunks)
{
    return chunks->place == CHUNK_DONE;
}

#endif
