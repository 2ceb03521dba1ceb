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
    double served;         /* connections with a right reply; NAN if not told */
    double value[METRICS]; /* NAN for what there is none of */
    struct disturbance disturbance;
    bool generator_bound; /* the generator's verdict */
    bool invalid;
    char why[200]; /* it is invalid */
};

/* How a block ended. */
struct duel_end {
    struct outcome outcome;
    unsigned side; /* where what went wrong did */
};

/* Runs a block: A B B A or B A A B, as the lowest bit of `seed` says, which also
 * seeds the generator. The servers are run from new copies of
 * their files: as long as a file is cached, its pages lie where they happen to,
 * which alone made two builds of one source differ by 1.1 %. What goes wrong is
 * in `*end`; nothing runs any more then. */
void duel_run(const struct duel *duel, const struct cell *cell, uint64_t seed,
              struct slice slice[DUEL_SLICES], struct duel_end *end);

/* The logarithm of side 1's value against side 0's. The value of a side is its best
 * quiet slice: others can only make it slower. CPU time hardly depends on who else
 * runs, so that where a side has no quiet slice it is that of the best of all; the
 * other metrics are NAN then. So are all where one side served more connections
 * than the other: starving some makes the rest cheap. */
double duel_log_ratio(const struct slice slice[DUEL_SLICES],
                      enum metric metric);

/* The least number of connections that a slice of the side served. */
double duel_served(const struct slice slice[DUEL_SLICES], unsigned side);

/* Whether one side served more connections than the other. */
bool duel_is_uneven(const struct slice slice[DUEL_SLICES]);

/* Whether each side has a slice that is not noisy. */
bool duel_is_quiet(const struct slice slice[DUEL_SLICES]);

#endif
