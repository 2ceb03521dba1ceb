#include "bench/duel.h"

#include "bench/awake.h"
#include "bench/copies.h"
#include "bench/findings.h"
#include "bench/placement.h"
#include "bench/random.h"
#include "bench/service.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const side_names[DUEL_SIDES] = {"the base", "this tree"};

/* Puts before the reason on which side it happened. */
static void tell_side(struct outcome *outcome, unsigned side)
{
    char reason[sizeof(outcome->reason)];

    if (outcome->status == OUTCOME_OK)
        return;
    memcpy(reason, outcome->reason, sizeof(reason));
    snprintf(outcome->reason, sizeof(outcome->reason), "%s: %.450s",
             side_names[side], reason);
}

/* Runs the tool on one side. */
static void load(const struct duel *duel, const struct cell *cell,
                 const struct placement *placement,
                 const struct service *service, const struct awake *awake,
                 uint64_t seed, struct slice *slice, struct outcome *outcome)
{
    struct tool_run run;
    struct edge begin;
    struct edge end;

    edge_read(placement, service->child.pid, awake, &begin);
    tool_run(&duel->tools, cell, placement, service, seed, &run, outcome);
    edge_read(placement, service->child.pid, awake, &end);
    slice->disturbance =
        disturbance_between(placement, awake->n > 0, &begin, &end, run.cpu_ns);
    bool starved = summary_number(run.result, "connections_served") <
                   (double)cell_count(cell, AXIS_CONNECTIONS);
    for (enum metric metric = 0; metric < METRICS; metric++) {
        bool latency = metric == METRIC_P50_NS || metric == METRIC_P99_NS;
        slice->value[metric] =
            latency && starved
                ? (double)NAN
                : summary_number(run.result, metric_path(metric));
    }
    tool_close(&run);
}

static void run_slices(const struct duel *duel, const struct cell *cell,
                       const struct placement *placement,
                       const struct service *service, const struct awake *awake,
                       uint64_t seed, struct slice *slice,
                       struct outcome *outcome)
{
    static const unsigned order[DUEL_SLICES] = {0, 1, 1, 0};
    uint64_t state = seed;

    for (int i = 0; i < DUEL_SLICES && outcome->status == OUTCOME_OK; i++) {
        slice[i].side = order[i] ^ (unsigned)(seed & 1);
        load(duel, cell, placement, &service[slice[i].side], awake,
             random_next(&state) >> 1, &slice[i], outcome);
        tell_side(outcome, slice[i].side);
    }
}

/* Stops it; of what it says only the first reason of the block counts. */
static void stop(struct service *service, unsigned side,
                 struct outcome *outcome)
{
    struct outcome own = {0};

    service_stop(service, &own);
    service_close(service);
    tell_side(&own, side);
    if (own.status != OUTCOME_OK)
        outcome_set(outcome, own.status, "%s", own.reason);
}

/* Starts both servers, each from a new copy of its file. */
static void start_both(const struct duel *duel, const struct cell *cell,
                       const struct placement *placement, unsigned first,
                       struct service *service, struct outcome *outcome)
{
    const char *name = cell->axis[AXIS_SERVER];

    for (unsigned i = 0; i < DUEL_SIDES && outcome->status == OUTCOME_OK; i++) {
        const unsigned side = i ^ first;
        int error =
            copies_refresh(duel->programs[side], duel->copies[side], name);
        if (error)
            outcome_set(outcome, OUTCOME_FAILED, "%s/servers/%s to %s: %s",
                        duel->programs[side], name, duel->copies[side],
                        strerror(-error));
        else
            service_start(duel->copies[side], cell, placement, &service[side],
                          outcome);
        tell_side(outcome, side);
    }
}

void duel_run(const struct duel *duel, const struct cell *cell, uint64_t seed,
              struct slice slice[DUEL_SLICES], struct outcome *outcome)
{
    struct placement placement;
    struct service service[DUEL_SIDES] = {{.log_fd = -1}, {.log_fd = -1}};
    struct awake awake = {0};

    *outcome = (struct outcome){0};
    if (placement_of(cell, &placement, outcome->reason,
                     sizeof(outcome->reason)) != 0) {
        outcome->status = OUTCOME_FAILED;
        return;
    }
    start_both(duel, cell, &placement, (unsigned)(seed & 1), service, outcome);
    if (outcome->status == OUTCOME_OK &&
        cell_is(cell, AXIS_KEEP_AWAKE, "yes") &&
        awake_start(&awake, &placement.both) != 0)
        outcome_set(outcome, OUTCOME_FAILED,
                    "the spinners that keep the CPUs awake can't be started");
    run_slices(duel, cell, &placement, service, &awake, seed, slice, outcome);
    awake_stop(&awake);
    for (unsigned side = 0; side < DUEL_SIDES; side++) {
        stop(&service[side], side, outcome);
        copies_remove(duel->copies[side], cell->axis[AXIS_SERVER]);
    }
}

bool duel_is_quiet(const struct slice slice[DUEL_SLICES])
{
    bool quiet[DUEL_SIDES] = {false};

    for (int i = 0; i < DUEL_SLICES; i++)
        quiet[slice[i].side] =
            quiet[slice[i].side] || !slice[i].disturbance.noisy;
    return quiet[0] && quiet[1];
}

/* The best value of a side's slices, `noisy` ones, too, or not; NAN if there is
 * none. */
static double best(const struct slice slice[DUEL_SLICES], unsigned side,
                   enum metric metric, bool noisy)
{
    double best = (double)NAN;

    for (int i = 0; i < DUEL_SLICES; i++) {
        const double value = slice[i].value[metric];
        if (slice[i].side != side || (slice[i].disturbance.noisy && !noisy))
            continue;
        best = finding_more_is_better(metric) ? fmax(best, value)
                                              : fmin(best, value);
    }
    return best;
}

/* CPU time is that of the process, whoever else has the CPU in between. */
static bool stands_noise(enum metric metric)
{
    return metric == METRIC_TOTAL_CPU_US || metric == METRIC_SERVER_CPU_US ||
           metric == METRIC_CLIENT_CPU_US;
}

double duel_log_ratio(const struct slice slice[DUEL_SLICES], enum metric metric)
{
    const bool noisy = stands_noise(metric) && !duel_is_quiet(slice);

    return log(best(slice, 1, metric, noisy)) -
           log(best(slice, 0, metric, noisy));
}
