/* fingerprint.h: what two runs' fingerprints (meta.json) say of comparing
 * them; no I/O. What a fingerprint lacks counts as unknown. */
#ifndef BENCH_COMPARE_FINGERPRINT_H
#define BENCH_COMPARE_FINGERPRINT_H

#include "bench/words.h"

#include <jansson.h>
#include <stdbool.h>

/* Appends a sentence, with both values, for each thing that makes a comparison
 * of two runs doubtful: hardware, mitigations, compiler, kernel options,
 * sysctls, a tree with uncommitted changes, ... Another kernel release is the
 * point of a comparison and no such thing; nor is another boot. A sentence has
 * less than 200 bytes and is UTF-8. 0 or -ENOMEM. */
int fingerprint_differences(const json_t *meta_a, const json_t *meta_b,
                            struct words *differences);

/* Whether absolute figures of the two can be compared: the same hardware, the
 * same kernel release and options, the same compiler and flags. The host's name
 * does not matter. Appends a sentence to `why` for each thing that differs;
 * also false when memory runs out. */
bool fingerprint_same_machine(const json_t *meta_a, const json_t *meta_b,
                              struct words *why);

/* The kernel release, and the boot's id; "" if unknown. Borrowed from `meta`. */
const char *fingerprint_kernel(const json_t *meta);
const char *fingerprint_boot(const json_t *meta);

#endif
