/* load.h: a whole run: threads, the measured window, and their sum. */
#ifndef LOADGEN_LOAD_H
#define LOADGEN_LOAD_H

#include "loadgen/result.h"
#include "loadgen/settings.h"

/* Runs what `settings` ask for; returns within warm-up + duration + timeout
 * and a little. Blocks SIGINT and SIGTERM meanwhile: either ends the run early
 * and shows as `interrupted`. Tells `settings->watcher` of each interval while
 * the run goes on, and before it returns of the last. 0 with `*result` filled in, its verdict apart,
 * or -errno. load_free() in both cases. */
int load_run(const struct settings *settings, struct result *result);

void load_free(struct result *result);

#endif
