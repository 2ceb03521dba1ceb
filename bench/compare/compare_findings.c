#include "bench/compare/compare_findings.h"

#include "bench/report/html.h"
#include "bench/report/labels.h"

#include <math.h>

static const char *metric_words(enum metric metric)
{
    static const char *const words[METRICS] = {
        [METRIC_REQUESTS_PER_S] = "requests per second",
        [METRIC_TOTAL_CPU_US] = "total CPU per request",
        [METRIC_SERVER_CPU_US] = "server CPU per request",
        [METRIC_CLIENT_CPU_US] = "generator CPU per request",
        [METRIC_P50_NS] = "p50 of service time",
        [METRIC_P99_NS] = "p99 of service time",
        [METRIC_RESPONSE_P50_NS] = "p50 of response time",
        [METRIC_RESPONSE_P99_NS] = "p99 of response time",
        [METRIC_CONNECT_P50_NS] = "p50 of the time to connect",
        [METRIC_CONNECT_P99_NS] = "p99 of the time to connect",
        [METRIC_BYTES_PER_S] = "bytes per second",
        [METRIC_TOTAL_CPU_GIB] = "total CPU per GiB",
        [METRIC_SERVER_CPU_GIB] = "server CPU per GiB",
        [METRIC_CLIENT_CPU_GIB] = "generator CPU per GiB",
    };

    return words[metric];
}

static void put_interval(FILE *to, const struct finding *finding)
{
    if (isfinite(finding->low) && isfinite(finding->high))
        fprintf(to, "%+.1f to %+.1f %%", finding_percent(finding->low),
                finding_percent(finding->high));
    else
        fputs("–", to);
}

static void put_change(FILE *to, const struct finding *finding)
{
    if (isfinite(finding->ratio))
        fprintf(to, "%+.1f %%", finding_percent(finding->ratio));
    else
        fputs("–", to);
}

/* "epoll, http, 64 connections: total CPU per request +5.0 % (...) in B". */
static void put_item(FILE *to, const struct finding *finding)
{
    fputs("<li>", to);
    html_text(to, finding->cell);
    fprintf(to, ": %s ", metric_words(finding->metric));
    put_change(to, finding);
    fputs(" (95 %: ", to);
    put_interval(to, finding);
    fprintf(to, ") in %c</li>\n", comparison_letter(finding->side));
}

static size_t count(const struct findings *findings, enum change change)
{
    size_t n = 0;

    for (size_t i = 0; i < findings->n; i++)
        n += finding_gates(findings->finding[i].metric) &&
             findings->finding[i].change == change;
    return n;
}

static const char *class_of(enum change change)
{
    return change == CHANGE_SLOWER   ? "slower"
           : change == CHANGE_FASTER ? "faster"
                                     : "";
}

static void put_list(FILE *to, const struct findings *findings,
                     enum change change)
{
    if (count(findings, change) == 0)
        return;
    fprintf(to, "<p>What is %s:</p>\n<ul>\n", change_word(change));
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->finding[i];
        if (finding_gates(finding->metric) && finding->change == change)
            put_item(to, finding);
    }
    fputs("</ul>\n", to);
}

void compare_findings_verdict(FILE *to, const struct comparison *comparison)
{
    static const enum change changes[] = {CHANGE_SLOWER, CHANGE_FASTER,
                                          CHANGE_SAME, CHANGE_UNCLEAR,
                                          CHANGE_TOO_FEW};
    const struct findings *findings = &comparison->findings;
    size_t gating = 0;

    fprintf(to, "<h2>Verdict: <span class=\"%s\">%s</span></h2>\n<p>",
            class_of(comparison->verdict), change_word(comparison->verdict));
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        size_t n = count(findings, changes[i]);
        if (n > 0)
            fprintf(to, "%s%zu %s", gating ? ", " : "", n,
                    change_word(changes[i]));
        gating += n;
    }
    fprintf(to,
            "%sof %zu findings that decide: total CPU per request and requests "
            "per second of %zu cells, from %zu %s.</p>\n",
            gating ? ", " : "", gating, comparison->cells, comparison->trials,
            comparison->windows);
    if (comparison->warnings.n > 0)
        fputs("<p class=\"warn\">What makes it doubtful:</p>\n", to);
    html_list(to, &comparison->warnings);
    put_list(to, findings, CHANGE_SLOWER);
    put_list(to, findings, CHANGE_FASTER);
}

static void put_p(FILE *to, double p)
{
    if (isnan(p))
        fputs("<td>–</td>", to);
    else
        fprintf(to, "<td>%.2g</td>", p);
}

static void put_row(FILE *to, const struct finding *finding)
{
    fputs("<tr><td>", to);
    html_text(to, finding->cell);
    fprintf(to, "</td><td>%c</td><td>%s</td><td>",
            comparison_letter(finding->side), metric_words(finding->metric));
    put_change(to, finding);
    fputs("</td><td>", to);
    put_interval(to, finding);
    fprintf(to, "</td><td>%.3g %%</td>", finding->min_effect * 100);
    put_p(to, finding->p);
    if (finding_gates(finding->metric))
        put_p(to, finding->q);
    fprintf(to, "<td>%zu</td><td>%zu</td><td class=\"%s\">%s</td></tr>\n",
            finding->n_base, finding->n_side, class_of(finding->change),
            change_word(finding->change));
}

static void put_table(FILE *to, const struct comparison *comparison, bool gates)
{
    const struct findings *findings = &comparison->findings;

    fprintf(to,
            "<table><tr><th>Cell</th><th>Side</th><th>Metric</th>"
            "<th>Change</th><th>95 %% interval</th><th>Matters from</th>"
            "<th>p</th>%s<th>%s of A</th><th>of the side</th>"
            "<th>Verdict</th></tr>\n",
            gates ? "<th>q</th>" : "", comparison->unit);
    for (size_t i = 0; i < findings->n; i++) {
        if (finding_gates(findings->finding[i].metric) == gates)
            put_row(to, &findings->finding[i]);
    }
    fputs("</table>\n", to);
}

void compare_findings_tables(FILE *to, const struct comparison *comparison)
{
    fputs("<h2>All findings that decide</h2>\n", to);
    put_table(to, comparison, true);
    fputs("<h2>Others, which only describe</h2>\n", to);
    put_table(to, comparison, false);
}
