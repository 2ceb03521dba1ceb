/* regress.h: two builds' servers, block by block, until every cell is decided or
 * the time is over. */
#ifndef BENCH_REGRESS_REGRESS_H
#define BENCH_REGRESS_REGRESS_H

#include "bench/compare/comparison.h"
#include "bench/regress/duel.h"
#include "bench/runner/plan.h"

#include <stdint.h>
#include <stdio.h>

struct regress_setup {
    struct duel duel;
    uint64_t seed;
    uint64_t budget_ns;
    double min_effect[METRICS]; /* 0.01: 1 % */
    FILE *slices;               /* gets its rows at once; borrowed */
};

enum regress_end {
    REGRESS_DONE,
    REGRESS_GAVE_UP,     /* a cell could not be measured; the rest is there */
    REGRESS_INTERRUPTED, /* told to stop */
    REGRESS_FAILED,      /* out of memory or a full disk: told */
};

/* Measures each of the plan's cells (one round robin over what is undecided),
 * telling on stderr of every look. Findings, cells, trials, unit, verdict and
 * warnings of what could not be measured are added to `comparison`. */
enum regress_end regress_run(const struct regress_setup *setup,
                             const struct plan *plan,
                             struct comparison *comparison);

#endif
