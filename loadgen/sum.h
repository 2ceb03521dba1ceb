/* sum.h: the threads' results added up. */
#ifndef LOADGEN_SUM_H
#define LOADGEN_SUM_H

#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/worker.h"

/* Adds what the `workers` (one for each thread), which have ended, counted to
 * the empty `result`, and the memory of this process. 0 or -errno. */
int sum_up(const struct settings *settings, const struct worker *workers,
           struct result *result);

#endif
