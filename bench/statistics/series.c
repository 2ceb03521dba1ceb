#include "bench/statistics/series.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double alpha = 0.05;

/* Blocks at each look. One slow server among five needs twelve for its q to be
 * below 5 %; each look has some four tenths as many again as the one before. */
static const size_t look_at[SERIES_LOOKS] = {12, 16, 22, 30, 42, 58, 80, 112};

int series_add(struct series *series, const double log_ratio[METRICS])
{
    if (series->n == series->room) {
        const size_t room = series->room ? 2 * series->room : 16;
        for (int metric = 0; metric < METRICS; metric++) {
            double *grown =
                realloc(series->log_ratio[metric], room * sizeof(*grown));
            if (!grown)
                return -ENOMEM;
            series->log_ratio[metric] = grown;
        }
        series->room = room;
    }
    for (int metric = 0; metric < METRICS; metric++)
        series->log_ratio[metric][series->n] = log_ratio[metric];
    series->n++;
    return 0;
}

bool series_is_over(const struct series *series)
{
    return series->looks == SERIES_LOOKS;
}

bool series_is_due(const struct series *series)
{
    return !series_is_over(series) && series->n >= look_at[series->looks];
}

static int look_at_metric(struct series *series, enum metric metric)
{
    const double part = finding_gates(metric) ? alpha / SERIES_LOOKS : alpha;
    const double times = finding_gates(metric) ? SERIES_LOOKS : 1;
    struct shift *shift = &series->shift[metric];
    double *known = malloc((series->n + 1) * sizeof(*known));
    size_t n = 0;
    int error = -ENOMEM;

    for (size_t i = 0; known && i < series->n; i++) {
        if (isfinite(series->log_ratio[metric][i]))
            known[n++] = series->log_ratio[metric][i];
    }
    if (known)
        error = ranks_paired(known, n, part, shift);
    free(known);
    if (error)
        return error;
    series->known[metric] = n;
    const double p = fmin(1, shift->p * times);
    if (series->looks == 0 || finding_gates(metric) == false ||
        p < series->p[metric])
        series->p[metric] = p;
    shift->least_p = fmin(1, shift->least_p * times);
    return 0;
}

int series_look(struct series *series)
{
    int error = 0;

    if (series_is_over(series))
        return 0;
    for (enum metric metric = 0; metric < METRICS && !error; metric++)
        error = look_at_metric(series, metric);
    if (!error)
        series->looks++;
    return error;
}

void series_finding(const struct series *series, enum metric metric,
                    struct finding *finding)
{
    const struct shift *shift = &series->shift[metric];
    const bool looked = series->looks > 0;
    const double none = (double)NAN;

    finding->metric = metric;
    finding->ratio = looked ? exp(shift->estimate) : none;
    finding->low = looked ? exp(shift->low) : none;
    finding->high = looked ? exp(shift->high) : none;
    finding->p = looked ? series->p[metric] : 1; /* counts as a test */
    finding->least_p = looked ? shift->least_p : 1;
    finding->n_base = finding->n_side = series->known[metric];
}

void series_free(struct series *series)
{
    for (int metric = 0; metric < METRICS; metric++)
        free(series->log_ratio[metric]);
    *series = (struct series){0};
}
