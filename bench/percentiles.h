/* percentiles.h: the trials' histograms as one curve a cell. */
#ifndef BENCH_PERCENTILES_H
#define BENCH_PERCENTILES_H

#include "bench/summary.h"

#include <stdio.h>

/* Writes the header and the rows of percentiles.tsv to `file`. At each
 * percentile a cell has the median, and the range, over those of its trials
 * that have at least ten samples above it; percentiles that fewer than half of
 * its trials reach are left out. A histogram that can't be read is told and
 * left out. 0 or -errno. */
int percentiles_write(const struct summary *summary, const char *run,
                      FILE *file);

#endif
