/* chart_tables.h: the tables that charts of a run and of a comparison are drawn
 * from. */
#ifndef BENCH_REPORT_CHART_TABLES_H
#define BENCH_REPORT_CHART_TABLES_H

#include "bench/compare/charted.h"

/* Writes into `folder`: connections.tsv (closed loop), open.tsv, churn.tsv and
 * files.tsv, each with a row a cell; and percentiles.tsv and response.tsv, with a
 * row a cell and percentile, of closed and of open loop. 0, or -1 after telling
 * why. */
int chart_tables_write(const struct charted charted[LOADS], const char *folder);

#endif
