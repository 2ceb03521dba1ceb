#include "bench/runner/run.h"

#include "bench/runner/machine.h"
#include "bench/runner/record.h"
#include "common/clock.h"
#include "common/msg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A path as a shell wants it. Returns `text`. */
static const char *quoted(const char *path, char *text, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-";

    snprintf(text, size, path[strspn(path, plain)] ? "\"%s\"" : "%s", path);
    return text;
}

/* The run can't go on: why, and how to. */
static void tell_stop(struct run *run, int error)
{
    char path[4200];

    progress_end(&run->progress);
    if (error)
        msg_error("%s: can't be written: %s", run->dir.path, strerror(-error));
    msg_error("stopped: %zu of %zu trials are done and kept; go on with: "
              "%s run --resume %s",
              run->progress.done, run->plan.trials, program_invocation_name,
              quoted(run->dir.path, path, sizeof(path)));
}

/* Whether an earlier trial of the cell has told the same. */
static bool tells_again(const struct trial *trial,
                        const struct outcome *outcome)
{
    return outcome->status == OUTCOME_SKIPPED && trial->repeat > 0;
}

/* Runs one trial. 0, or -1 after telling why the run has to stop. */
static int step(struct run *run, const struct trial *trial, unsigned retry)
{
    const uint64_t expected_ns = plan_trial_ns(trial->cell);
    const uint64_t began_ns = clock_ns();
    struct outcome outcome;
    json_t *record;
    char what[100];

    cell_describe(trial->cell, what, sizeof(what));
    progress_show(&run->progress, what);
    int error = trial_run(&run->setup, trial, retry, run->order, &run->dir,
                          &outcome, &record);
    if (error || !record) {
        tell_stop(run, error);
        return -1;
    }
    run->order++;
    run->wants_retry[trial->number] =
        !retry && outcome.status == OUTCOME_OK && record_is_doubtful(record);
    calibration_take(&run->calibration, trial, record);
    json_decref(record);
    if (outcome.status != OUTCOME_OK && !tells_again(trial, &outcome))
        progress_note(&run->progress, "%s: %s: %s", what,
                      outcome_word(outcome.status), outcome.reason);
    run->failed += outcome.status == OUTCOME_FAILED;
    if (!retry)
        progress_step(&run->progress, expected_ns, clock_ns() - began_ns);
    run->done[trial->number] = true;
    return 0;
}

/* Runs the trials [begin, end), then repeats the doubtful ones among them while
 * there is time for it. */
static int run_round(struct run *run, size_t begin, size_t end)
{
    const uint64_t most_ns =
        (uint64_t)((double)run_planned_ns(run) * RUN_RETRY_SHARE);

    for (size_t i = begin; i < end; i++) {
        if (!run->done[i] && step(run, &run->plan.trial[i], 0) != 0)
            return -1;
    }
    for (size_t i = begin; i < end; i++) {
        uint64_t cost_ns = plan_trial_ns(run->plan.trial[i].cell);
        if (!run->wants_retry[i] || run->retried_ns + cost_ns > most_ns)
            continue;
        run->retried_ns += cost_ns;
        if (step(run, &run->plan.trial[i], 1) != 0)
            return -1;
    }
    return 0;
}

static int run_rounds(struct run *run)
{
    uint64_t left_ns = 0;
    size_t done = 0;
    size_t begin = 0;

    for (size_t i = 0; i < run->plan.trials; i++) {
        done += run->done[i];
        if (!run->done[i])
            left_ns += plan_trial_ns(run->plan.trial[i].cell);
    }
    progress_begin(&run->progress, run->plan.trials, done, left_ns,
                   isatty(STDERR_FILENO) == 1);
    for (size_t round = 0; round < run->plan.rounds; round++) {
        if (round == run->plan.calibration_rounds &&
            calibration_settle(&run->calibration, &run->plan) != 0) {
            msg_error("out of memory");
            tell_stop(run, 0);
            return -1;
        }
        if (run_round(run, begin, run->plan.round_end[round]) != 0)
            return -1;
        begin = run->plan.round_end[round];
    }
    progress_end(&run->progress);
    json_object_set_new(run->meta, "load_after", machine_load());
    int error = run_dir_write_meta(&run->dir, run->meta);
    if (error)
        tell_stop(run, error);
    return error ? -1 : 0;
}

int run_trials(struct run *run)
{
    struct docroot *docroot = &run->setup.docroot;
    int error =
        docroot_make(docroot, run->dir.path, &run->plan, run->setup.seed);

    if (error)
        tell_stop(run, 0);
    else
        error = run_rounds(run);
    docroot_remove(docroot);
    return error;
}
