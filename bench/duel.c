#include "bench/duel.h"

#include "bench/awake.h"
#include "bench/copies.h"
#include "bench/findings.h"
#include "bench/placement.h"
#include "bench/service.h"

#include "common/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const side_names[DUEL_SIDES] = {"the base", "this tree"};

/* Puts before the reason on which side it happened. */
static void tell_side(struct duel_end *end, unsigned side)
{
    struct outcome *outcome = &end->outcome;
    char reason[sizeof(outcome->reason)];

    if (outcome->status == OUTCOME_OK)
        return;
    end->side = side;
    memcpy(reason, outcome->reason, sizeof(reason));
    snprintf(outcome->reason, sizeof(outcome->reason), "%s: %.450s",
             side_names[side], reason);
}

/* What the generator says its figures are worth; its last reason says why they
 * are worth nothing. */
static void take_verdict(const json_t *result, struct slice *slice)
{
    const char *verdict = json_string_value(json_object_get(result, "verdict"));
    const json_t *reasons = json_object_get(result, "reasons");
    const size_t n = json_array_size(reasons);
    const char *last =
        n ? json_string_value(json_array_get(reasons, n - 1)) : NULL;

    slice->generator_bound = verdict && strcmp(verdict, "generator-bound") == 0;
    slice->invalid = verdict && strcmp(verdict, "invalid") == 0;
    snprintf(slice->why, sizeof(slice->why), "%s",
             slice->invalid && last ? last : "");
}

/* Runs the tool on one side. */
static void load(const struct duel *duel, const struct cell *cell,
                 const struct placement *placement,
                 const struct service *service, const struct awake *awake,
                 uint64_t seed, struct slice *slice, struct duel_end *end)
{
    struct tool_run run;
    struct edge before;
    struct edge after;

    edge_read(placement, service->child.pid, awake, &before);
    tool_run(&duel->tools, cell, placement, service, seed, &run, &end->outcome);
    edge_read(placement, service->child.pid, awake, &after);
    slice->disturbance = disturbance_between(placement, awake->n > 0, &before,
                                             &after, run.cpu_ns);
    slice->served = summary_number(run.result, "connections_served");
    take_verdict(run.result, slice);
    bool starved = slice->served < (double)cell_count(cell, AXIS_CONNECTIONS);
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
                       uint64_t seed, struct slice *slice, struct duel_end *end)
{
    static const unsigned order[DUEL_SLICES] = {0, 1, 1, 0};
    uint64_t state = seed;

    for (int i = 0; i < DUEL_SLICES && end->outcome.status == OUTCOME_OK; i++) {
        slice[i].side = order[i] ^ (unsigned)(seed & 1);
        load(duel, cell, placement, &service[slice[i].side], awake,
             random_next(&state) >> 1, &slice[i], end);
        tell_side(end, slice[i].side);
    }
}

/* Stops it. A server that died is the cause of whatever the generator saw. */
static void stop(struct service *service, unsigned side, struct duel_end *end)
{
    struct duel_end own = {0};

    service_stop(service, &own.outcome);
    service_close(service);
    tell_side(&own, side);
    if (own.outcome.status != OUTCOME_OK &&
        end->outcome.status != OUTCOME_INTERRUPTED)
        *end = own;
}

/* Starts both servers, each from a new copy of its file. */
static void start_both(const struct duel *duel, const struct cell *cell,
                       const struct placement *placement, unsigned first,
                       struct service *service, struct duel_end *end)
{
    const char *name = cell->axis[AXIS_SERVER];

    for (unsigned i = 0; i < DUEL_SIDES && end->outcome.status == OUTCOME_OK;
         i++) {
        const unsigned side = i ^ first;
        int error =
            copies_refresh(duel->programs[side], duel->copies[side], name);
        if (error)
            outcome_set(&end->outcome, OUTCOME_FAILED,
                        "%s/servers/%s to %s: %s", duel->programs[side], name,
                        duel->copies[side], strerror(-error));
        else
            service_start(duel->copies[side], cell, placement, &service[side],
                          &end->outcome);
        tell_side(end, side);
    }
}

void duel_run(const struct duel *duel, const struct cell *cell, uint64_t seed,
              struct slice slice[DUEL_SLICES], struct duel_end *end)
{
    struct placement placement;
    struct service service[DUEL_SIDES] = {{.log_fd = -1}, {.log_fd = -1}};
    struct awake awake = {0};

    *end = (struct duel_end){0};
    if (placement_of(cell, &placement, end->outcome.reason,
                     sizeof(end->outcome.reason)) != 0) {
        end->outcome.status = OUTCOME_FAILED;
        return;
    }
    start_both(duel, cell, &placement, (unsigned)(seed & 1), service, end);
    if (end->outcome.status == OUTCOME_OK &&
        cell_is(cell, AXIS_KEEP_AWAKE, "yes") &&
        awake_start(&awake, &placement.both) != 0)
        outcome_set(&end->outcome, OUTCOME_FAILED,
                    "the spinners that keep the CPUs awake can't be started");
    run_slices(duel, cell, &placement, service, &awake, seed, slice, end);
    awake_stop(&awake);
    for (unsigned side = 0; side < DUEL_SIDES; side++) {
        stop(&service[side], side, end);
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

double duel_served(const struct slice slice[DUEL_SLICES], unsigned side)
{
    double least = (double)NAN;

    for (int i = 0; i < DUEL_SLICES; i++) {
        if (slice[i].side == side)
            least = fmin(least, slice[i].served);
    }
    return least;
}

bool duel_is_uneven(const struct slice slice[DUEL_SLICES])
{
    const double base = duel_served(slice, 0);
    const double side = duel_served(slice, 1);

    return base < side || side < base;
}

double duel_log_ratio(const struct slice slice[DUEL_SLICES], enum metric metric)
{
    if (duel_is_uneven(slice))
        return (double)NAN;
    const bool noisy = stands_noise(metric) && !duel_is_quiet(slice);

    return log(best(slice, 1, metric, noisy)) -
           log(best(slice, 0, metric, noisy));
}
