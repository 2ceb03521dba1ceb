/* load.h: a whole run: threads, the measured window, and their sum. */
#ifndef LOADGEN_LOAD_H
#define LOADGEN_LOAD_H

#include "loadgen/result.h"
#include "loadgen/settings.h"

/* Runs on the same threads and connections, one after another, at other
 * rates. */
struct steps {
    /* After each step: `result` is of this one, its verdict apart. True if
     * another is to be made, at the rate that it puts in `*rate_per_s`, and with
     * the next seed. */
    bool (*next)(void *input, struct result *result, uint64_t *rate_per_s);
    void *input;
};

/* Runs what `settings` ask for, and then the `steps`, if these are not NULL (and
 * nobody watches intervals); each step returns within warm-up + duration +
 * timeout and a little. Blocks SIGINT and SIGTERM meanwhile: either ends the run
 * early and shows as `interrupted`. Tells `settings->watcher` of each interval
 * while the run goes on, and before it returns of the last. 0 with `*result`
 * filled in from the last step, its verdict apart,
 * or -errno. result_free() in both cases. */
int load_run(const struct settings *settings, const struct steps *steps,
             struct result *result);

#endif
