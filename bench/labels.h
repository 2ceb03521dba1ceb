/* labels.h: what the charts' scripts must know of a run besides its tables. */
#ifndef BENCH_LABELS_H
#define BENCH_LABELS_H

#include "bench/summary.h"

#include <stdio.h>

/* Writes labels.gp, which every script of plots/ loads: titles, the lists of
 * models, protocols and connections, and how much there is to draw. `run` is
 * the run's folder, for its name. */
void labels_write(const struct summary *summary, const char *run, FILE *file);

#endif
