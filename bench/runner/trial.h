/* trial.h: one trial: a fresh server, loaded by a tool, and its record. */
#ifndef BENCH_RUNNER_TRIAL_H
#define BENCH_RUNNER_TRIAL_H

#include "bench/runner/docroot.h"
#include "bench/runner/outcome.h"
#include "bench/runner/plan.h"
#include "bench/runner/run_dir.h"
#include "bench/runner/tool.h"

#include <jansson.h>

struct trial_setup {
    struct tool_paths paths;
    const char *suite; /* its name */
    uint64_t seed;     /* of the run */
    struct docroot docroot;
};

/* Runs the trial and keeps its record, histogram and log in `dir`. `retry` is
 * 1 for the repetition of a doubtful trial; `order` counts the trials in the
 * order in which they really ran. The status is in `outcome`; after
 * OUTCOME_INTERRUPTED nothing was kept. Returns 0, or -errno when the record
 * could not be written; then the run can't go on. `*record` (a new reference)
 * is what was kept, or NULL. */
int trial_run(const struct trial_setup *setup, const struct trial *trial,
              unsigned retry, unsigned order, struct run_dir *dir,
              struct outcome *outcome, json_t **record);

#endif
