/* percentiles.h: the trials' histograms as one curve a cell. */
#ifndef BENCH_REPORT_PERCENTILES_H
#define BENCH_REPORT_PERCENTILES_H

#include "bench/compare/charted.h"

#include <stdio.h>

/* Writes the header and the rows of percentiles.tsv to `file`, or, of cells in
 * open loop, of response.tsv: in closed loop the histograms hold the service time,
 * in open loop the response time. At each
 * percentile a cell has the median, and the range, over its trials. The curve
 * ends where one of them has fewer than ten samples above: a median over a set
 * that changes could fall. Trials without a histogram are left out;
 * one that can't be read is told. 0 or -errno. */
int percentiles_write(const struct charted *charted, FILE *file);

/* Whether every trial of the cell has the samples for at least the start of a
 * curve, and any has a histogram. */
bool percentiles_reach(const struct summary_cell *cell);

#endif
