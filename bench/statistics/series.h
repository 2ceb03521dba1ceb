/* series.h: one cell's blocks of paired slices, looked at now and then; no I/O.
 *
 * A block loads two servers in turn, A B B A or B A A B, by the toss of a coin.
 * If they do not differ, that coin makes the sign of the block's log ratio as
 * likely + as -, whatever the noise: Wilcoxon's signed-rank test of the blocks
 * is exact. The series is looked at after SERIES_LOOKS fixed numbers of blocks at
 * most; each look has an equal part of the 5 % (Bonferroni), so that all of its
 * intervals together miss with at most 5 % ("repeated confidence intervals",
 * Jennison and Turnbull, 1989), and looking often raises no false alarm. */
#ifndef BENCH_STATISTICS_SERIES_H
#define BENCH_STATISTICS_SERIES_H

#include "bench/statistics/findings.h"
#include "bench/statistics/ranks.h"

#include <stdbool.h>
#include <stddef.h>

enum { SERIES_LOOKS = 8 };

/* The blocks of one cell. */
struct series {
    double *log_ratio[METRICS]; /* `n` each; NAN where a block has none */
    size_t n;
    size_t room;
    unsigned looks;              /* so far */
    struct shift shift[METRICS]; /* as of the last look */
    size_t known[METRICS];       /* blocks that these rest on */
    double p[METRICS]; /* the least of all looks, times SERIES_LOOKS */
};

/* Appends a block. 0 or -ENOMEM. Free with series_free(). */
int series_add(struct series *series, const double log_ratio[METRICS]);

/* Whether so many blocks are there that the next look is due. */
bool series_is_due(const struct series *series);

/* Whether no look is left. */
bool series_is_over(const struct series *series);

/* Takes a look, also when none is due, as at the end of the time: it counts as
 * the next one. No-op when none is left. 0 or -ENOMEM. */
int series_look(struct series *series);

/* Sets what the last look says of `metric` in `finding`: ratio, interval, p and
 * numbers. Metrics that do not gate have the plain 95 % interval of all
 * blocks. */
void series_finding(const struct series *series, enum metric metric,
                    struct finding *finding);

void series_free(struct series *series);

#endif
