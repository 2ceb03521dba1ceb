#include "bench/runner/run.h"

#include "bench/runner/machine.h"
#include "bench/runner/placement.h"
#include "bench/runner/record.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 32 }; /* for all that is no connection */

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

/* Asks the server itself whether it can have so many workers. */
static bool takes_workers(const struct run *run, const struct cell *cell)
{
    char program[4096];
    const char *const argv[] = {program, "--workers", cell->axis[AXIS_WORKERS],
                                "--summary", NULL};
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = -1, .stderr_fd = STDERR_FILENO};
    struct child child;

    if (cell_is(cell, AXIS_WORKERS, AXIS_AUTO))
        return true;
    snprintf(program, sizeof(program), "%s/servers/%s",
             run->setup.paths.programs, cell->axis[AXIS_SERVER]);
    if (child_start(&setup, &child) != 0)
        return true; /* its trials will tell why */
    return child_wait(&child, -1, clock_ns() + 5 * NS_PER_S) == CHILD_ENDED &&
           child.status == 0;
}

/* Says what is wrong with a cell, or nothing. */
static void find_fault(const struct cell *cell, uint64_t descriptors, char *why,
                       size_t size)
{
    struct placement placement;
    uint64_t connections =
        cell_count(cell, AXIS_CONNECTIONS) + cell_count(cell, AXIS_IDLE);

    why[0] = '\0';
    if (placement_of(cell, &placement, why, size) != 0)
        return;
    if (connections + SPARE_DESCRIPTORS > descriptors)
        snprintf(why, size,
                 "%llu connections are more than the %llu open files allowed "
                 "here; raise the hard limit (ulimit -Hn)",
                 (unsigned long long)connections,
                 (unsigned long long)descriptors);
}

/* What can be told of a cell is told before the first one runs. */
static int check_cells(const struct run *run)
{
    struct rlimit limit = {.rlim_max = RLIM_INFINITY};

    getrlimit(RLIMIT_NOFILE, &limit);
    for (size_t i = 0; i < run->plan.cells; i++) {
        const struct cell *cell = &run->plan.cell[i];
        char why[300];
        find_fault(cell, limit.rlim_max, why, sizeof(why));
        if (why[0])
            msg_error("%s:%u: [%s]: %s", run->suite.path, cell->section->line,
                      cell->section->name, why);
        if (why[0] || !takes_workers(run, cell))
            return -1;
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
    if (!run->done || !run->wants_retry ||
        calibration_begin(&run->calibration, &run->plan) != 0) {
        msg_error("out of memory");
        return -1;
    }
    return check_cells(run);
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

int run_make_folder(struct run *run, const char *root, const char *out,
                    const char *label)
{
    int error;

    /* It may take a while; a folder that is none yet is no loss till then. */
    run->meta = new_meta(run, label);
    if (!run->meta) {
        msg_error("out of memory");
        return -1;
    }
    if (run_dir_create(root, out, label, &run->dir) != 0)
        return -1;
    error = keep_suite(run);
    if (!error)
        error = run_dir_write_meta(&run->dir, run->meta);
    if (error)
        msg_error("%s: can't be written: %s", run->dir.path, strerror(-error));
    return error ? -1 : 0;
}

int run_start_new(struct run *run, const char *root, const char *out,
                  const char *label)
{
    if (run_make_folder(run, root, out, label) != 0 ||
        run_dir_begin(&run->dir) != 0)
        return -1;
    if (!out)
        run_dir_point_latest(root, &run->dir);
    return 0;
}

/* The trial that a record is of; NULL if it is none of this plan's. */
static const struct trial *trial_of(const struct run *run, const json_t *record)
{
    const json_t *number = json_object_get(record, "trial");
    const json_t *repeat = json_object_get(record, "repeat");
    const struct trial *trial = run->plan.trial;

    if (!json_is_integer(number) || json_integer_value(number) < 0 ||
        (size_t)json_integer_value(number) >= run->plan.trials)
        return NULL;
    trial += json_integer_value(number);
    if (json_integer_value(repeat) != trial->repeat)
        return NULL;
    for (enum axis axis = 0; axis < AXES; axis++) {
        /* the CPUs of a record are those that were chosen */
        if (axis == AXIS_SERVER_CPUS || axis == AXIS_CLIENT_CPUS)
            continue;
        json_t *value = axis_json(axis, trial->cell->axis[axis]);
        bool same =
            json_equal(value, json_object_get(record, axis_record_key(axis)));
        json_decref(value);
        if (!same)
            return NULL;
    }
    return trial;
}

/* Marks what the records say is done. -1 after telling that one is none of
 * this plan's. */
static int mark_done(struct run *run, const json_t *trials)
{
    size_t i;
    json_t *record;

    json_array_foreach(trials, i, record)
    {
        const struct trial *trial = trial_of(run, record);
        const char *status =
            json_string_value(json_object_get(record, "status"));
        bool retry = json_integer_value(json_object_get(record, "retry")) > 0;
        if (!trial) {
            msg_error("%s/trials.jsonl: the record of trial %lld is none of "
                      "suite.ini's trials",
                      run->dir.path,
                      (long long)json_integer_value(
                          json_object_get(record, "trial")));
            return -1;
        }
        run->order++;
        run->done[trial->number] = true;
        calibration_take(&run->calibration, trial, record);
        run->wants_retry[trial->number] = !retry && status &&
                                          strcmp(status, "ok") == 0 &&
                                          record_is_doubtful(record);
        run->failed += status && strcmp(status, "failed") == 0;
        if (retry)
            run->retried_ns += plan_trial_ns(trial->cell);
    }
    return 0;
}

/* With another seed it would be another run. */
static int check_meta(const json_t *meta, const char *path)
{
    if (json_is_integer(json_object_get(meta, "seed")) &&
        json_is_string(json_object_get(meta, "suite")))
        return 0;
    msg_error("%s/meta.json: tells no seed or suite to go on with", path);
    return -1;
}

int run_start_again(struct run *run, const struct paths *paths,
                    const char *path)
{
    static const struct narrowing as_it_was = {0};
    json_t *trials = NULL;
    char *file = NULL;
    int error = -1;

    run->meta = run_dir_read_meta(path);
    if (!run->meta || check_meta(run->meta, path) != 0 ||
        run_dir_open(path, &run->dir) != 0)
        return -1;
    run->setup.seed =
        (uint64_t)json_integer_value(json_object_get(run->meta, "seed"));
    file = run_dir_file(path, "suite.ini");
    if (file && run_prepare(run, paths, file, &as_it_was) == 0)
        trials = run_dir_read_trials(path, NULL);
    if (trials)
        error = mark_done(run, trials);
    if (!error) {
        free(run->suite.name);
        run->suite.name =
            strdup(json_string_value(json_object_get(run->meta, "suite")));
        error = run->suite.name ? 0 : -1;
    }
    json_decref(trials);
    free(file);
    return error;
}

void run_free(struct run *run)
{
    run_dir_close(&run->dir);
    calibration_free(&run->calibration);
    plan_free(&run->plan);
    suite_free(&run->suite);
    json_decref(run->meta);
    free(run->done);
    free(run->wants_retry);
    free(run->setup.paths.wrk_script);
}
