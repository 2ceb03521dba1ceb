#include "bench/report/summary.h"

#include "bench/runner/record.h"
#include "bench/runner/run_dir.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const metric_paths[METRICS] = {
    [METRIC_REQUESTS_PER_S] = "requests_per_s",
    [METRIC_TOTAL_CPU_US] = "total.cpu_us_per_request",
    [METRIC_SERVER_CPU_US] = "server.cpu_us_per_request",
    [METRIC_CLIENT_CPU_US] = "client.cpu_us_per_request",
    [METRIC_P50_NS] = "latency_ns.service.p50",
    [METRIC_P99_NS] = "latency_ns.service.p99",
    [METRIC_RESPONSE_P50_NS] = "latency_ns.response.p50",
    [METRIC_RESPONSE_P99_NS] = "latency_ns.response.p99",
    [METRIC_CONNECT_P50_NS] = "latency_ns.connect.p50",
    [METRIC_CONNECT_P99_NS] = "latency_ns.connect.p99",
    [METRIC_BYTES_PER_S] = "bytes_per_s",
    [METRIC_TOTAL_CPU_GIB] = "total.cpu_s_per_gib",
    [METRIC_SERVER_CPU_GIB] = "server.cpu_s_per_gib",
    [METRIC_CLIENT_CPU_GIB] = "client.cpu_s_per_gib",
};

const char *metric_path(enum metric metric)
{
    return metric_paths[metric];
}

bool metric_tells(enum metric metric, bool starved, bool churns, bool files)
{
    switch (metric) {
    case METRIC_CONNECT_P50_NS:
    case METRIC_CONNECT_P99_NS:
        return churns && !starved;
    case METRIC_P50_NS:
    case METRIC_P99_NS:
    case METRIC_RESPONSE_P50_NS:
    case METRIC_RESPONSE_P99_NS:
        return !starved;
    case METRIC_BYTES_PER_S:
    case METRIC_TOTAL_CPU_GIB:
    case METRIC_SERVER_CPU_GIB:
    case METRIC_CLIENT_CPU_GIB:
        return files;
    default:
        return true;
    }
}

static const json_t *at_path(const json_t *object, const char *path)
{
    while (object && *path) {
        size_t length = strcspn(path, ".");
        char key[64];
        if (length >= sizeof(key))
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        object = json_object_get(object, key);
        path += length + (path[length] == '.');
    }
    return object;
}

double summary_number(const json_t *object, const char *path)
{
    const json_t *value = at_path(object, path);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

const char *summary_machine(const struct summary *summary, const char *group,
                            const char *key)
{
    const json_t *machine = json_object_get(summary->meta, "machine");
    const char *text = json_string_value(
        json_object_get(json_object_get(machine, group), key));

    return text ? text : "unknown";
}

const char *summary_axis(const struct summary_cell *cell, enum axis axis,
                         char *text, size_t size)
{
    return axis_text(axis, cell->axis[axis], text, size);
}

static double axis_number(const struct summary_cell *cell, enum axis axis)
{
    return json_number_value(cell->axis[axis]);
}

/* The place of the cell with these axes, or the number of cells. */
static size_t position(const struct summary *summary,
                       const json_t *const axes[AXES])
{
    size_t i = 0;

    for (; i < summary->cells; i++) {
        enum axis axis = 0;
        while (axis < AXES &&
               axis_equal(summary->cell[i].axis[axis], axes[axis]))
            axis++;
        if (axis == AXES)
            break;
    }
    return i;
}

const struct summary_cell *summary_find(const struct summary *summary,
                                        const struct summary_cell *cell)
{
    size_t i = position(summary, cell->axis);

    return i < summary->cells ? &summary->cell[i] : NULL;
}

/* The cell of a record, made when it is the first one; NULL: out of memory. */
static struct summary_cell *cell_of(struct summary *summary,
                                    const json_t *record)
{
    struct summary_cell fresh = {.served = (double)NAN,
                                 .rate_per_s = (double)NAN,
                                 .whole_per_s = (double)NAN};

    for (enum axis axis = 0; axis < AXES; axis++)
        fresh.axis[axis] = json_object_get(record, axis_record_key(axis));
    size_t i = position(summary, fresh.axis);
    if (i < summary->cells)
        return &summary->cell[i];
    struct summary_cell *grown =
        realloc(summary->cell, (summary->cells + 1) * sizeof(*grown));
    if (!grown)
        return NULL;
    summary->cell = grown;
    grown[summary->cells++] = fresh;
    return &grown[i];
}

char *summary_record_file(const json_t *record, const char *key)
{
    const char *folder = json_string_value(json_object_get(record, "folder"));
    const char *name = json_string_value(json_object_get(record, key));

    return folder && name ? run_dir_file(folder, name) : NULL;
}

/* How much others used the CPUs of a trial, or the hypervisor took: a share. NAN
 * if its record does not tell. */
static double disturbance(const json_t *record)
{
    return fmax(summary_number(record, "foreign_cpu_share"),
                summary_number(record, "steal_share"));
}

/* Whether one repeats the other: runs number their trials alike. */
static bool same_trial(const json_t *a, const json_t *b)
{
    return json_equal(json_object_get(a, "trial"),
                      json_object_get(b, "trial")) &&
           json_equal(json_object_get(a, "folder"),
                      json_object_get(b, "folder"));
}

bool summary_is_better(const json_t *a, const json_t *b)
{
    if (record_is_invalid(a) != record_is_invalid(b))
        return record_is_invalid(b);
    return disturbance(a) < disturbance(b);
}

/* Adds a record that is right; of two of the same trial the better stays. */
static int add_ok(struct summary_cell *cell, const json_t *record)
{
    for (unsigned i = 0; i < cell->ok; i++) {
        if (!same_trial(cell->record[i], record))
            continue;
        if (summary_is_better(record, cell->record[i]))
            cell->record[i] = record;
        return 0;
    }
    const json_t **grown =
        realloc(cell->record, (cell->ok + 1) * sizeof(*grown));
    if (!grown)
        return -1;
    cell->record = grown;
    grown[cell->ok++] = record;
    return 0;
}

static int add(struct summary *summary, const json_t *record)
{
    struct summary_cell *cell = cell_of(summary, record);
    const char *status = json_string_value(json_object_get(record, "status"));
    double errors = summary_number(record, "result.errors.total");

    if (!cell)
        return -1;
    if (!isnan(errors))
        cell->errors += errors;
    if (status && strcmp(status, "ok") == 0)
        return add_ok(cell, record);
    cell->reason = json_string_value(json_object_get(record, "reason"));
    if (status && strcmp(status, "skipped") == 0)
        cell->skipped++;
    else
        cell->failed++;
    return 0;
}

bool result_starves(const json_t *result, bool file, double connections)
{
    /* a long reply may be on its way all the time */
    return file ? summary_number(result, "connections_starved") > 0
                : summary_number(result, "connections_served") < connections;
}

bool summary_trial_starved(const struct summary_cell *cell, unsigned trial)
{
    /* in open loop a connection may have been asked for nothing; where one was
     * asked in vain the trial has failed */
    return summary_load(cell) != LOAD_OPEN &&
           result_starves(json_object_get(cell->record[trial], "result"),
                          summary_load(cell) == LOAD_FILES,
                          axis_number(cell, AXIS_CONNECTIONS));
}

double summary_value(const struct summary_cell *cell, unsigned trial,
                     enum metric metric)
{
    const json_t *result = json_object_get(cell->record[trial], "result");
    double value;

    if (!metric_tells(metric, summary_trial_starved(cell, trial),
                      summary_churns(cell), summary_has_file(cell)))
        return (double)NAN;
    value = summary_number(result, metric_paths[metric]);
    /* no reply was whole: nothing is known of how many there are */
    if (metric == METRIC_REQUESTS_PER_S && summary_has_file(cell) && value <= 0)
        return (double)NAN;
    return value;
}

static void count_verdicts(struct summary_cell *cell)
{
    for (unsigned i = 0; i < cell->ok; i++) {
        const json_t *record = cell->record[i];
        const json_t *result = json_object_get(record, "result");
        const char *verdict =
            json_string_value(json_object_get(result, "verdict"));
        cell->noisy += json_is_true(json_object_get(record, "noisy"));
        if (!verdict)
            continue;
        cell->generator_bound += strcmp(verdict, "generator-bound") == 0;
        cell->invalid += record_is_invalid(record);
    }
}

/* Of what its records tell at `path`; `values` is room for `ok` of them. */
static struct spread spread_of(const struct summary_cell *cell,
                               const char *path, double *values)
{
    for (unsigned i = 0; i < cell->ok; i++)
        values[i] = summary_number(cell->record[i], path);
    return stats_spread(values, cell->ok);
}

/* At which rate it was measured. */
static void evaluate_rate(struct summary_cell *cell, double *values)
{
    cell->rate_per_s = spread_of(cell, "rate_per_s", values).median;
    cell->whole_per_s =
        spread_of(cell, "rate_of.requests_per_s", values).median;
    if (cell->ok > 0)
        cell->slowest =
            json_string_value(at_path(cell->record[0], "rate_of.server"));
}

static int evaluate(struct summary_cell *cell)
{
    double *values = calloc(cell->ok + 1, sizeof(*values));

    if (!values)
        return -1;
    cell->served = spread_of(cell, "result.connections_served", values).min;
    evaluate_rate(cell, values);
    for (unsigned i = 0; i < cell->ok; i++)
        cell->starved_in += summary_trial_starved(cell, i);
    cell->starved = cell->starved_in * 2 > cell->ok;
    for (enum metric metric = 0; metric < METRICS; metric++) {
        for (unsigned i = 0; i < cell->ok; i++)
            values[i] = summary_value(cell, i, metric);
        cell->metric[metric] = stats_spread(values, cell->ok);
    }
    free(values);
    count_verdicts(cell);
    return 0;
}

void summary_varying(const struct summary *summary, size_t n, bool varies[AXES])
{
    const struct summary_cell *first = NULL;

    for (enum axis axis = 0; axis < AXES; axis++)
        varies[axis] = false;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < summary[i].cells; k++) {
            const struct summary_cell *cell = &summary[i].cell[k];
            first = first ? first : cell;
            for (enum axis axis = 0; axis < AXES; axis++)
                varies[axis] |=
                    !axis_equal(first->axis[axis], cell->axis[axis]);
        }
    }
}

/* Marks the cells of a tool that does not tell who was served, where the same
 * cell starved under our generator. */
static void mark_maybe_starved(struct summary *summary)
{
    for (size_t i = 0; i < summary->cells; i++) {
        struct summary_cell *cell = &summary->cell[i];
        for (size_t k = 0; k < summary->cells && isnan(cell->served); k++) {
            const struct summary_cell *other = &summary->cell[k];
            bool same = other->starved;
            for (enum axis axis = 0; axis < AXES && same; axis++)
                same = axis == AXIS_TOOL ||
                       axis_equal(cell->axis[axis], other->axis[axis]);
            cell->maybe_starved |= same;
        }
    }
}

/* Its figures are no cell's; that it failed must be known. */
static void note_calibration(struct summary *summary, const json_t *record)
{
    const char *status = json_string_value(json_object_get(record, "status"));

    if (!status || strcmp(status, "failed") != 0)
        return;
    summary->calibrations_failed++;
    summary->calibration_reason =
        json_string_value(json_object_get(record, "reason"));
}

int summary_make_cells(struct summary *summary)
{
    size_t i;
    const json_t *record;
    int error = 0;

    json_array_foreach(summary->trials, i, record)
    {
        if (json_is_true(json_object_get(record, "calibration")))
            note_calibration(summary, record);
        else
            error |= add(summary, record);
    }
    for (size_t c = 0; c < summary->cells && !error; c++)
        error = evaluate(&summary->cell[c]);
    if (error)
        return -1;
    summary_varying(summary, 1, summary->varies);
    mark_maybe_starved(summary);
    summary_sort(summary);
    return 0;
}

struct summary_totals summary_total(const struct summary *summary)
{
    struct summary_totals total = {0};

    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        total.ok += cell->ok;
        total.failed += cell->failed;
        total.skipped += cell->skipped;
        total.noisy += cell->noisy;
        total.generator_bound += cell->generator_bound;
        total.invalid += cell->invalid;
    }
    return total;
}

void summary_free(struct summary *summary)
{
    for (size_t i = 0; i < summary->cells; i++)
        free(summary->cell[i].record);
    free(summary->cell);
    json_decref(summary->trials);
    json_decref(summary->meta);
    words_free(&summary->faults);
    *summary = (struct summary){0};
}
