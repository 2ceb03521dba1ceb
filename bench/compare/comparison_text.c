#include "bench/compare/comparison_text.h"

#include <math.h>

struct comparison_part comparison_gating(const struct comparison *comparison)
{
    const struct findings *findings = &comparison->findings;
    size_t n = 0;

    while (n < findings->n && finding_gates(findings->finding[n].metric))
        n++;
    return (struct comparison_part){findings->finding, n};
}

struct comparison_part
comparison_describing(const struct comparison *comparison)
{
    const size_t gating = comparison_gating(comparison).n;

    const size_t n = comparison->findings.n - gating;

    return (struct comparison_part){
        n ? &comparison->findings.finding[gating] : NULL, n};
}

const char *comparison_metric(enum metric metric)
{
    static const char *const words[METRICS] = {
        [METRIC_REQUESTS_PER_S] = "requests/s",
        [METRIC_TOTAL_CPU_US] = "total CPU/request",
        [METRIC_SERVER_CPU_US] = "server CPU/request",
        [METRIC_CLIENT_CPU_US] = "client CPU/request",
        [METRIC_P50_NS] = "service p50",
        [METRIC_P99_NS] = "service p99",
        [METRIC_RESPONSE_P50_NS] = "response p50",
        [METRIC_RESPONSE_P99_NS] = "response p99",
        [METRIC_CONNECT_P50_NS] = "connect p50",
        [METRIC_CONNECT_P99_NS] = "connect p99",
        [METRIC_BYTES_PER_S] = "bytes/s",
        [METRIC_TOTAL_CPU_GIB] = "total CPU/GiB",
        [METRIC_SERVER_CPU_GIB] = "server CPU/GiB",
        [METRIC_CLIENT_CPU_GIB] = "client CPU/GiB",
    };

    return words[metric];
}

bool comparison_has_ratio(const struct finding *finding)
{
    return !isnan(finding->ratio);
}

/* With too few data the interval is the whole range, whatever its chance. */
bool comparison_has_interval(const struct finding *finding)
{
    return comparison_has_ratio(finding) && finding->change != CHANGE_TOO_FEW;
}

const char *comparison_change(const struct finding *finding, char *text,
                              size_t size)
{
    if (comparison_has_ratio(finding))
        snprintf(text, size, "%+.1f %%", finding_percent(finding->ratio));
    else
        snprintf(text, size, "-");
    return text;
}

const char *comparison_interval(const struct finding *finding, char *text,
                                size_t size)
{
    if (comparison_has_interval(finding))
        snprintf(text, size, "%+.1f .. %+.1f %%", finding_percent(finding->low),
                 finding_percent(finding->high));
    else
        snprintf(text, size, "-");
    return text;
}

bool comparison_has_column(const struct comparison *comparison,
                           enum comparison_column column)
{
    return column != COLUMN_SIDE || comparison->sides.n > 2;
}

bool comparison_is_number(enum comparison_column column)
{
    return column == COLUMN_CHANGE || column == COLUMN_INTERVAL;
}

const char *comparison_head(const struct comparison *comparison,
                            enum comparison_column column)
{
    static const char *const heads[COLUMNS] = {
        [COLUMN_VERDICT] = "verdict", [COLUMN_SIDE] = "side",
        [COLUMN_CHANGE] = "change",   [COLUMN_INTERVAL] = "interval",
        [COLUMN_METRIC] = "metric",   [COLUMN_CELL] = "cell",
    };

    return column == COLUMN_UNITS ? comparison->unit : heads[column];
}

const char *comparison_entry(const struct finding *finding,
                             enum comparison_column column, char *text,
                             size_t size)
{
    switch (column) {
    case COLUMN_VERDICT:
        return change_word(finding->change);
    case COLUMN_SIDE:
        snprintf(text, size, "%c", comparison_letter(finding->side));
        break;
    case COLUMN_CHANGE:
        return comparison_change(finding, text, size);
    case COLUMN_INTERVAL:
        return comparison_interval(finding, text, size);
    case COLUMN_METRIC:
        return comparison_metric(finding->metric);
    case COLUMN_UNITS:
        snprintf(text, size, "%zu,%zu", finding->n_base, finding->n_side);
        break;
    default:
        return finding->cell;
    }
    return text;
}

const char *comparison_count(const struct comparison *comparison, char *text,
                             size_t size)
{
    const struct comparison_part gating = comparison_gating(comparison);
    size_t n[CHANGE_TOO_FEW + 1] = {0};

    for (size_t i = 0; i < gating.n; i++)
        n[gating.finding[i].change]++;
    snprintf(text, size,
             "%zu slower, %zu faster, %zu same, %zu unclear of %zu that gate",
             n[CHANGE_SLOWER], n[CHANGE_FASTER], n[CHANGE_SAME],
             n[CHANGE_UNCLEAR] + n[CHANGE_TOO_FEW], gating.n);
    return text;
}

/* The least effect that the metric has in all cells; -1 if it has none. */
static double least_effect(const struct findings *findings, enum metric metric)
{
    for (size_t i = 0; i < findings->n; i++) {
        if (findings->finding[i].metric == metric)
            return findings->finding[i].min_effect;
    }
    return -1;
}

/* "; less than 3 % is no change", for each metric that gates where they differ in
 * that. */
static const char *least_effects(const struct findings *findings, char *text,
                                 size_t size)
{
    const double cpu = least_effect(findings, METRIC_TOTAL_CPU_US);
    const double rate = least_effect(findings, METRIC_REQUESTS_PER_S);

    if (cpu < 0 && rate < 0)
        text[0] = '\0';
    else if (cpu < 0 || rate < 0 || (cpu >= rate && cpu <= rate))
        snprintf(text, size, "; less than %g %% is no change",
                 fmax(cpu, rate) * 100);
    else
        snprintf(
            text, size,
            "; less than %g %% of total CPU/request or %g %% of requests/s "
            "is no change",
            cpu * 100, rate * 100);
    return text;
}

const char *comparison_rests_on(const struct comparison *comparison, char *text,
                                size_t size)
{
    char least[100];

    snprintf(text, size,
             "%zu cell%s compared, resting on %zu %s. Changes are against "
             "A, with 95 %% intervals%s.",
             comparison->cells, comparison->cells == 1 ? "" : "s",
             comparison->trials, comparison->windows,
             least_effects(&comparison->findings, least, sizeof(least)));
    return text;
}

const char *comparison_unit(const struct comparison *comparison, char *text,
                            size_t size)
{
    char counts[1000];

    snprintf(text, size, "%s%s%s", comparison->unit,
             comparison->counts.n ? ", " : "",
             words_join(&comparison->counts, ", ", counts, sizeof(counts)));
    return text;
}
