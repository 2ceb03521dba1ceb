/* newest.h: the runs that are compared when none are named. */
#ifndef BENCH_COMPARE_NEWEST_H
#define BENCH_COMPARE_NEWEST_H

#include "bench/paths.h"
#include "bench/words.h"

/* Appends the folders of two runs of results/, the older first: the newest run
 * of each of the two kernels seen last; where there is but one kernel, the two
 * newest. Runs without a trial do not count. 0, or -1 after telling that there
 * are not two. */
int newest_runs(const struct paths *paths, struct words *run);

#endif
