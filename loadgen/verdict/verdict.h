/* verdict.h: what a result is worth. */
#ifndef LOADGEN_VERDICT_VERDICT_H
#define LOADGEN_VERDICT_VERDICT_H

#include <stddef.h>
#include <stdint.h>

struct settings;
struct result;

enum bottleneck {
    BOTTLENECK_NEITHER,
    BOTTLENECK_SERVER,
    BOTTLENECK_GENERATOR,
};

enum judgement { /* from good to bad */
                 VERDICT_OK,
                 VERDICT_GENERATOR_BOUND, /* the figures are the generator's own */
                 VERDICT_INVALID,         /* the figures are not to be used */
};

enum { VERDICT_REASONS = 8, VERDICT_TEXT = 240 };

struct verdict {
    enum bottleneck bottleneck;
    enum judgement judgement;
    unsigned n_reasons;
    char reasons[VERDICT_REASONS][VERDICT_TEXT]; /* in words and numbers */
};

/* Names as in records: "generator-bound". */
const char *bottleneck_name(enum bottleneck bottleneck);
const char *judgement_name(enum judgement judgement);

/* Fills in the verdict of `result` from all its other fields. */
void verdict_reach(const struct settings *settings, struct result *result);

/* Jain's index of the `n` counts: 1 if all are equal, 1/n if one has all;
 * -1 if there are none or all are 0. */
double verdict_jain(const uint64_t *counts, size_t n);

/* How far the run is from Little's law, |N - X*R| / N, in a closed loop of `n`
 * requests in flight; -1 if there is nothing to say. */
double verdict_little(double n, double per_second, double mean_ns);

#endif
