/* stats.h: robust statistics of trials; no I/O. */
#ifndef BENCH_STATISTICS_STATS_H
#define BENCH_STATISTICS_STATS_H

#include <stddef.h>

/* Median and range of some trials; NAN each when there are none. */
struct spread {
    double median;
    double min;
    double max;
    size_t n;
};

/* Of `n` values, which it sorts. NANs are left out. */
struct spread stats_spread(double *values, size_t n);

/* The exact 95 % interval of a probability that was seen `k` times of `n` (> 0):
 * Clopper and Pearson, Biometrika 26, 1934. */
void stats_binomial_interval(unsigned k, unsigned n, double *low, double *high);

#endif
