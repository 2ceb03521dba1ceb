#include "bench/regress/duel.h"

#include "bench/regress/copies.h"
#include "bench/runner/awake.h"
#include "bench/runner/placement.h"
#include "bench/runner/service.h"
#include "bench/statistics/findings.h"
#include "bench/statistics/stats.h"

#include "common/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Whether it ran without an error, but saw no reply. */
static bool is_silent(const struct cell *cell, const json_t *result)
{
    return result && !tool_saw_replies(cell, result) &&
           summary_number(result, "errors.total") <= 0;
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
static void run_slice(const struct duel *duel, const struct cell *cell,
                      const struct placement *placement,
                      const struct service *service, const struct awake *awake,
                      uint64_t seed, struct slice *slice, struct duel_end *end)
{
    const struct tool_load load = {
        .cell = cell, .placement = placement, .service = service, .seed = seed};
    struct tool_run run;
    struct edge before;
    struct edge after;

    edge_read(placement, service->child.pid, awake, &before);
    tool_run(&duel->tools, &load, &run, &end->outcome);
    edge_read(placement, service->child.pid, awake, &after);
    slice->disturbance = disturbance_between(placement, awake->n > 0, &before,
                                             &after, run.cpu_ns);
    slice->silent = is_silent(cell, run.result);
    if (slice->silent)
        end->outcome = (struct outcome){0};
    slice->served = summary_number(run.result, "connections_served");
    take_verdict(run.result, slice);
    const bool churns = !cell_is(cell, AXIS_REQUESTS_PER_CONNECTION, AXIS_NONE);
    const bool starved =
        result_starves(run.result, cell_has_file(cell),
                       (double)cell_count(cell, AXIS_CONNECTIONS));
    for (enum metric metric = 0; metric < METRICS; metric++)
        slice->value[metric] =
            !slice->silent &&
                    metric_tells(metric, starved, churns, cell_has_file(cell))
                ? summary_number(run.result, metric_path(metric))
                : (double)NAN;
    tool_close(&run);
}

/* A server that hangs is not to be taken for a machine that is busy. */
static void judge_silence(const struct slice slice[DUEL_SLICES],
                          struct duel_end *end)
{
    unsigned silent[DUEL_SIDES] = {0};

    for (int i = 0; i < DUEL_SLICES; i++)
        silent[slice[i].side] += slice[i].silent && !slice[i].disturbance.noisy;
    for (unsigned side = 0;
         side < DUEL_SIDES && end->outcome.status == OUTCOME_OK; side++) {
        if (silent[side] <= DUEL_PAIRS / 2)
            continue;
        outcome_set(&end->outcome, OUTCOME_FAILED,
                    "no reply came in %u of %d slices, all quiet", silent[side],
                    DUEL_PAIRS);
        tell_side(end, side);
    }
}

static void run_slices(const struct duel *duel, const struct cell *cell,
                       const struct placement *placement,
                       const struct service *service, const struct awake *awake,
                       uint64_t seed, struct slice *slice, struct duel_end *end)
{
    static const unsigned order[] = {0, 1, 1, 0};
    uint64_t state = seed;

    for (int i = 0; i < DUEL_SLICES && end->outcome.status == OUTCOME_OK; i++) {
        slice[i].side = order[i % 4] ^ (unsigned)(seed & 1);
        run_slice(duel, cell, placement, &service[slice[i].side], awake,
                  random_next(&state) >> 1, &slice[i], end);
        tell_side(end, slice[i].side);
    }
    if (end->outcome.status == OUTCOME_OK)
        judge_silence(slice, end);
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
            service_start(duel->copies[side], duel->docroot->path, cell,
                          placement, &service[side], &end->outcome);
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
    docroot_warm(duel->docroot, cell);
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

/* Whether both slices of a pair served as many connections; so they do where the
 * tool does not tell. */
static bool is_even(const struct slice pair[2])
{
    return !(pair[0].served < pair[1].served ||
             pair[1].served < pair[0].served);
}

static bool is_quiet(const struct slice pair[2])
{
    return is_even(pair) && !pair[0].disturbance.noisy &&
           !pair[1].disturbance.noisy;
}

bool duel_is_quiet(const struct slice slice[DUEL_SLICES])
{
    int quiet = 0;

    for (int i = 0; i < DUEL_SLICES; i += 2)
        quiet += is_quiet(&slice[i]);
    return quiet >= DUEL_LEAST_PAIRS;
}

unsigned duel_short_pairs(const struct slice slice[DUEL_SLICES], unsigned side)
{
    unsigned n = 0;

    for (int i = 0; i < DUEL_SLICES; i += 2) {
        const bool first = slice[i].side == side;
        const struct slice *own = &slice[first ? i : i + 1];
        const struct slice *other = &slice[first ? i + 1 : i];
        n += own->served < other->served;
    }
    return n;
}

bool duel_is_uneven(const struct slice slice[DUEL_SLICES])
{
    const int base = (int)duel_short_pairs(slice, 0);
    const int side = (int)duel_short_pairs(slice, 1);

    return DUEL_PAIRS - base - side < DUEL_LEAST_PAIRS ||
           abs(side - base) >= DUEL_SHORT_MOST;
}

/* CPU time is that of the process, whoever else has the CPU in between. */
static bool stands_noise(enum metric metric)
{
    return metric == METRIC_TOTAL_CPU_US || metric == METRIC_SERVER_CPU_US ||
           metric == METRIC_CLIENT_CPU_US || metric == METRIC_TOTAL_CPU_GIB ||
           metric == METRIC_SERVER_CPU_GIB || metric == METRIC_CLIENT_CPU_GIB;
}

static double pair_log_ratio(const struct slice pair[2], enum metric metric)
{
    const double later = log(pair[1].value[metric] / pair[0].value[metric]);

    return pair[1].side == 1 ? later : -later;
}

double duel_log_ratio(const struct slice slice[DUEL_SLICES], enum metric metric)
{
    const bool quiet = duel_is_quiet(slice);
    double ratio[DUEL_PAIRS];
    size_t n = 0;

    if (duel_is_uneven(slice) || (!quiet && !stands_noise(metric)))
        return (double)NAN;
    for (int i = 0; i < DUEL_SLICES; i += 2) {
        if (quiet ? is_quiet(&slice[i]) : is_even(&slice[i]))
            ratio[n++] = pair_log_ratio(&slice[i], metric);
    }
    return stats_spread(ratio, n).median;
}
