/* random.h: a small generator whose sequence is the same on every machine. */
#ifndef COMMON_RANDOM_H
#define COMMON_RANDOM_H

#include <stdint.h>

/* The next number of SplitMix64 (Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014); any `*state` is a seed. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number below `n` > 0, each equally likely. */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
    const uint64_t surplus = (0 - n) % n; /* 2^64 mod n */
    uint64_t value;

    do {
        value = random_next(state);
    } while (value < surplus);
    return value % n;
}

#endif
