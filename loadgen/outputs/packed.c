#include "loadgen/outputs/packed.h"

#include "loadgen/outputs/base64.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Bits 4 to 7 hold the size of a word, which V2 leaves open but writes as 1. */
#define COOKIE UINT32_C(0x1c849313)
#define COOKIE_COMPRESSED UINT32_C(0x1c849314)
#define COOKIE_MASK (~UINT32_C(0xf0))

enum {
    OUTER_HEAD = 8,
    HEAD = 40,
    DIGITS = 3,
    WORD_MOST = 9,    /* bytes of a count */
    WINDOW_BITS = 12, /* zlib's, and how much memory it takes for the rest */
    MEMORY_LEVEL = 5,
    PLAIN_MOST = HEAD + HISTOGRAM_LENGTH * WORD_MOST,
};

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    uint32_t big = htobe32(value);

    memcpy(at, &big, sizeof(big));
    return at + sizeof(big);
}

static uint8_t *put64(uint8_t *at, uint64_t value)
{
    uint64_t big = htobe64(value);

    memcpy(at, &big, sizeof(big));
    return at + sizeof(big);
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t big;

    memcpy(&big, at, sizeof(big));
    return be32toh(big);
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t big;

    memcpy(&big, at, sizeof(big));
    return be64toh(big);
}

/* Seven bits a byte, the least first; the ninth byte has all of its eight. */
static uint8_t *put_word(uint8_t *at, int64_t value)
{
    uint64_t bits = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
    int n = 1;

    while (bits > 0x7f && n < WORD_MOST) {
        *at++ = (uint8_t)(bits | 0x80);
        bits >>= 7;
        n++;
    }
    *at++ = (uint8_t)bits;
    return at;
}

/* Reads a word that ends before `end`. NULL if it does not. */
static const uint8_t *get_word(const uint8_t *at, const uint8_t *end,
                               int64_t *value)
{
    uint64_t bits = 0;

    for (unsigned n = 0; n < WORD_MOST; n++) {
        if (at == end)
            return NULL;
        uint8_t byte = *at++;
        bool more = n < WORD_MOST - 1 && (byte & 0x80);
        bits |= (uint64_t)(more ? byte & 0x7f : byte) << (7 * n);
        if (!more)
            break;
    }
    *value = (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
    return at;
}

/* The counts up to the last that is not 0. */
static uint8_t *put_counts(uint8_t *at, const struct histogram *histogram)
{
    size_t n = histogram->count ? histogram_index(histogram->max_ns) + 1 : 0;

    for (size_t i = 0; i < n;) {
        size_t zeros = 0;
        while (i + zeros < n && histogram->counts[i + zeros] == 0)
            zeros++;
        if (zeros > 1)
            at = put_word(at, -(int64_t)zeros);
        else
            at = put_word(at, (int64_t)histogram->counts[i]);
        i += zeros ? zeros : 1;
    }
    return at;
}

/* Returns the length. */
static size_t encode(const struct histogram *histogram, uint8_t *bytes)
{
    const uint8_t *end = put_counts(bytes + HEAD, histogram);
    const double ratio = 1;
    uint8_t *at = put32(bytes, COOKIE);
    uint64_t ratio_bits;

    memcpy(&ratio_bits, &ratio, sizeof(ratio_bits));
    at = put32(at, (uint32_t)(end - bytes) - HEAD);
    at = put32(at, 0);
    at = put32(at, DIGITS);
    at = put64(at, 1);
    at = put64(at, HISTOGRAM_HIGHEST_NS);
    put64(at, ratio_bits);
    return (size_t)(end - bytes);
}

/* Deflates the `n` bytes behind a head, with `stream` ready. Returns what must be
 * freed, with its length in `*len`, or NULL if there is no memory. */
static uint8_t *deflate_all(z_stream *stream, const uint8_t *plain, size_t n,
                            size_t *len)
{
    const size_t room = deflateBound(stream, n);
    uint8_t *packed = malloc(OUTER_HEAD + room);

    if (!packed)
        return NULL;
    memcpy(&stream->next_in, &plain, sizeof(plain)); /* zlib's lacks a const */
    stream->avail_in = (uInt)n;
    stream->next_out = packed + OUTER_HEAD;
    stream->avail_out = (uInt)room;
    (void)deflate(stream, Z_FINISH); /* can't fail with so much room */
    put32(put32(packed, COOKIE_COMPRESSED), (uint32_t)stream->total_out);
    *len = OUTER_HEAD + stream->total_out;
    return packed;
}

/* Compresses the `n` bytes, as above. Where intervals are short this must not take
 * the CPU from what is measured, so the window is a small one, which needs little
 * memory to be made ready. */
static uint8_t *squeeze(const uint8_t *plain, size_t n, size_t *len)
{
    z_stream stream = {0};

    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    uint8_t *packed = deflate_all(&stream, plain, n, len);
    (void)deflateEnd(&stream);
    return packed;
}

/* No encoding of it is longer. */
static size_t plain_most(const struct histogram *histogram)
{
    size_t counters = histogram->count ? histogram_index(histogram->max_ns) -
                                             histogram_index(histogram->min_ns)
                                       : 0;

    return HEAD + (counters + 2) * WORD_MOST;
}

char *packed_from_histogram(const struct histogram *histogram)
{
    uint8_t *plain = malloc(plain_most(histogram));
    size_t n = plain ? encode(histogram, plain) : 0;
    size_t len = 0;
    uint8_t *packed = plain ? squeeze(plain, n, &len) : NULL;
    char *text = packed ? malloc(base64_length(len) + 1) : NULL;

    if (text)
        base64_encode(packed, len, text);
    free(packed);
    free(plain);
    return text;
}

/* Takes `count` values of the counter at `index` in. False if there can't be
 * so many. */
static bool restore(struct histogram *histogram, size_t index, uint64_t count)
{
    uint64_t low_ns = histogram_lowest_at(index);
    uint64_t high_ns = histogram_highest_at(index);
    uint64_t sum_ns;

    if (count == 0)
        return true;
    if (high_ns > HISTOGRAM_HIGHEST_NS)
        high_ns = HISTOGRAM_HIGHEST_NS;
    if (low_ns > high_ns)
        return false;
    if (low_ns < histogram->min_ns)
        histogram->min_ns = low_ns;
    histogram->max_ns = high_ns;
    histogram->counts[index] = count;
    return !__builtin_mul_overflow(count, low_ns + (high_ns - low_ns) / 2,
                                   &sum_ns) &&
           !__builtin_add_overflow(histogram->sum_ns, sum_ns,
                                   &histogram->sum_ns) &&
           !__builtin_add_overflow(histogram->count, count, &histogram->count);
}

static int decode_counts(const uint8_t *at, const uint8_t *end,
                         struct histogram *histogram)
{
    size_t index = 0;

    while (at < end) {
        int64_t word = 0;
        at = get_word(at, end, &word);
        uint64_t places = word < 0 ? -(uint64_t)word : 1;
        if (!at || places > HISTOGRAM_LENGTH - index)
            return -EBADMSG;
        if (word > 0 && !restore(histogram, index, (uint64_t)word))
            return -EBADMSG;
        index += places;
    }
    return 0;
}

/* The index offset and the ratio are for histograms of real numbers; some
 * writers put other values there, and the counts are in order all the same. */
static int decode(const uint8_t *bytes, size_t n, struct histogram *histogram)
{
    histogram_clear(histogram);
    if (n < HEAD || (get32(bytes) & COOKIE_MASK) != (COOKIE & COOKIE_MASK) ||
        get32(bytes + 4) != n - HEAD || get32(bytes + 12) != DIGITS ||
        get64(bytes + 16) != 1)
        return -EBADMSG;
    return decode_counts(bytes + HEAD, bytes + n, histogram);
}

/* Expands what squeeze() has made. 0, -ENOMEM or -EBADMSG. */
static int expand(const uint8_t *packed, size_t n, struct histogram *histogram)
{
    uLongf len = PLAIN_MOST;
    int error = -EBADMSG;

    if (n < OUTER_HEAD ||
        (get32(packed) & COOKIE_MASK) != (COOKIE_COMPRESSED & COOKIE_MASK) ||
        get32(packed + 4) != n - OUTER_HEAD)
        return -EBADMSG;
    uint8_t *plain = malloc(PLAIN_MOST);
    if (!plain)
        return -ENOMEM;
    uLong used = n - OUTER_HEAD;
    int result = uncompress2(plain, &len, packed + OUTER_HEAD, &used);
    if (result == Z_OK && used == n - OUTER_HEAD)
        error = decode(plain, len, histogram);
    else if (result == Z_MEM_ERROR)
        error = -ENOMEM;
    free(plain);
    return error;
}

int packed_to_histogram(const char *text, size_t n, struct histogram *histogram)
{
    uint8_t *packed = malloc(n / 4 * 3 + 1);

    if (!packed)
        return -ENOMEM;
    ssize_t len = base64_decode(text, n, packed);
    int error = len < 0 ? (int)len : expand(packed, (size_t)len, histogram);
    free(packed);
    return error;
}
