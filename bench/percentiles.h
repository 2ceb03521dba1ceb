/* percentiles.h: the trials' histograms as one curve a cell. */
#ifndef BENCH_PERCENTILES_H
#define BENCH_PERCENTILES_H

#include "bench/summary.h"

#include <stdio.h>

/* Writes the header and the rows of percentiles.tsv to `file`. At each
 * percentile a cell has the median, and the range, over its trials; those with
 * less than half the usual number of samples are left out, and the curve ends
 * where one of them has fewer than ten samples above. A histogram that can't be read is told and
 * left out. 0 or -errno. */
int percentiles_write(const struct summary *summary, const char *run,
                      FILE *file);

#endif
