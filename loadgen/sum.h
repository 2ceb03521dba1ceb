/* sum.h: the threads' results added up. */
#ifndef LOADGEN_SUM_H
#define LOADGEN_SUM_H

#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/worker.h"

/* Adds what the `workers` (one for each thread), which have ended, know beyond
 * what they handed over, the counters of the window's `total`, and the memory of
 * this process to the `result`, which is empty but for the histograms. 0 or
 * -errno. */
int sum_up(const struct settings *settings, const struct worker *workers,
           const struct part *total, struct result *result);

#endif
