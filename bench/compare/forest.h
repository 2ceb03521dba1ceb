/* forest.h: findings as the rows of a forest plot. */
#ifndef BENCH_COMPARE_FOREST_H
#define BENCH_COMPARE_FOREST_H

#include "bench/compare/comparison.h"

#include <stdio.h>

/* Writes the header and the rows of forest.tsv to `file`: a row a finding that
 * has a ratio, changes and interval in percent, the minimum effect too. Within
 * a metric `position` counts from 1, what is worst, to what is best. With more
 * than two sides a label begins with its side's letter. 0 or -ENOMEM. */
int forest_write(const struct comparison *comparison, FILE *file);

/* How many rows that are. */
size_t forest_rows(const struct comparison *comparison);

#endif
