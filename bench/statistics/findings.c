#include "bench/statistics/findings.h"

#include "bench/statistics/ranks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double most_q = 0.05;

const char *change_word(enum change change)
{
    static const char *const words[] = {
        [CHANGE_SAME] = "same",
        [CHANGE_FASTER] = "faster",
        [CHANGE_SLOWER] = "slower",
        [CHANGE_UNCLEAR] = "unclear",
        [CHANGE_TOO_FEW] = "unclear (n too small)",
    };

    return words[change];
}

/* Two metrics decide; more tests would only raise more false alarms. */
bool finding_gates(enum metric metric)
{
    return metric == METRIC_TOTAL_CPU_US || metric == METRIC_REQUESTS_PER_S;
}

bool finding_more_is_better(enum metric metric)
{
    return metric == METRIC_REQUESTS_PER_S || metric == METRIC_BYTES_PER_S;
}

int findings_add(struct findings *findings, const struct finding *finding)
{
    struct finding *grown = NULL;

    if (finding->cell && finding->axes)
        grown = realloc(findings->finding, (findings->n + 1) * sizeof(*grown));
    if (!grown) {
        free(finding->cell);
        json_decref(finding->axes);
        return -ENOMEM;
    }
    findings->finding = grown;
    grown[findings->n++] = *finding;
    return 0;
}

static int adjust(struct findings *findings)
{
    double *q = malloc((findings->n + 1) * sizeof(*q));
    int error;

    if (!q)
        return -ENOMEM;
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->finding[i];
        q[i] = finding_gates(finding->metric) ? finding->p : (double)NAN;
    }
    error = ranks_adjust(q, findings->n);
    for (size_t i = 0; i < findings->n; i++)
        findings->finding[i].q = q[i];
    free(q);
    return error;
}

static void judge(struct finding *finding)
{
    const double effect = log1p(finding->min_effect);
    const double estimate = log(finding->ratio);
    bool excludes = finding->low > 1 || finding->high < 1;
    bool found = !finding_gates(finding->metric) || finding->q <= most_q;
    bool better = (estimate > 0) == finding_more_is_better(finding->metric);

    if (!(finding->least_p <= most_q))
        finding->change = CHANGE_TOO_FEW;
    else if (excludes && found && fabs(estimate) >= effect)
        finding->change = better ? CHANGE_FASTER : CHANGE_SLOWER;
    else if (log(finding->low) >= -effect && log(finding->high) <= effect)
        finding->change = CHANGE_SAME;
    else
        finding->change = CHANGE_UNCLEAR;
}

int findings_judge(struct findings *findings)
{
    int error = adjust(findings);

    for (size_t i = 0; i < findings->n && !error; i++)
        judge(&findings->finding[i]);
    return error;
}

enum change findings_verdict(const struct findings *findings)
{
    bool seen[CHANGE_TOO_FEW + 1] = {false};
    bool any = false;

    for (size_t i = 0; i < findings->n; i++) {
        if (!finding_gates(findings->finding[i].metric))
            continue;
        seen[findings->finding[i].change] = true;
        any = true;
    }
    if (seen[CHANGE_SLOWER])
        return CHANGE_SLOWER;
    if (seen[CHANGE_UNCLEAR] || seen[CHANGE_TOO_FEW] || !any)
        return CHANGE_UNCLEAR;
    return seen[CHANGE_FASTER] ? CHANGE_FASTER : CHANGE_SAME;
}

/* How much it changed; what has no ratio comes last. */
static double size_of(const struct finding *finding)
{
    return isnan(finding->ratio) ? -1 : fabs(log(finding->ratio));
}

/* Hardly ever 0, so that the order is the same wherever it is sorted. */
static int by_change(const void *a, const void *b)
{
    static const int rank[] = {
        [CHANGE_SLOWER] = 0,  [CHANGE_FASTER] = 1, [CHANGE_UNCLEAR] = 2,
        [CHANGE_TOO_FEW] = 3, [CHANGE_SAME] = 4,
    };
    const struct finding *x = a;
    const struct finding *y = b;
    const bool x_gates = finding_gates(x->metric);
    const double x_size = size_of(x);
    const double y_size = size_of(y);

    if (x_gates != finding_gates(y->metric))
        return x_gates ? -1 : 1;
    if (rank[x->change] != rank[y->change])
        return rank[x->change] - rank[y->change];
    if (x_size != y_size)
        return x_size < y_size ? 1 : -1;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    if (x->side != y->side)
        return x->side < y->side ? -1 : 1;
    return strcmp(x->cell, y->cell);
}

void findings_sort(struct findings *findings)
{
    if (findings->n > 1)
        qsort(findings->finding, findings->n, sizeof(*findings->finding),
              by_change);
}

void findings_drop(struct findings *findings, size_t from, size_t n)
{
    struct finding *first = &findings->finding[from];

    for (size_t i = 0; i < n; i++) {
        free(first[i].cell);
        json_decref(first[i].axes);
    }
    findings->n -= n;
    memmove(first, first + n, (findings->n - from) * sizeof(*first));
}

void findings_drop_empty(struct findings *findings)
{
    for (size_t i = findings->n; i-- > 0;) {
        const struct finding *finding = &findings->finding[i];
        if (!finding_gates(finding->metric) &&
            finding->n_base + finding->n_side == 0)
            findings_drop(findings, i, 1);
    }
}

void findings_free(struct findings *findings)
{
    if (findings->n > 0)
        findings_drop(findings, 0, findings->n);
    free(findings->finding);
    *findings = (struct findings){0};
}
