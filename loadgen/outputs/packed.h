/* packed.h: a histogram as the HdrHistogram tools exchange it: encoding V2,
 * compressed with zlib, as text in base64. After a cookie and the length of what
 * follows, both 32 bits as all numbers here with the greatest byte first, comes a
 * zlib stream of 40 bytes of head (cookie, length of the counts, index offset,
 * significant digits, least and greatest value, ratio to real numbers) and the
 * counts by index: signed numbers, zigzag in LEB128 of at most nine bytes, of
 * which a negative one is a run of so many zeros. */
#ifndef LOADGEN_OUTPUTS_PACKED_H
#define LOADGEN_OUTPUTS_PACKED_H

#include "loadgen/histogram.h"

/* The text, which the caller frees; NULL if there is no memory. */
char *packed_from_histogram(const struct histogram *histogram);

/* Reads the `n` characters of `text`. Least, greatest and sum are as exact as the
 * counters. 0, -ENOMEM, or -EBADMSG if it is damaged, or of another layout than
 * ours. */
int packed_to_histogram(const char *text, size_t n,
                        struct histogram *histogram);

#endif
