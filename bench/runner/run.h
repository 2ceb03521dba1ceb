/* run.h: a run of a suite: from the file to the last trial. */
#ifndef BENCH_RUNNER_RUN_H
#define BENCH_RUNNER_RUN_H

#include "bench/paths.h"
#include "bench/runner/calibration.h"
#include "bench/runner/plan.h"
#include "bench/runner/progress.h"
#include "bench/runner/run_dir.h"
#include "bench/runner/trial.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Repeats of noisy trials take at most this share of the suite's time. */
#define RUN_RETRY_SHARE 0.15

struct run {
    struct suite suite;
    struct plan plan;
    struct run_dir dir;
    struct trial_setup setup;
    struct progress progress;
    json_t *meta;
    struct calibration calibration;
    bool *done;          /* by trial number */
    bool *wants_retry;   /* doubtful, by trial number */
    unsigned order;      /* records so far */
    unsigned failed;     /* of these */
    uint64_t retried_ns; /* planned for the repeats of noisy trials so far */
};

/* An empty run, for run_free() to be right from the start. */
#define RUN_EMPTY ((struct run){.dir = {.trials_fd = -1}})

/* Sets the programs to be run and the seed. 0, or -1 after telling. */
int run_set_up(struct run *run, const struct paths *paths, uint64_t seed);

/* Reads the suite `file`, narrows it and makes the plan; checks what can be
 * wrong with every cell. 0, or -1 after telling what is wrong. */
int run_prepare(struct run *run, const struct paths *paths, const char *file,
                const struct narrowing *narrowing);

/* Makes the folder of a prepared run; arguments as of run_dir_create(). 0, or
 * -1 after telling. */
int run_start_new(struct run *run, const char *root, const char *out,
                  const char *label);

/* Prepares the run in the folder `path` as it was begun, and marks what is
 * done. 0, or -1 after telling. */
int run_start_again(struct run *run, const struct paths *paths,
                    const char *path);

/* The first half of run_start_new(): a folder that is no run yet. */
int run_make_folder(struct run *run, const char *root, const char *out,
                    const char *label);

/* Runs what is not done, round by round. 0, or -1 after telling why it had to
 * stop and how to go on. */
int run_trials(struct run *run);

/* How long all trials of the plan take, in ns. */
uint64_t run_planned_ns(const struct run *run);

void run_free(struct run *run);

#endif
