/* ranks.h: rank tests and the estimates that belong to them; no I/O. They ask
 * nothing of the distribution, and an outlier counts no more than its rank. */
#ifndef BENCH_STATISTICS_RANKS_H
#define BENCH_STATISTICS_RANKS_H

#include <stddef.h>

/* A shift between two samples. */
struct shift {
    double estimate; /* Hodges and Lehmann's; NAN without data */
    double low;      /* of its interval with the confidence 1 - alpha */
    double high;
    double p;       /* two-sided, of no shift; NAN without data */
    double least_p; /* the least that so few data can give at all */
};

enum {
    RANKS_EXACT_MOST = 50, /* values a side up to which two samples are compared
                            * exactly, unless there are ties */
    RANKS_PAIRED_EXACT_MOST = 120, /* the same for differences, or zeros */
};

/* Wilcoxon's signed-rank test of `n` paired differences, and the median of
 * their Walsh averages. Zeros are left out of the test, as Wilcoxon (1945) did,
 * not of the estimate. Beyond RANKS_PAIRED_EXACT_MOST, and with ties or zeros,
 * a normal approximation with the corrections for ties and continuity. `alpha`,
 * from 0 to 1, is the chance that the interval misses; too few values for it
 * give the whole range, whose chance is `least_p`. Hollander,
 * Wolfe, Chicken, "Nonparametric statistical methods", 3rd ed., 3.1 to 3.3.
 * 0, or -ENOMEM: then `*shift` has NANs. */
int ranks_paired(const double *difference, size_t n, double alpha,
                 struct shift *shift);

/* Mann and Whitney's test of two samples, and the median of all differences
 * b - a. As above; 4.1 to 4.3 there. */
int ranks_unpaired(const double *a, size_t n_a, const double *b, size_t n_b,
                   double alpha, struct shift *shift);

/* Turns `n` p-values into q-values: the least false discovery rate at which
 * each would be a discovery. Benjamini and Hochberg (1995). NANs stay and do
 * not count. 0 or -ENOMEM. */
int ranks_adjust(double *p, size_t n);

#endif
