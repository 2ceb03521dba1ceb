/* charts.h: the gnuplot scripts of plots/, run on a run's tables. */
#ifndef BENCH_CHARTS_H
#define BENCH_CHARTS_H

#include "bench/paths.h"
#include "bench/words.h"

/* Runs every script in plots/ but the shared style on the tables in the folder `run`
 * and appends the charts' names, sorted, to `names`; each left NAME.svg and
 * NAME.png in the run's plots/. 0, -EINTR when told to stop, or another
 * negative number after telling what failed; the other charts are drawn all the
 * same. */
int charts_draw(const struct paths *paths, const char *run,
                struct words *names);

#endif
