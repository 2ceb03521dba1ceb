#include "loadgen/protocol/http_chunks.h"

#include "loadgen/protocol/http_reply.h"

/* The value of a hexadecimal digit, or -1. */
static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Goes on to `place` if `c` is `wanted`. */
static const char *expect(struct http_chunks *chunks, char c, char wanted,
                          enum chunk_place place, const char *else_why)
{
    if (c != wanted)
        return else_why;
    chunks->place = place;
    return NULL;
}

/* What may follow a size, if its digits are over. */
static const char *take_after_size(struct http_chunks *chunks, char c)
{
    if (c == '\r')
        chunks->place = CHUNK_SIZE_LF;
    else if (c == ';')
        chunks->place = CHUNK_EXTENSION;
    else if (c == ' ' || c == '\t')
        chunks->place = CHUNK_AFTER_SIZE;
    else
        return "a chunk's size is no number";
    return NULL;
}

static const char *take_size(struct http_chunks *chunks, char c)
{
    int value = digit_value(c);

    if (value < 0)
        return chunks->digits ? take_after_size(chunks, c)
                              : "a chunk's size is no number";
    chunks->digits = true;
    chunks->left = chunks->left * 16 + (size_t)value;
    return chunks->left > HTTP_BODY_MOST ? "the reply is longer than 64 MiB"
                                         : NULL;
}

/* The line with a size has ended; that of the last chunk is 0. */
static const char *take_size_lf(struct http_chunks *chunks, char c)
{
    if (c != '\n')
        return "a chunk's size does not end in CR LF";
    if (chunks->left > 0) {
        chunks->place = CHUNK_CONTENT;
        chunks->framing = 0;
    } else {
        chunks->place = CHUNK_TRAILER;
    }
    return NULL;
}

/* The rest of an extension or a trailer, up to its CR, is anything. */
static const char *take_text(struct http_chunks *chunks, char c,
                             enum chunk_place after)
{
    if (c == '\n' || c == '\0')
        return "an extension or trailer does not end in CR LF";
    if (c == '\r')
        chunks->place = after;
    return NULL;
}

static const char *take_trailer_name(struct http_chunks *chunks, char c)
{
    if (http_is_token(c))
        chunks->place = CHUNK_TRAILER_NAME;
    else if (c == ':' && chunks->place == CHUNK_TRAILER_NAME)
        chunks->place = CHUNK_TRAILER_VALUE;
    else if (c == '\r' && chunks->place == CHUNK_TRAILER)
        chunks->place = CHUNK_LAST_LF;
    else
        return "a line after the last chunk is no field";
    return NULL;
}

/* Takes a byte that is no content. */
static const char *take_framing(struct http_chunks *chunks, char c)
{
    static const char no_end[] = "a chunk does not end in CR LF";
    static const char no_lf[] =
        "a line after the last chunk does not end in CR LF";

    if (++chunks->framing > HTTP_HEAD_MOST)
        return "over 64 KiB of chunk extensions or trailers";
    switch (chunks->place) {
    case CHUNK_SIZE:
        return take_size(chunks, c);
    case CHUNK_AFTER_SIZE:
        return take_after_size(chunks, c);
    case CHUNK_EXTENSION:
        return take_text(chunks, c, CHUNK_SIZE_LF);
    case CHUNK_SIZE_LF:
        return take_size_lf(chunks, c);
    case CHUNK_CR:
        return expect(chunks, c, '\r', CHUNK_LF, no_end);
    case CHUNK_LF:
        chunks->digits = false;
        return expect(chunks, c, '\n', CHUNK_SIZE, no_end);
    case CHUNK_TRAILER:
    case CHUNK_TRAILER_NAME:
        return take_trailer_name(chunks, c);
    case CHUNK_TRAILER_VALUE:
        return take_text(chunks, c, CHUNK_TRAILER_LF);
    case CHUNK_TRAILER_LF:
        return expect(chunks, c, '\n', CHUNK_TRAILER, no_lf);
    case CHUNK_LAST_LF:
        return expect(chunks, c, '\n', CHUNK_DONE, no_lf);
    case CHUNK_CONTENT:
    case CHUNK_DONE:
        break;
    }
    return NULL;
}

size_t http_chunks_take(struct http_chunks *chunks, const char *bytes, size_t n,
                        size_t *content, const char **why)
{
    size_t taken = 0;

    *content = 0;
    *why = NULL;
    while (taken < n && chunks->place != CHUNK_CONTENT &&
           chunks->place != CHUNK_DONE && !*why)
        *why = take_framing(chunks, bytes[taken++]);
    if (*why || chunks->place != CHUNK_CONTENT)
        return taken;
    *content = n - taken < chunks->left ? n - taken : chunks->left;
    chunks->left -= *content;
    if (chunks->left == 0)
        chunks->place = CHUNK_CR;
    return taken + *content;
}
