/* plan.h: a suite's cells, and the order in which their trials run. */
#ifndef BENCH_RUNNER_PLAN_H
#define BENCH_RUNNER_PLAN_H

#include "bench/runner/cell.h"
#include "bench/runner/suite.h"

#include <stdbool.h>
#include <stdint.h>

struct trial {
    const struct cell *cell;
    unsigned number; /* its place in the plan, from 0 */
    unsigned repeat; /* from 0, below the cell's repeats */
};

/* Trials of a cell that tells what shares of a rate are of: a median needs few,
 * and one of them may be disturbed. */
enum { PLAN_CALIBRATION_REPEATS = 3 };

struct plan {
    struct cell *cell; /* those that calibrate come last */
    size_t cells;
    struct trial *trial; /* in the order of running */
    size_t trials;
    size_t *round_end; /* the trial after each round's last one */
    size_t rounds;
    size_t calibration_rounds; /* the first of them, or 0 */
};

/* Expands `suite`, which must outlive the plan. The order is random but
 * replayable: the same suite and seed give the same plan on any machine. Each
 * round holds every cell at most once, so that drift hits all alike; cells with
 * fewer repeats are spread evenly over the rounds. A cell that two sections
 * have belongs to the first. Where a rate is a share, its cells have others that
 * calibrate, the same in closed loop, whose trials come first. 0 or -ENOMEM. Free
 * with plan_free() in both cases. */
int plan_make(const struct suite *suite, uint64_t seed, struct plan *plan);

/* Whether the cells do the same, save that servers and rates may differ. */
bool plan_alike(const struct cell *a, const struct cell *b);

/* How long one trial of `cell` takes, in ns: an estimate with the start and
 * stop of the programs. */
uint64_t plan_trial_ns(const struct cell *cell);

void plan_free(struct plan *plan);

#endif
