#include "bench/compare/compare.h"

#include "bench/statistics/ranks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double alpha = 0.05; /* the chance that an interval misses */

static const json_t *boot_of(const struct summary_cell *cell, unsigned trial)
{
    return json_object_get(cell->record[trial], "boot");
}

/* The median over the trials of the same boot as `trial`; NAN unless it is the
 * first one of them. `room` is for as many values as there are trials. */
static double boot_value(const struct summary_cell *cell, unsigned trial,
                         enum metric metric, double *room)
{
    size_t n = 0;

    for (unsigned i = 0; i < cell->ok; i++) {
        if (!json_equal(boot_of(cell, i), boot_of(cell, trial)))
            continue;
        if (i < trial)
            return (double)NAN;
        room[n++] = summary_value(cell, i, metric);
    }
    return stats_spread(room, n).median;
}

/* A cell's logarithms of a metric, a unit each. */
struct sample {
    double *log_value;
    size_t n;
};

/* Units without the metric, or with a value that has no logarithm, are left
 * out. 0 or -ENOMEM; free `log_value` in both cases. */
static int sample_of(const struct summary_cell *cell, enum metric metric,
                     bool by_boot, struct sample *sample)
{
    double *room = calloc(cell->ok + 1, sizeof(*room));

    *sample = (struct sample){calloc(cell->ok + 1, sizeof(double)), 0};
    if (!room || !sample->log_value) {
        free(room);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < cell->ok; i++) {
        double value = by_boot ? boot_value(cell, i, metric, room)
                               : summary_value(cell, i, metric);
        if (value > 0)
            sample->log_value[sample->n++] = log(value);
    }
    free(room);
    return 0;
}

/* What is compared, and how. */
struct setting {
    const struct summary *side;
    size_t sides;
    bool by_boot;
    double min_effect;
    bool varies[AXES]; /* over all sides */
};

/* A cell of the base, and that of another side. */
struct pair {
    const struct summary_cell *base;
    const struct summary_cell *other;
    size_t side;
};

/* What the ranks say, without a judgement. 0 or -ENOMEM. */
static int rank_pair(const struct pair *pair, bool by_boot, enum metric metric,
                     struct finding *finding)
{
    struct sample a = {0};
    struct sample b = {0};
    struct shift shift;
    int error = sample_of(pair->base, metric, by_boot, &a);

    if (!error)
        error = sample_of(pair->other, metric, by_boot, &b);
    /* the rate of the few who are served is not to be compared to that of all:
     * then this side has nothing to compare */
    if (pair->base->starved != pair->other->starved)
        *(pair->base->starved ? &a.n : &b.n) = 0;
    if (!error)
        error =
            ranks_unpaired(a.log_value, a.n, b.log_value, b.n, alpha, &shift);
    if (!error) {
        finding->ratio = exp(shift.estimate);
        finding->low = exp(shift.low);
        finding->high = exp(shift.high);
        finding->p = shift.p;
        finding->least_p = shift.least_p;
        finding->n_base = a.n;
        finding->n_side = b.n;
    }
    free(a.log_value);
    free(b.log_value);
    return error;
}

/* The cell in words, and whether connections starve in it. To be freed; NULL
 * when out of memory. */
static char *pair_name(const struct setting *setting, const struct pair *pair)
{
    const bool both = pair->base->starved && pair->other->starved;
    char name[400];
    char mark[32] = "";
    char *text;

    if (both)
        snprintf(mark, sizeof(mark), " starved");
    else if (pair->base->starved)
        snprintf(mark, sizeof(mark), " starved in A");
    else if (pair->other->starved)
        snprintf(mark, sizeof(mark), " starved in %c",
                 comparison_letter(pair->side));
    else if (pair->base->maybe_starved || pair->other->maybe_starved)
        snprintf(mark, sizeof(mark), " starved?");
    summary_cell_brief(pair->base, setting->varies, name, sizeof(name));
    return asprintf(&text, "%s%s", name, mark) < 0 ? NULL : text;
}

/* A new reference; NULL when out of memory. */
static json_t *axes_of(const struct summary_cell *cell)
{
    json_t *axes = json_object();
    int error = axes ? 0 : -ENOMEM;

    for (enum axis axis = 0; axis < AXES && !error; axis++) {
        json_t *value =
            cell->axis[axis] ? json_deep_copy(cell->axis[axis]) : json_null();
        error = json_object_set_new(axes, axis_record_key(axis), value);
    }
    if (!error)
        return axes;
    json_decref(axes);
    return NULL;
}

/* In open loop as many replies come as requests were planned, on every side. */
static bool is_planned(const struct summary_cell *cell, enum metric metric)
{
    return metric == METRIC_REQUESTS_PER_S && summary_load(cell) == LOAD_OPEN;
}

/* Adds what is to be said of a metric, if there is anything: of one that gates
 * also that only one side has it. 0 or -ENOMEM. */
static int add_metric(const struct setting *setting, const struct pair *pair,
                      enum metric metric, struct findings *findings)
{
    struct finding finding = {.side = pair->side,
                              .metric = metric,
                              .min_effect = setting->min_effect};

    if (is_planned(pair->base, metric))
        return 0;
    int error = rank_pair(pair, setting->by_boot, metric, &finding);
    bool either = finding.n_base > 0 || finding.n_side > 0;
    bool both = finding.n_base > 0 && finding.n_side > 0;

    if (error || !(finding_gates(metric) ? either : both))
        return error;
    finding.cell = pair_name(setting, pair);
    finding.axes = axes_of(pair->base);
    return findings_add(findings, &finding);
}

/* The side's cell like `cell`, unless it was only skipped there. */
static const struct summary_cell *counterpart(const struct summary *side,
                                              const struct summary_cell *cell)
{
    const struct summary_cell *found = summary_find(side, cell);

    return found && found->ok + found->failed > 0 ? found : NULL;
}

/* One cell of the base with those of the other sides. 0 or -ENOMEM. */
static int compare_cell(const struct setting *setting,
                        const struct summary_cell *base,
                        struct comparison *comparison)
{
    size_t trials = 0;
    int error = 0;

    for (size_t i = 1; i < setting->sides; i++) {
        const struct pair pair = {base, counterpart(&setting->side[i], base),
                                  i};
        if (!pair.other || summary_rates_differ(base, pair.other))
            continue;
        if (base->ok > 0)
            trials += pair.other->ok;
        for (enum metric metric = 0; metric < METRICS && !error; metric++)
            error = add_metric(setting, &pair, metric, &comparison->findings);
    }
    if (trials > 0) {
        comparison->cells++;
        comparison->trials += base->ok + trials;
    }
    return error;
}

/* Adds a cell that only some sides have. `first` is the first that has it. */
static int add_if_unmatched(const struct setting *setting, size_t first,
                            const struct summary_cell *cell,
                            struct words *unmatched)
{
    char name[400];
    char letters[3 * COMPARISON_SIDES_MOST + 1] = "";
    size_t at = 0;
    size_t have = 0;

    for (size_t i = first; i < setting->sides; i++) {
        if (!counterpart(&setting->side[i], cell))
            continue;
        have++;
        at += (size_t)snprintf(letters + at, sizeof(letters) - at, "%s%c",
                               at ? ", " : "", comparison_letter(i));
    }
    if (have == setting->sides)
        return 0;
    summary_cell_brief(cell, setting->varies, name, sizeof(name));
    return words_format(unmatched, "%s: only in %s", name, letters);
}

static int find_unmatched(const struct setting *setting,
                          struct words *unmatched)
{
    const struct summary *side = setting->side;
    int error = 0;

    for (size_t i = 0; i < setting->sides; i++) {
        for (size_t k = 0; k < side[i].cells && !error; k++) {
            const struct summary_cell *cell = &side[i].cell[k];
            bool known = !counterpart(&side[i], cell);
            for (size_t earlier = 0; earlier < i && !known; earlier++)
                known = counterpart(&side[earlier], cell);
            if (!known)
                error = add_if_unmatched(setting, i, cell, unmatched);
        }
    }
    return error;
}

int compare_runs(const struct summary *side, size_t sides, bool by_boot,
                 double min_effect, struct comparison *comparison)
{
    struct setting setting = {side, sides, by_boot, min_effect, {false}};

    summary_varying(side, sides, setting.varies);
    int error = find_unmatched(&setting, &comparison->unmatched);
    comparison->command = "compare";
    comparison->unit = by_boot ? "boots" : "trials";
    comparison->windows = "trials";
    for (size_t i = 0; i < side[0].cells && !error; i++) {
        const struct summary_cell *base =
            counterpart(&side[0], &side[0].cell[i]);
        if (base)
            error = compare_cell(&setting, base, comparison);
    }
    if (!error)
        error = findings_judge(&comparison->findings);
    findings_sort(&comparison->findings);
    comparison->verdict = findings_verdict(&comparison->findings);
    return error;
}
