#include "loadgen/protocol/digest.h"

#include <endian.h>
#include <string.h>

/* The primes of the specification. */
static const uint64_t prime_1 = UINT64_C(0x9e3779b185ebca87);
static const uint64_t prime_2 = UINT64_C(0xc2b2ae3d27d4eb4f);
static const uint64_t prime_3 = UINT64_C(0x165667b19e3779f9);
static const uint64_t prime_4 = UINT64_C(0x85ebca77c2b2ae63);
static const uint64_t prime_5 = UINT64_C(0x27d4eb2f165667c5);

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t word_at(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return le64toh(word);
}

static uint64_t mix(uint64_t lane, uint64_t word)
{
    return rotate(lane + word * prime_2, 31) * prime_1;
}

void digest_begin(struct digest *digest)
{
    digest->lane[0] = prime_1 + prime_2;
    digest->lane[1] = prime_2;
    digest->lane[2] = 0;
    digest->lane[3] = 0 - prime_1;
    digest->bytes = 0;
}

/* Takes whole stripes, with the lanes in registers. */
static void take(uint64_t lane[DIGEST_LANES], const char *bytes, size_t stripes)
{
    uint64_t a = lane[0];
    uint64_t b = lane[1];
    uint64_t c = lane[2];
    uint64_t d = lane[3];

    for (; stripes > 0; stripes--, bytes += DIGEST_STRIPE) {
        a = mix(a, word_at(bytes));
        b = mix(b, word_at(bytes + 8));
        c = mix(c, word_at(bytes + 16));
        d = mix(d, word_at(bytes + 24));
    }
    lane[0] = a;
    lane[1] = b;
    lane[2] = c;
    lane[3] = d;
}

void digest_add(struct digest *digest, const char *bytes, size_t n)
{
    const size_t have = (size_t)(digest->bytes % DIGEST_STRIPE);

    digest->bytes += n;
    if (have + n < DIGEST_STRIPE) {
        if (n > 0)
            memcpy(digest->rest + have, bytes, n);
        return;
    }
    if (have > 0) {
        const size_t missing = DIGEST_STRIPE - have;
        memcpy(digest->rest + have, bytes, missing);
        take(digest->lane, digest->rest, 1);
        bytes += missing;
        n -= missing;
    }
    take(digest->lane, bytes, n / DIGEST_STRIPE);
    memcpy(digest->rest, bytes + n - n % DIGEST_STRIPE, n % DIGEST_STRIPE);
}

/* The lanes as one. */
static uint64_t merge(const uint64_t lane[DIGEST_LANES])
{
    uint64_t value = rotate(lane[0], 1) + rotate(lane[1], 7) +
                     rotate(lane[2], 12) + rotate(lane[3], 18);

    for (int i = 0; i < DIGEST_LANES; i++)
        value = (value ^ mix(0, lane[i])) * prime_1 + prime_4;
    return value;
}

/* The bytes beyond the last whole stripe. */
static uint64_t take_rest(uint64_t value, const char *bytes, size_t n)
{
    for (; n >= 8; bytes += 8, n -= 8)
        value = rotate(value ^ mix(0, word_at(bytes)), 27) * prime_1 + prime_4;
    if (n >= 4) {
        uint32_t word;
        memcpy(&word, bytes, sizeof(word));
        value = rotate(value ^ le32toh(word) * prime_1, 23) * prime_2 + prime_3;
        bytes += 4;
        n -= 4;
    }
    for (; n > 0; bytes++, n--)
        value = rotate(value ^ (unsigned char)*bytes * prime_5, 11) * prime_1;
    return value;
}

uint64_t digest_value(const struct digest *digest)
{
    uint64_t value =
        digest->bytes >= DIGEST_STRIPE ? merge(digest->lane) : prime_5;

    value = take_rest(value + digest->bytes, digest->rest,
                      (size_t)(digest->bytes % DIGEST_STRIPE));
    value = (value ^ value >> 33) * prime_2;
    value = (value ^ value >> 29) * prime_3;
    return value ^ value >> 32;
}
