/* made_run.h: runs for tests, as the runner leaves them, with figures that are
 * made up. */
#ifndef BENCH_TEST_MADE_RUN_H
#define BENCH_TEST_MADE_RUN_H

#include "bench/report/summary.h"

struct made_run {
    const char *kernel;
    const char *tool;        /* NULL: loadgen */
    const char *placement;   /* NULL: apart */
    const char *servers;     /* lists with blanks */
    const char *connections; /* of each server */
    const char *protocols;
    int repeats;
    double cost; /* of a request in the unit of the usual: 1.1 is slower */
    const char *rates;          /* of each cell, besides closed loop, or NULL */
    const char *per_connection; /* requests, besides any number, or NULL */
};

/* Writes meta.json, trials.jsonl and histograms into `folder`, which it makes.
 * `blocking` starves all connections but one, and is skipped in open loop. */
void made_run_write(const char *folder, const struct made_run *run);

/* Writes it, and reads it as one side of a comparison: its records name their
 * folder. */
void made_run_read(const char *folder, const struct made_run *run,
                   struct summary *summary);

#endif
