/* slices.h: the file of a comparison's single slices, as it grows. */
#ifndef BENCH_REGRESS_SLICES_H
#define BENCH_REGRESS_SLICES_H

#include "bench/regress/duel.h"

#include <stdio.h>

/* Writes the header line: block, cell, slice, side, the share of the
 * CPUs that others had, whether it is noisy, how many connections
 * were served, and each metric's path. */
void slices_write_header(FILE *file);

/* Writes the rows of one block of the cell `name`, and flushes. 0 or -errno. */
int slices_write(FILE *file, unsigned block, const char *name,
                 const struct slice slice[DUEL_SLICES]);

#endif
