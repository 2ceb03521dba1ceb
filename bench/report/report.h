/* report.h: a run as one HTML file that needs no other. */
#ifndef BENCH_REPORT_REPORT_H
#define BENCH_REPORT_REPORT_H

#include "bench/report/summary.h"
#include "bench/words.h"

/* Writes report.html into the folder `run`: what to know first, the charts
 * (`charts` are their names in the run's plots/, `scripts` is the folder of the
 * scripts that drew them), the table, the machine, and how each figure came
 * about. 0, or -1 after telling why. */
int report_write(const struct summary *summary, const char *scripts,
                 const char *run, const struct words *charts);

#endif
