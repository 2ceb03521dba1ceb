/* baseline.h: runs kept below results/baselines/ to compare later ones with. A
 * baseline is a run's folder without histograms and logs, small enough to
 * commit. */
#ifndef BENCH_BASELINE_H
#define BENCH_BASELINE_H

#include "bench/paths.h"

#include <jansson.h>
#include <stdbool.h>

/* Saves the run in the folder `run` as the baseline `name`, whole or not at
 * all; an existing one is never replaced. 0, or -1 after telling why. */
int baseline_save(const struct paths *paths, const char *run, const char *name);

/* Appends the names of all baselines, sorted; none when there is no folder of
 * them. 0, or -1 after telling why. */
int baseline_names(const struct paths *paths, struct words *names);

/* The folder of the baseline `name`. To be freed; NULL after telling that it
 * doesn't exist. */
char *baseline_folder(const struct paths *paths, const char *name);

/* What its files take, in KiB. */
double baseline_kib(const char *folder);

/* Whether a gate must refuse to hold another run against that in the folder
 * `base`: it is a baseline, and of another machine, so that a
 * difference says nothing of the code. Appends to `why` what differs; without
 * memory it refuses. */
bool baseline_refuses(const char *base, const json_t *meta_base,
                      const json_t *meta_run, struct words *why);

/* Whether a gate may hold the runs in the folders `run` against the first one:
 * not where one of a pair is a baseline that it refuses. 0, or -1 after telling
 * which one, and what differs. */
int baseline_check_gate(const struct words *run);

#endif
