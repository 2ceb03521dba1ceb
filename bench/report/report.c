#include "bench/report/report.h"

#include "bench/files.h"
#include "bench/report/html.h"
#include "bench/report/report_tables.h"
#include "bench/report/tables.h"

#include <stdlib.h>

static void put_item(FILE *to, const struct summary *summary,
                     const struct summary_cell *cell, const char *what,
                     bool warn)
{
    char name[500];

    fprintf(to, "<li%s>", warn ? " class=\"warn\"" : "");
    html_text(to, summary_cell_name(summary, cell, name, sizeof(name)));
    fputs(": ", to);
    html_text(to, what);
    fputs("</li>\n", to);
}

/* All that makes a cell's figures mean less than they seem to. */
static void put_doubts(FILE *to, const struct summary *summary,
                       const struct summary_cell *cell)
{
    double connections = json_number_value(cell->axis[AXIS_CONNECTIONS]);
    char text[600];

    if (cell->starved_in > 0) {
        snprintf(text, sizeof(text),
                 "%.0f of %.0f connections were served, the others starved, in "
                 "%u of %u trials; such a rate is that of the served ones, and "
                 "there is no latency",
                 cell->served, connections, cell->starved_in, cell->ok);
        put_item(to, summary, cell, text, false);
    }
    if (cell->maybe_starved)
        put_item(to, summary, cell,
                 "our generator saw connections starve here; wrk does not "
                 "tell who was served",
                 false);
    if (cell->failed || cell->skipped) {
        snprintf(text, sizeof(text), "%u trials failed, %u were skipped: %s",
                 cell->failed, cell->skipped,
                 cell->reason ? cell->reason : "no reason told");
        put_item(to, summary, cell, text, true);
    }
    if (cell->generator_bound || cell->invalid) {
        snprintf(text, sizeof(text),
                 "of %u trials %u were limited by the generator, %u invalid",
                 cell->ok, cell->generator_bound, cell->invalid);
        put_item(to, summary, cell, text, true);
    }
}

/* What could not be read, in the words of whoever tried. */
static void put_faults(FILE *to, const struct summary *summary)
{
    if (summary->faults.n == 0)
        return;
    fputs("<p class=\"warn\">The run is damaged; left out is:</p>\n<ul>\n", to);
    for (size_t i = 0; i < summary->faults.n; i++) {
        fputs("<li class=\"warn\">", to);
        html_text(to, summary->faults.word[i]);
        fputs("</li>\n", to);
    }
    fputs("</ul>\n", to);
}

static void put_first(FILE *to, const struct summary *summary)
{
    const struct summary_totals total = summary_total(summary);

    fprintf(to,
            "<h2>What to know first</h2>\n<p>%zu cells: %u trials are right, "
            "%u failed, %u were skipped. In %u of the right ones others used "
            "more than 5 %% of the CPUs (noisy), also when repeated, as far as "
            "there was time for that.</p>\n",
            summary->cells, total.ok, total.failed, total.skipped, total.noisy);
    if (summary->calibrations_failed) {
        fprintf(to,
                "<p class=\"warn\">%u trials that tell what shares of a rate "
                "are of failed: ",
                summary->calibrations_failed);
        html_text(to, summary->calibration_reason ? summary->calibration_reason
                                                  : "no reason told");
        fputs("</p>\n", to);
    }
    put_faults(to, summary);
    fputs("<ul>\n", to);
    for (size_t i = 0; i < summary->cells; i++)
        put_doubts(to, summary, &summary->cell[i]);
    fputs("</ul>\n", to);
}

static void put_machine(FILE *to, const struct summary *summary)
{
    char *text = json_dumps(summary->meta, JSON_INDENT(2));

    fputs("<h2>The machine and the run</h2>\n<pre>", to);
    html_text(to, text ? text : "");
    fputs("</pre>\n", to);
    free(text);
}

static const char method[] =
    "<h2>How the figures come about</h2>\n<p>Every trial starts a fresh "
    "server, pins it and the generator to CPUs of their own, warms up, and "
    "measures one window. Trials run in random, interleaved order, so that "
    "drift of the machine hits all cells alike. The unit of all statistics is "
    "the trial: medians and ranges are over trials, and the figures of single "
    "trials are in trials.jsonl. Total CPU per request is what server and "
    "generator used together, by the kernel's nanosecond clocks: on loopback "
    "the receive path runs in the sender, so that neither side's cost alone "
    "is comparable. Every reply is checked. The whole method is "
    "bench/METHOD.md.</p>\n";

/* What a report is made of. */
struct source {
    const struct summary *summary;
    const char *scripts; /* the folder */
    const char *run;
    const struct words *charts;
};

static int put_report(const void *what, FILE *to)
{
    const struct source *source = what;
    const struct summary *summary = source->summary;
    char title[600];

    tables_title(summary, source->run, title, sizeof(title));
    html_begin(to, title);
    put_first(to, summary);
    report_tables_put(to, summary, LOAD_OPEN);
    fputs("<h2>Charts</h2>\n", to);
    html_charts(to, source->scripts, source->run, source->charts);
    report_tables_put(to, summary, LOAD_FILES);
    report_tables_put(to, summary, LOAD_CHURN);
    report_tables_put(to, summary, LOAD_CLOSED);
    put_machine(to, summary);
    fputs(method, to);
    html_end(to);
    return 0;
}

int report_write(const struct summary *summary, const char *scripts,
                 const char *run, const struct words *charts)
{
    const struct source source = {
        .summary = summary, .scripts = scripts, .run = run, .charts = charts};

    return files_write(run, "report.html", put_report, &source);
}
