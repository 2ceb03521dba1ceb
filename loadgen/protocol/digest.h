/* digest.h: 64 bits that stand for a long body, of bytes in any pieces: XXH64,
 * with seed 0, as in its specification
 * (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). It takes bytes about as fast
 * as memory gives them, and a change that is an accident goes unseen once in 2^64
 * times. */
#ifndef LOADGEN_PROTOCOL_DIGEST_H
#define LOADGEN_PROTOCOL_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_LANES = 4, DIGEST_STRIPE = DIGEST_LANES * sizeof(uint64_t) };

struct digest {
    uint64_t lane[DIGEST_LANES];
    uint64_t bytes;           /* so far */
    char rest[DIGEST_STRIPE]; /* of these, the last that make no whole stripe */
};

/* Of no bytes. */
void digest_begin(struct digest *digest);

/* The `n` bytes that come next. */
void digest_add(struct digest *digest, const char *bytes, size_t n);

/* What stands for all bytes so far; more may be added. */
uint64_t digest_value(const struct digest *digest);

#endif
