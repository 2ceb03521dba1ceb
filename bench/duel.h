/* duel.h: one block of a comparison of two builds: the same server of both,
 * fresh and up at the same time, loaded in turn. */
#ifndef BENCH_DUEL_H
#define BENCH_DUEL_H

#include "bench/cell.h"
#include "bench/disturbance.h"
#include "bench/outcome.h"
#include "bench/summary.h"
#include "bench/tool.h"

#include <stdint.h>

enum {
    DUEL_SIDES = 2, /* 0: the base, 1: this tree */
    DUEL_SLICES = 4,
};

struct duel {
    struct tool_paths tools;          /* of this tree, for both */
    const char *programs[DUEL_SIDES]; /* a folder each that holds servers/ */
    const char *copies[DUEL_SIDES]; /* where they are copied to and run from */
};

/* One window, on one side. */
struct slice {
    unsigned side;
    double value[METRICS]; /* NAN for what there is none of */
    struct disturbance disturbance;
};

/* Runs a block: A B B A or B A A B, as the lowest bit of `seed` says, which also
 * seeds the generator. The servers are run from new copies of
 * their files: as long as a file is cached, its pages lie where they happen to,
 * which alone made two builds of one source differ by 1.1 %. What goes wrong is
 * in `outcome`, with the side it happened on; nothing runs any more then. */
void duel_run(const struct duel *duel, const struct cell *cell, uint64_t seed,
              struct slice slice[DUEL_SLICES], struct outcome *outcome);

/* The logarithm of side 1's value against side 0's. The value of a side is its best
 * quiet slice: others can only make it slower. CPU time hardly depends on who else
 * runs, so that without a quiet slice on each side it is that of the best noisy
 * one; of the other metrics it is NAN then. */
double duel_log_ratio(const struct slice slice[DUEL_SLICES],
                      enum metric metric);

/* Whether each side has a slice that is not noisy. */
bool duel_is_quiet(const struct slice slice[DUEL_SLICES]);

#endif
