#include "bench/run.h"

#include "bench/machine.h"
#include "bench/placement.h"
#include "common/msg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int run_set_up(struct run *run, const struct paths *paths, uint64_t seed)
{
    run->setup.seed = seed;
    run->setup.paths.programs = paths->programs;
    run->setup.paths.wrk_script = run_dir_file(paths->root, "bench/wrk.lua");
    if (run->setup.paths.wrk_script)
        return 0;
    msg_error("out of memory");
    return -1;
}

/* What can be wrong with every cell is found before the first one runs. */
static int check_cells(const struct plan *plan)
{
    for (size_t i = 0; i < plan->cells; i++) {
        struct placement placement;
        char why[300];
        if (placement_of(&plan->cell[i], &placement, why, sizeof(why)) != 0) {
            msg_error("[%s]: %s", plan->cell[i].section->name, why);
            return -1;
        }
    }
    return 0;
}

uint64_t run_planned_ns(const struct run *run)
{
    uint64_t total_ns = 0;

    for (size_t i = 0; i < run->plan.trials; i++)
        total_ns += plan_trial_ns(run->plan.trial[i].cell);
    return total_ns;
}

int run_prepare(struct run *run, const struct paths *paths, const char *file,
                const struct narrowing *narrowing)
{
    struct words servers = {0};
    int error = paths_servers(paths, &servers);

    if (!error)
        error = suite_read(file, &servers, &run->suite);
    if (!error)
        error = suite_narrow(&run->suite, narrowing, &servers);
    words_free(&servers);
    if (error)
        return -1;
    if (plan_make(&run->suite, run->setup.seed, &run->plan) != 0) {
        msg_error("out of memory");
        return -1;
    }
    run->done = calloc(run->plan.trials, sizeof(*run->done));
    run->wants_retry = calloc(run->plan.trials, sizeof(*run->wants_retry));
    if (!run->done || !run->wants_retry) {
        msg_error("out of memory");
        return -1;
    }
    return check_cells(&run->plan);
}

/* Keeps the suite as it is run, so that --resume needs nothing else. */
static int keep_suite(const struct run *run)
{
    int fd = memfd_create("suite", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    int error = file ? suite_write(&run->suite, file) : -errno;

    if (!error)
        error = run_dir_keep(&run->dir, "suite.ini", fd);
    if (file)
        fclose(file);
    return error;
}

static json_t *new_meta(const struct run *run, const char *label)
{
    return json_pack("{s:i, s:s, s:s?, s:I, s:i, s:o, s:o, s:n}", "schema",
                     RECORD_SCHEMA, "suite", run->suite.name, "label", label,
                     "seed", (json_int_t)run->setup.seed, "trials",
                     (int)run->plan.trials, "machine", machine_fingerprint(),
                     "load_before", machine_load(), "load_after");
}

int run_start_new(struct run *run, const char *root, const char *out,
                  const char *label)
{
    int error;

    if (run_dir_create(root, out, label, &run->dir) != 0)
        return -1;
    run->meta = new_meta(run, label);
    error = run->meta ? keep_suite(run) : -ENOMEM;
    if (!error)
        error = run_dir_write_meta(&run->dir, run->meta);
    if (error)
        msg_error("%s: can't be written: %s", run->dir.path, strerror(-error));
    return error ? -1 : 0;
}

/* Marks what the records say is done. -1 after telling that one is none of
 * this plan's. */
static int mark_done(struct run *run, const json_t *trials)
{
    size_t i;
    const json_t *record;

    json_array_foreach(trials, i, record)
    {
        json_int_t number =
            json_integer_value(json_object_get(record, "trial"));
        const char *server =
            json_string_value(json_object_get(record, "server"));
        bool retry = json_integer_value(json_object_get(record, "retry")) > 0;
        if (number < 0 || (size_t)number >= run->plan.trials || !server ||
            !cell_is(run->plan.trial[number].cell, AXIS_SERVER, server)) {
            msg_error("%s/trials.jsonl: trial %lld is none of suite.ini's",
                      run->dir.path, (long long)number);
            return -1;
        }
        run->order++;
        run->done[number] = true;
        run->wants_retry[number] =
            !retry && json_is_true(json_object_get(record, "noisy"));
    }
    return 0;
}

int run_start_again(struct run *run, const struct paths *paths,
                    const char *path)
{
    static const struct narrowing as_it_was = {0};
    json_t *trials = NULL;
    char *file = NULL;
    int error = -1;

    run->meta = run_dir_read_meta(path);
    if (!run->meta || run_dir_open(path, &run->dir) != 0)
        return -1;
    run->setup.seed =
        (uint64_t)json_integer_value(json_object_get(run->meta, "seed"));
    file = run_dir_file(path, "suite.ini");
    if (file && run_prepare(run, paths, file, &as_it_was) == 0)
        trials = run_dir_read_trials(path, NULL);
    if (trials)
        error = mark_done(run, trials);
    if (!error) {
        const json_t *name = json_object_get(run->meta, "suite");
        free(run->suite.name);
        run->suite.name =
            strdup(json_is_string(name) ? json_string_value(name) : "unknown");
        error = run->suite.name ? 0 : -1;
    }
    json_decref(trials);
    free(file);
    return error;
}

void run_free(struct run *run)
{
    run_dir_close(&run->dir);
    plan_free(&run->plan);
    suite_free(&run->suite);
    json_decref(run->meta);
    free(run->done);
    free(run->wants_retry);
    free(run->setup.paths.wrk_script);
}
