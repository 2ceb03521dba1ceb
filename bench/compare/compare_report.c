#include "bench/compare/compare_report.h"

#include "bench/compare/compare_findings.h"
#include "bench/compare/json_differences.h"
#include "bench/files.h"
#include "bench/report/html.h"
#include "bench/report/labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char method_of_trees[] =
    "<h2>How the figures come about</h2>\n<p>Both trees’ servers were up at "
    "the "
    "same time and loaded in turn, in blocks of short slices, in an order that "
    "a coin decides. A change is the Hodges–Lehmann estimate over the blocks’ "
    "logarithms of ratios, by Wilcoxon’s signed ranks. The intervals of what "
    "decides hold for all looks at the blocks together; p is corrected for the "
    "looks, and q for all findings that decide (Benjamini and Hochberg). "
    "bench/METHOD.md says it all, under “Two trees”.</p>\n";

static const char method_of_runs[] =
    "<h2>How the figures come about</h2>\n<p>Cells are matched by everything "
    "that a suite can vary. A change is the ratio to the base A: the "
    "Hodges–Lehmann estimate (the median of all differences between the "
    "logarithms of two trials, one of each side), with the 95 %% interval that "
    "belongs to the rank test (Mann–Whitney; Wilcoxon’s signed ranks where "
    "trials are paired), exact for few of them. n counts %s, which "
    "are the unit of all statistics, not requests. p is the two-sided chance "
    "of "
    "such ranks if nothing had changed. q is p after Benjamini and Hochberg "
    "over all findings that decide: at q ≤ 5 %%, of twenty that are called "
    "slower "
    "or faster one is expected to be wrong.</p>\n<p>A finding is slower or "
    "faster "
    "where the interval excludes no change, the estimate is at least the "
    "change that matters, and, if it decides, q ≤ 5 %%. It is the same where "
    "the whole interval lies within that change. All else is unclear; “n too "
    "small” means that so few data could not be clear whatever they were. "
    "The verdict is slower if one finding that decides is, else unclear if "
    "one is, else faster, else the same. bench/METHOD.md says what a trial "
    "is and what its figures mean.</p>\n";

static unsigned right_trials(const struct summary *summary)
{
    unsigned n = 0;

    for (size_t i = 0; i < summary->cells; i++)
        n += summary->cell[i].ok;
    return n;
}

static void put_cell(FILE *to, const char *text)
{
    fputs("<td>", to);
    html_text(to, text);
    fputs("</td>", to);
}

/* Two trees have slices, and no trials. */
static bool of_runs(const struct compare_report *report)
{
    return report->side[0].trials != NULL;
}

static void put_sides(FILE *to, const struct compare_report *report)
{
    fputs("<h2>What is compared</h2>\n<table class=\"plain\"><tr><th></th>"
          "<th>Run</th><th>Kernel</th><th>CPU</th><th>Right trials</th></tr>\n",
          to);
    for (size_t i = 0; i < report->sides; i++) {
        const struct summary *side = &report->side[i];
        fprintf(to, "<tr><td>%c%s</td>", comparison_letter(i),
                i == 0 ? ", the base" : "");
        put_cell(to, report->comparison->sides.word[i]);
        put_cell(to, summary_machine(side, "kernel", "release"));
        put_cell(to, summary_machine(side, "cpu", "model"));
        fprintf(to, "<td>%u</td></tr>\n", right_trials(side));
    }
    fputs("</table>\n", to);
}

/* 0 or -ENOMEM. */
static int list_differences(const struct compare_report *report,
                            struct words *words)
{
    json_t **machine = calloc(report->sides, sizeof(*machine));
    int error = machine ? 0 : -ENOMEM;

    for (size_t i = 0; i < report->sides && !error; i++)
        machine[i] = json_object_get(report->side[i].meta, "machine");
    if (!error)
        error = json_differences(machine, report->sides, words);
    free(machine);
    return error;
}

static int put_differences(FILE *to, const struct compare_report *report)
{
    const size_t columns = report->sides + 1;
    struct words words = {0};
    int error = list_differences(report, &words);

    fputs("<p>What differs between their machines:</p>\n"
          "<table class=\"plain\"><tr><th></th>",
          to);
    for (size_t i = 0; i < report->sides; i++)
        fprintf(to, "<th>%c</th>", comparison_letter(i));
    fputs("</tr>\n", to);
    for (size_t i = 0; i < words.n; i++) {
        fputs(i % columns == 0 ? "<tr>" : "", to);
        put_cell(to, words.word[i]);
        fputs(i % columns == columns - 1 ? "</tr>\n" : "", to);
    }
    fputs("</table>\n", to);
    words_free(&words);
    return error;
}

static void put_charts(FILE *to, const struct compare_report *report)
{
    const struct words *charts = report->charts;

    fputs("<h2>Charts</h2>\n", to);
    if (charts->n == 0)
        fputs("<p>None could be drawn.</p>\n", to);
    html_charts(to, report->scripts, report->folder, charts);
}

static void put_machines(FILE *to, const struct compare_report *report)
{
    fputs("<h2>The machines and the runs</h2>\n", to);
    for (size_t i = 0; i < report->sides; i++) {
        char *text = json_dumps(report->side[i].meta, JSON_INDENT(2));
        fprintf(to, "<details><summary>%c: ", comparison_letter(i));
        html_text(to, report->comparison->sides.word[i]);
        fputs("</summary><pre>", to);
        html_text(to, text ? text : "");
        fputs("</pre></details>\n", to);
        free(text);
    }
}

/* "B, C against A". */
static const char *title(const struct words *sides, char *text, size_t size)
{
    const struct words others = {.word = sides->word + 1, .n = sides->n - 1};
    char joined[600];

    snprintf(text, size, "%s%s%s",
             words_join(&others, ", ", joined, sizeof(joined)),
             others.n ? " against " : "", sides->word[0]);
    return text;
}

static int put_report(const void *what, FILE *to)
{
    const struct compare_report *report = what;
    const struct comparison *comparison = report->comparison;
    char text[1200];

    html_begin(to, title(&comparison->sides, text, sizeof(text)));
    compare_findings_verdict(to, comparison);
    int error = 0;
    if (of_runs(report)) {
        put_sides(to, report);
        error = put_differences(to, report);
    }
    if (comparison->unmatched.n > 0)
        fputs("<p>Cells that only some sides have; they are not compared:"
              "</p>\n",
              to);
    html_list(to, &comparison->unmatched);
    put_charts(to, report);
    compare_findings_tables(to, comparison);
    if (of_runs(report))
        fprintf(to, method_of_runs, comparison->unit);
    else
        fputs(method_of_trees, to);
    put_machines(to, report);
    html_end(to);
    return error;
}

int compare_report_write(const struct compare_report *report)
{
    return files_write(report->folder, "report.html", put_report, report);
}
