/* charts.h: gnuplot scripts, run on the tables that they draw. */
#ifndef BENCH_REPORT_CHARTS_H
#define BENCH_REPORT_CHARTS_H

#include "bench/words.h"

/* Runs every script in the folder `scripts`, but the shared style, on the
 * tables in `folder` and appends the charts' names, sorted, to `names`; each
 * left NAME.svg and NAME.png in FOLDER/plots/. 0, -EINTR when told to stop, or
 * another negative number after telling what failed; the other charts are drawn
 * all the same. */
int charts_draw(const char *scripts, const char *folder, struct words *names);

#endif
