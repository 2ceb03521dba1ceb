/* placement.h: which CPUs a trial's server and generator are pinned to. */
#ifndef BENCH_RUNNER_PLACEMENT_H
#define BENCH_RUNNER_PLACEMENT_H

#include "bench/runner/cell.h"

#include <sched.h>

struct placement {
    cpu_set_t server;
    cpu_set_t client;
    cpu_set_t both;      /* their union */
    int cpus;            /* how many that are */
    const char *warning; /* why the figures are less than they should be, or
                          * NULL; a constant */
};

/* Chooses from the CPUs that this process may use. What the cell names is
 * taken; else the server gets the first CPU and the generator the next one, or
 * the same one with `placement = same`, or when there is no other. 0, or -1
 * with what is wrong in `why` (`size` bytes). */
int placement_of(const struct cell *cell, struct placement *placement,
                 char *why, size_t size);

#endif
