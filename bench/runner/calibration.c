#include "bench/runner/calibration.h"

#include "bench/report/summary.h"
#include "bench/runner/record.h"
#include "bench/statistics/stats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int calibration_begin(struct calibration *calibration, const struct plan *plan)
{
    *calibration = (struct calibration){
        .record = calloc(plan->trials + 1, sizeof(json_t *)),
        .trials = plan->trials,
    };
    return calibration->record ? 0 : -ENOMEM;
}

void calibration_take(struct calibration *calibration,
                      const struct trial *trial, json_t *record)
{
    json_t **kept = &calibration->record[trial->number];
    const char *status = json_string_value(json_object_get(record, "status"));

    if (!trial->cell->calibrates || !status || strcmp(status, "ok") != 0 ||
        (*kept && !summary_is_better(record, *kept)))
        return;
    json_decref(*kept);
    *kept = json_incref(record);
}

struct figures {
    double per_s[PLAN_CALIBRATION_REPEATS];
    double served[PLAN_CALIBRATION_REPEATS];
    size_t n;
};

/* What a cell that calibrates has shown. */
struct shown {
    double per_s;  /* the median; NAN without a right trial */
    double served; /* connections, in the worst trial */
    bool starves;  /* in most trials */
};

/* The figures of a calibrating cell's trials, those that are noisy or invalid only
 * if it has no others. */
static size_t gather(const struct calibration *calibration,
                     const struct plan *plan, const struct cell *cell,
                     bool doubtful, struct figures *figures)
{
    *figures = (struct figures){.n = 0};
    for (size_t i = 0; i < plan->trials; i++) {
        const json_t *record = calibration->record[i];
        if (plan->trial[i].cell != cell || !record ||
            figures->n == PLAN_CALIBRATION_REPEATS ||
            record_is_doubtful(record) != doubtful)
            continue;
        figures->per_s[figures->n] =
            summary_number(record, "result.requests_per_s");
        figures->served[figures->n++] =
            summary_number(record, "result.connections_served");
    }
    return figures->n;
}

static struct shown shown_by(const struct calibration *calibration,
                             const struct plan *plan, const struct cell *cell)
{
    const double connections = (double)cell_count(cell, AXIS_CONNECTIONS);
    struct figures figures;
    size_t starved = 0;

    if (gather(calibration, plan, cell, false, &figures) == 0)
        gather(calibration, plan, cell, true, &figures);
    for (size_t i = 0; i < figures.n; i++)
        starved += figures.served[i] < connections;
    return (struct shown){
        .per_s = stats_spread(figures.per_s, figures.n).median,
        .served = stats_spread(figures.served, figures.n).min,
        .starves = 2 * starved > figures.n,
    };
}

static int set_fault(struct cell *cell, const char *fault)
{
    cell->offered = (struct offered){.fault = strdup(fault)};
    return cell->offered.fault ? 0 : -ENOMEM;
}

/* Whether the cell tells what the other one's share is of. */
static bool calibrates_for(const struct cell *cell, const struct cell *other)
{
    return cell->calibrates && plan_alike(cell, other);
}

/* The slowest server of those that serve all connections. */
static struct offered slowest_of(const struct calibration *calibration,
                                 const struct plan *plan,
                                 const struct cell *cell)
{
    struct offered slowest = {0};

    for (size_t i = 0; i < plan->cells; i++) {
        const struct cell *other = &plan->cell[i];
        if (!calibrates_for(other, cell))
            continue;
        struct shown shown = shown_by(calibration, plan, other);
        if (!(shown.per_s > 0) || shown.starves ||
            (slowest.slowest && shown.per_s >= slowest.whole_per_s))
            continue;
        slowest.whole_per_s = shown.per_s;
        slowest.slowest = other->axis[AXIS_SERVER];
    }
    return slowest;
}

/* The cell's own server must serve all; one that can't be measured at all shows
 * that in its trials. */
static int settle(const struct calibration *calibration,
                  const struct plan *plan, struct cell *cell)
{
    const double share = (double)axis_share(cell->axis[AXIS_RATE]) / 100;
    char fault[200];

    for (size_t i = 0; i < plan->cells; i++) {
        const struct cell *own = &plan->cell[i];
        if (!calibrates_for(own, cell) ||
            strcmp(own->axis[AXIS_SERVER], cell->axis[AXIS_SERVER]) != 0)
            continue;
        struct shown shown = shown_by(calibration, plan, own);
        if (!shown.starves)
            continue;
        snprintf(fault, sizeof(fault),
                 "starves connections (in closed loop %.0f of %s were served), "
                 "so that it can't be compared at equal load",
                 shown.served, cell->axis[AXIS_CONNECTIONS]);
        return set_fault(cell, fault);
    }
    cell->offered = slowest_of(calibration, plan, cell);
    if (!cell->offered.slowest)
        return set_fault(cell, "no server was measured in closed loop, so that "
                               "there is no rate to take a share of");
    cell->offered.per_s =
        (uint64_t)fmax(1, round(share * cell->offered.whole_per_s));
    return 0;
}

int calibration_settle(const struct calibration *calibration, struct plan *plan)
{
    int error = 0;

    for (size_t i = 0; i < plan->cells && !error; i++) {
        if (axis_share(plan->cell[i].axis[AXIS_RATE]) > 0)
            error = settle(calibration, plan, &plan->cell[i]);
    }
    return error;
}

void calibration_free(struct calibration *calibration)
{
    for (size_t i = 0; i < calibration->trials && calibration->record; i++)
        json_decref(calibration->record[i]);
    free(calibration->record);
    *calibration = (struct calibration){0};
}
