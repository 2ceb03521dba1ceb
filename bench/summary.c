#include "bench/summary.h"

#include "bench/run_dir.h"
#include "common/msg.h"

#include <errno.h>
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
};

const char *metric_path(enum metric metric)
{
    return metric_paths[metric];
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
    return axis_text(cell->axis[axis], text, size);
}

static double axis_number(const struct summary_cell *cell, enum axis axis)
{
    return json_number_value(cell->axis[axis]);
}

static bool axis_is(const struct summary_cell *cell, enum axis axis,
                    const char *word)
{
    const char *value = json_string_value(cell->axis[axis]);

    return value && strcmp(value, word) == 0;
}

/* The axes that tables show only when they vary, and charts do not show. */
static const enum axis other_axes[] = {
    AXIS_ENGINE,      AXIS_WORKERS,   AXIS_SERVER_CPUS,
    AXIS_CLIENT_CPUS, AXIS_PLACEMENT, AXIS_KEEP_AWAKE,
};
enum { OTHER_AXES = sizeof(other_axes) / sizeof(other_axes[0]) };

static bool is_usual(const struct summary_cell *cell)
{
    double payload = axis_is(cell, AXIS_PROTOCOL, "echo") ? 64 : 0;

    return axis_is(cell, AXIS_TOOL, "loadgen") &&
           axis_number(cell, AXIS_PIPELINE) == 1 &&
           axis_number(cell, AXIS_PAYLOAD) == payload;
}

bool summary_share_charts(const struct summary_cell *base,
                          const struct summary_cell *cell)
{
    if (!is_usual(cell))
        return false;
    for (size_t i = 0; i < OTHER_AXES; i++) {
        if (!json_equal(base->axis[other_axes[i]], cell->axis[other_axes[i]]))
            return false;
    }
    return true;
}

bool summary_is_base(const struct summary *summary,
                     const struct summary_cell *cell)
{
    const struct summary_cell *first = summary->cell;

    if (!is_usual(cell))
        return false;
    while (!is_usual(first))
        first++; /* ends at `cell` */
    return summary_share_charts(first, cell);
}

const char *summary_other_axes(const struct summary *summary,
                               const struct summary_cell *cell, char *text,
                               size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < OTHER_AXES && at < size; i++) {
        char value[64];
        if (!summary->varies[other_axes[i]])
            continue;
        at += (size_t)snprintf(
            text + at, size - at, ", %s %s", axis_record_key(other_axes[i]),
            summary_axis(cell, other_axes[i], value, sizeof(value)));
    }
    return text;
}

const char *summary_cell_name(const struct summary *summary,
                              const struct summary_cell *cell, char *text,
                              size_t size)
{
    static const enum axis parts[] = {AXIS_SERVER,  AXIS_PROTOCOL,
                                      AXIS_TOOL,    AXIS_CONNECTIONS,
                                      AXIS_PAYLOAD, AXIS_PIPELINE};
    char part[6][32];
    char others[200];

    for (size_t i = 0; i < 6; i++)
        summary_axis(cell, parts[i], part[i], sizeof(part[i]));
    bool piped = strcmp(part[5], "1") != 0;
    bool single = strcmp(part[3], "1") == 0;
    snprintf(text, size, "%s, %s%s, %s connection%s, payload %s B%s%s%s",
             part[0], part[1], strcmp(part[2], "wrk") == 0 ? " by wrk" : "",
             part[3], single ? "" : "s", part[4], piped ? ", pipelined " : "",
             piped ? part[5] : "",
             summary_other_axes(summary, cell, others, sizeof(others)));
    return text;
}

bool summary_has_base(const struct summary *summary)
{
    for (size_t i = 0; i < summary->cells; i++) {
        if (summary_is_base(summary, &summary->cell[i]) &&
            summary->cell[i].ok > 0)
            return true;
    }
    return false;
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
    struct summary_cell fresh = {.served = (double)NAN};

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

/* Adds a record that is right; of two of the same trial the quieter stays. */
static int add_ok(struct summary_cell *cell, const json_t *record)
{
    for (unsigned i = 0; i < cell->ok; i++) {
        if (!same_trial(cell->record[i], record))
            continue;
        if (disturbance(record) < disturbance(cell->record[i]))
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

bool summary_trial_starved(const struct summary_cell *cell, unsigned trial)
{
    return summary_number(cell->record[trial], "result.connections_served") <
           axis_number(cell, AXIS_CONNECTIONS);
}

double summary_value(const struct summary_cell *cell, unsigned trial,
                     enum metric metric)
{
    /* the served ones' latency says nothing of the others' */
    if ((metric == METRIC_P50_NS || metric == METRIC_P99_NS) &&
        summary_trial_starved(cell, trial))
        return (double)NAN;
    return summary_number(json_object_get(cell->record[trial], "result"),
                          metric_paths[metric]);
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
        cell->invalid += strcmp(verdict, "invalid") == 0;
    }
}

static int evaluate(struct summary_cell *cell)
{
    double *values = calloc(cell->ok + 1, sizeof(*values));

    if (!values)
        return -1;
    for (unsigned i = 0; i < cell->ok; i++)
        values[i] =
            summary_number(cell->record[i], "result.connections_served");
    cell->served = stats_spread(values, cell->ok).min;
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

/* The order in which a course tells of them; others come after, by name. */
static int rank(const json_t *server)
{
    static const char *const order[] = {
        "blocking", "fork",  "prefork",  "threaded", "threadpool", "nonblock",
        "select",   "poll",  "epoll",    "epoll-et", "epoll-mt",   "epoll-excl",
        "sigio",    "uring", "libevent", "libev",    "libuv",
    };
    const int known = sizeof(order) / sizeof(order[0]);
    const char *name = json_string_value(server);

    for (int i = 0; i < known; i++) {
        if (name && strcmp(order[i], name) == 0)
            return i;
    }
    return known;
}

static int compare_text(const json_t *a, const json_t *b)
{
    const char *x = json_string_value(a);
    const char *y = json_string_value(b);

    return strcmp(x ? x : "", y ? y : "");
}

static int compare_values(const json_t *a, const json_t *b)
{
    char x[64];
    char y[64];

    return strcmp(axis_text(a, x, sizeof(x)), axis_text(b, y, sizeof(y)));
}

static int by_axes(const void *a, const void *b)
{
    const struct summary_cell *x = a;
    const struct summary_cell *y = b;
    const enum axis sizes[] = {AXIS_PIPELINE, AXIS_PAYLOAD, AXIS_CONNECTIONS};
    int order = compare_text(x->axis[AXIS_PROTOCOL], y->axis[AXIS_PROTOCOL]);

    if (!order)
        order = compare_text(x->axis[AXIS_TOOL], y->axis[AXIS_TOOL]);
    for (size_t i = 0; i < OTHER_AXES && !order; i++)
        order = compare_values(x->axis[other_axes[i]], y->axis[other_axes[i]]);
    for (size_t i = 0; i < 3 && !order; i++) {
        double m = axis_number(x, sizes[i]);
        double n = axis_number(y, sizes[i]);
        order = (m > n) - (m < n);
    }
    if (!order)
        order = rank(x->axis[AXIS_SERVER]) - rank(y->axis[AXIS_SERVER]);
    return order ? order
                 : compare_text(x->axis[AXIS_SERVER], y->axis[AXIS_SERVER]);
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
                       json_equal(cell->axis[axis], other->axis[axis]);
            cell->maybe_starved |= same;
        }
    }
}

/* Lets every record tell which run and boot it is of. 0 or -ENOMEM. */
static int mark_records(json_t *trials, const json_t *meta, const char *run)
{
    json_t *folder = json_string_nocheck(run);
    const json_t *known = at_path(meta, "machine.kernel.boot_id");
    json_t *boot = json_is_string(known) ? json_deep_copy(known) : json_null();
    size_t i;
    json_t *record;
    int error = folder && boot ? 0 : -ENOMEM;

    json_array_foreach(trials, i, record)
    {
        if (!error && (json_object_set(record, "folder", folder) != 0 ||
                       json_object_set(record, "boot", boot) != 0))
            error = -ENOMEM;
    }
    json_decref(folder);
    json_decref(boot);
    return error;
}

static int out_of_memory(void)
{
    msg_error("out of memory");
    return -1;
}

/* Appends the run's records; the first run's meta stands for all. 0, or -1
 * after telling why. */
static int read_run(const char *run, struct summary *summary)
{
    struct words faults = {0};
    json_t *meta = run_dir_scan_meta(run, &faults);
    json_t *trials = meta ? run_dir_scan_trials(run, &faults, NULL) : NULL;
    int error = trials ? 0 : -1;

    run_dir_tell(&faults);
    if (!error && (mark_records(trials, meta, run) != 0 ||
                   json_array_extend(summary->trials, trials) != 0 ||
                   words_copy(&summary->faults, &faults) != 0))
        error = out_of_memory();
    if (!error && !summary->meta)
        summary->meta = json_incref(meta);
    words_free(&faults);
    json_decref(trials);
    json_decref(meta);
    return error;
}

static int make_cells(struct summary *summary)
{
    size_t i;
    const json_t *record;
    int error = 0;

    json_array_foreach(summary->trials, i, record)
    {
        error |= add(summary, record);
    }
    for (size_t c = 0; c < summary->cells && !error; c++)
        error = evaluate(&summary->cell[c]);
    if (error)
        return out_of_memory();
    summary_varying(summary, 1, summary->varies);
    mark_maybe_starved(summary);
    if (summary->cells > 1)
        qsort(summary->cell, summary->cells, sizeof(*summary->cell), by_axes);
    return 0;
}

int summary_read_pooled(const char *const *run, size_t runs,
                        struct summary *summary)
{
    int error = 0;

    *summary = (struct summary){.trials = json_array()};
    if (!summary->trials)
        return out_of_memory();
    for (size_t i = 0; i < runs && !error; i++)
        error = read_run(run[i], summary);
    return error ? -1 : make_cells(summary);
}

int summary_read(const char *run, struct summary *summary)
{
    return summary_read_pooled(&run, 1, summary);
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
