#include "bench/runner/trial.h"

#include "bench/runner/awake.h"
#include "bench/runner/disturbance.h"
#include "bench/runner/placement.h"
#include "bench/runner/service.h"
#include "common/cpus.h"
#include "common/random.h"
#include "common/units.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Adds who else used the CPUs between the two edges. */
static void add_disturbance(json_t *record, const struct placement *placement,
                            bool awake, const struct edge *begin,
                            const struct edge *end, uint64_t client_ns)
{
    const struct disturbance found =
        disturbance_between(placement, awake, begin, end, client_ns);

    json_object_set_new(record, "foreign_cpu_share",
                        json_real(found.foreign_share));
    json_object_set_new(record, "foreign_source",
                        json_string(awake ? "process clocks" : "ticks"));
    json_object_set_new(record, "spinner_cpu_share",
                        awake ? json_real(found.spinner_share) : json_null());
    json_object_set_new(record, "steal_share", json_real(found.steal_share));
    json_object_set_new(record, "listen_overflows",
                        isnan(found.listen_overflows)
                            ? json_null()
                            : json_integer((json_int_t)found.listen_overflows));
    json_object_set_new(record, "noisy", json_boolean(found.noisy));
}

static void add_axes(json_t *record, const struct cell *cell,
                     const struct placement *placement)
{
    char cpus[256];

    cell_add_axes(cell, record);
    cpus_format(cpus, sizeof(cpus), &placement->server);
    json_object_set_new(record, axis_record_key(AXIS_SERVER_CPUS),
                        json_string(cpus));
    cpus_format(cpus, sizeof(cpus), &placement->client);
    json_object_set_new(record, axis_record_key(AXIS_CLIENT_CPUS),
                        json_string(cpus));
}

/* What the cell's rate comes to, and of what it is a share. */
static void add_rate(json_t *record, const struct offered *offered)
{
    json_object_set_new(record, "rate_per_s",
                        offered->per_s
                            ? json_integer((json_int_t)offered->per_s)
                            : json_null());
    json_object_set_new(
        record, "rate_of",
        offered->slowest ? json_pack("{s:s, s:f}", "server", offered->slowest,
                                     "requests_per_s", offered->whole_per_s)
                         : json_null());
}

/* wrk has no warm-up. */
static void add_times(json_t *record, const struct cell *cell)
{
    const struct section *section = cell->section;
    const uint64_t warmup_ns =
        cell_is(cell, AXIS_TOOL, "wrk") ? 0 : section->settings.warmup_ns;
    char text[40];
    char stamp[64];
    struct timespec now;
    struct tm utc;

    json_object_set_new(
        record, "duration",
        json_string(units_format_exact(text, sizeof(text),
                                       section->settings.duration_ns)));
    json_object_set_new(
        record, "warmup",
        json_string(units_format_exact(text, sizeof(text), warmup_ns)));
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(stamp, sizeof(stamp), "%s.%03ldZ", text, now.tv_nsec / 1000000);
    json_object_set_new(record, "started", json_string(stamp));
}

/* Everything that is known before it runs. */
static json_t *new_record(const struct trial_setup *setup,
                          const struct trial *trial, unsigned retry,
                          unsigned order, const struct placement *placement)
{
    const struct cell *cell = trial->cell;
    json_t *record = json_pack(
        "{s:i, s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "schema",
        RECORD_SCHEMA, "trial", (int)trial->number, "suite", setup->suite,
        "section", cell->section->name, "mode",
        cell_is_open(cell) ? "open" : "closed", "repeats", (int)cell->repeats,
        "repeat", (int)trial->repeat, "retry", (int)retry, "order", (int)order);

    if (!record)
        return NULL;
    add_axes(record, cell, placement);
    add_rate(record, &cell->offered);
    if (cell->calibrates)
        json_object_set_new(record, "calibration", json_true());
    add_times(record, cell);
    json_object_set_new(record, "warning",
                        placement->warning ? json_string(placement->warning)
                                           : json_null());
    return record;
}

/* Puts what the generator wrote beside its result on disk, as far as it did, and
 * names it in the record. */
static int keep_histograms(const struct trial *trial, const char *suffix,
                           const struct run_dir *dir,
                           const struct tool_run *run, json_t *record)
{
    const struct cell *cell = trial->cell;
    const struct {
        const char *key;
        const char *ending;
        int fd;
    } files[] = {{"histogram", "hgrm", run->hist_fd},
                 {"hlog", "hlog", run->hlog_fd}};
    int error = 0;

    for (size_t i = 0; i < 2 && !error; i++) {
        char name[200];
        if (files[i].fd < 0)
            continue;
        snprintf(name, sizeof(name), "hist/%05u-%s-%s-%s%s.%s", trial->number,
                 cell->axis[AXIS_SERVER], cell->axis[AXIS_PROTOCOL],
                 cell->axis[AXIS_CONNECTIONS], suffix, files[i].ending);
        error = run_dir_keep(dir, name, files[i].fd);
        json_object_set_new(record, files[i].key, json_string(name));
    }
    return error;
}

/* Puts histograms and logs on disk, and then the record, which names them. */
static int keep(const struct trial *trial, unsigned retry, struct run_dir *dir,
                const struct service *service, const struct tool_run *run,
                const struct outcome *outcome, json_t *record)
{
    const struct cell *cell = trial->cell;
    const char *suffix = retry ? "-retry" : "";
    char name[200];
    int error = 0;

    json_object_set_new(record, "status",
                        json_string(outcome_word(outcome->status)));
    json_object_set_new(record, "reason",
                        outcome->reason[0] ? json_string(outcome->reason)
                                           : json_null());
    if (run->result && cell_is(cell, AXIS_TOOL, "loadgen"))
        error = keep_histograms(trial, suffix, dir, run, record);
    snprintf(name, sizeof(name), "log/%05u-%s%s-server.log", trial->number,
             cell->axis[AXIS_SERVER], suffix);
    if (!error && service->log_fd >= 0)
        error = run_dir_keep(dir, name, service->log_fd);
    snprintf(name, sizeof(name), "log/%05u-%s%s-tool.log", trial->number,
             cell->axis[AXIS_SERVER], suffix);
    if (!error && run->log_fd >= 0 && outcome->status != OUTCOME_OK)
        error = run_dir_keep(dir, name, run->log_fd);
    json_object_set(record, "result", run->result ? run->result : json_null());
    return error ? error : run_dir_append(dir, record);
}

/* The part that is measured, between a running server and its stop. */
static void measure(const struct trial_setup *setup, const struct trial *trial,
                    const struct placement *placement,
                    const struct service *service, struct tool_run *run,
                    json_t *record, struct outcome *outcome)
{
    struct awake awake = {0};
    struct edge begin;
    struct edge end;
    bool keep_awake = cell_is(trial->cell, AXIS_KEEP_AWAKE, "yes");
    uint64_t state = setup->seed + trial->number;
    const struct tool_load load = {
        .cell = trial->cell,
        .placement = placement,
        .service = service,
        .seed = random_next(&state) >> 1,
        .intervals = cell_is_open(trial->cell) && trial->repeat == 0,
    };

    if (keep_awake && awake_start(&awake, &placement->both) != 0)
        outcome_set(outcome, OUTCOME_FAILED,
                    "the spinners that keep the CPUs awake can't be started");
    edge_read(placement, service->child.pid, &awake, &begin);
    if (outcome->status == OUTCOME_OK)
        tool_run(&setup->paths, &load, run, outcome);
    edge_read(placement, service->child.pid, &awake, &end);
    awake_stop(&awake);
    add_disturbance(record, placement, keep_awake, &begin, &end, run->cpu_ns);
}

int trial_run(const struct trial_setup *setup, const struct trial *trial,
              unsigned retry, unsigned order, struct run_dir *dir,
              struct outcome *outcome, json_t **record)
{
    struct placement placement;
    struct service service = {.log_fd = -1};
    struct tool_run run = {.hist_fd = -1, .hlog_fd = -1, .log_fd = -1};
    int error = 0;

    *outcome = (struct outcome){0};
    if (placement_of(trial->cell, &placement, outcome->reason,
                     sizeof(outcome->reason)) != 0)
        outcome->status = OUTCOME_FAILED;
    if (trial->cell->offered.fault)
        outcome_set(outcome, OUTCOME_SKIPPED, "%s", trial->cell->offered.fault);
    *record = new_record(setup, trial, retry, order, &placement);
    if (!*record)
        return -ENOMEM;
    if (outcome->status == OUTCOME_OK) {
        docroot_warm(&setup->docroot, trial->cell);
        service_start(setup->paths.programs, setup->docroot.path, trial->cell,
                      &placement, &service, outcome);
        if (outcome->status == OUTCOME_OK)
            measure(setup, trial, &placement, &service, &run, *record, outcome);
        service_stop(&service, outcome);
    }
    if (outcome->status != OUTCOME_INTERRUPTED)
        error = keep(trial, retry, dir, &service, &run, outcome, *record);
    tool_close(&run);
    service_close(&service);
    if (error || outcome->status == OUTCOME_INTERRUPTED) {
        json_decref(*record);
        *record = NULL;
    }
    return error;
}
