/* report_tables.h: the tables of a run's report. */
#ifndef BENCH_REPORT_REPORT_TABLES_H
#define BENCH_REPORT_REPORT_TABLES_H

#include "bench/report/summary.h"

#include <stdio.h>

/* Writes the cells of that load as a part with its heading and a word on how to
 * read it; nothing if there are none. */
void report_tables_put(FILE *to, const struct summary *summary, enum load load);

#endif
