/* duel.h: one block of a comparison of two builds: the same server of both,
 * fresh and up at the same time, loaded in turn. */
#ifndef BENCH_REGRESS_DUEL_H
#define BENCH_REGRESS_DUEL_H

#include "bench/report/summary.h"
#include "bench/runner/cell.h"
#include "bench/runner/disturbance.h"
#include "bench/runner/docroot.h"
#include "bench/runner/outcome.h"
#include "bench/runner/tool.h"

#include <stdint.h>

enum {
    DUEL_SIDES = 2, /* 0: the base, 1: this tree */
    DUEL_SLICES = 24,
    DUEL_PAIRS = DUEL_SLICES / 2, /* of neighbours, one of each side */
    DUEL_LEAST_PAIRS = 4,         /* that tell something */
    DUEL_SHORT_MOST = 3, /* pairs more in which one side served fewer */
};

struct duel {
    struct tool_paths tools;          /* of this tree, for both */
    const char *programs[DUEL_SIDES]; /* a folder each that holds servers/ */
    const char *copies[DUEL_SIDES]; /* where they are copied to and run from */
    const struct docroot *docroot;  /* the files that both serve */
};

/* One window, on one side. */
struct slice {
    double served;         /* connections with a right reply; NAN if not told */
    double value[METRICS]; /* each NAN for what there is none of */
    struct disturbance disturbance;
    unsigned side;
    bool silent;          /* no reply came, and nothing was wrong */
    bool generator_bound; /* the generator's verdict */
    bool invalid;
    char why[200]; /* it is invalid */
};

/* How a block ended. */
struct duel_end {
    struct outcome outcome;
    unsigned side; /* where what went wrong did */
};

/* Runs a block: A B B A A B B A ... or the other way round, as the lowest bit of
 * `seed` says, which also seeds the generator. The servers are run from new copies
 * of their files: as long as a file is cached, its pages lie where they happen to,
 * which alone made two builds of one source differ by 1.1 %. A slice may be silent
 * where others have the CPU; a side that is so in more than half of its slices,
 * though they were quiet, has failed. What goes wrong is in `*end`; nothing runs any more then. */
void duel_run(const struct duel *duel, const struct cell *cell, uint64_t seed,
              struct slice slice[DUEL_SLICES], struct duel_end *end);

/* The logarithm of side 1's value against side 0's: the median over the pairs of
 * neighbours, which a change of the machine's speed hits alike, and which are quiet.
 * CPU time hardly depends on who else runs, so that where too few pairs are quiet
 * it is the median of all; the other metrics are NAN then. A pair in which one side
 * served more connections than the other does not count: starving some makes the
 * rest cheap. */
double duel_log_ratio(const struct slice slice[DUEL_SLICES],
                      enum metric metric);

/* In how many pairs the side served fewer connections than the other. */
unsigned duel_short_pairs(const struct slice slice[DUEL_SLICES], unsigned side);

/* Whether one side served fewer connections than the other in DUEL_SHORT_MOST pairs
 * more than the other way round, or hardly any pair is even: then all metrics are
 * NAN, because the pairs that are left are the better ones of a worse side. */
bool duel_is_uneven(const struct slice slice[DUEL_SLICES]);

/* Whether there are pairs enough that are not noisy. */
bool duel_is_quiet(const struct slice slice[DUEL_SLICES]);

#endif
