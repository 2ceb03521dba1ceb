/* calibration.h: what a share of a rate is a share of; no I/O.
 *
 * A rate like 50% is a share of what the slowest server does in closed loop, with
 * all else the same, in this very run: then every server is offered the same load,
 * and none more than it can take. A server that leaves connections without a reply
 * has no such rate. */
#ifndef BENCH_RUNNER_CALIBRATION_H
#define BENCH_RUNNER_CALIBRATION_H

#include "bench/runner/plan.h"

#include <jansson.h>

struct calibration {
    json_t **record; /* by trial number: the right one that counts, or NULL */
    size_t trials;
};

/* Begins without a trial. `plan` is that of all calls that follow. 0 or -ENOMEM.
 * Free with calibration_free() in both cases. */
int calibration_begin(struct calibration *calibration, const struct plan *plan);

/* Takes the record of a trial, which is kept, if it is right and its cell
 * calibrates. Of a trial and its repetition the better one counts. */
void calibration_take(struct calibration *calibration,
                      const struct trial *trial, json_t *record);

/* Sets what is offered in every cell of `plan` whose rate is a share: the rate, by
 * the medians of the trials taken, or why there is none. 0 or -ENOMEM. */
int calibration_settle(const struct calibration *calibration,
                       struct plan *plan);

void calibration_free(struct calibration *calibration);

#endif
