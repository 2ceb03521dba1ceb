#include "bench/report.h"

#include "bench/output.h"
#include "bench/tables.h"
#include "common/msg.h"
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;"
    "padding:0 1em;color:#222;background:#fff}"
    "h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em}"
    "table{border-collapse:collapse;font-size:.9em}"
    "td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:right}"
    "td:first-child,th:first-child{text-align:left}"
    "img{max-width:100%;height:auto}figure{margin:1.5em 0}"
    "figcaption{color:#555;font-size:.9em;max-width:60em}"
    ".warn{color:#a33}pre{overflow:auto;font-size:.8em;background:#f6f6f6;"
    "padding:1em}.plain td{text-align:left}";

/* Text between tags. */
static void put(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", to);
        else if (*text == '&')
            fputs("&amp;", to);
        else
            fputc(*text, to);
    }
}

/* The bytes of a file in a data: URL; see RFC 2397. */
static int put_url_file(FILE *to, const char *path)
{
    FILE *file = fopen(path, "re");
    int c;

    if (!file)
        return -errno;
    while ((c = fgetc(file)) != EOF) {
        if (isalnum(c) || strchr(" -_.~/:=;,()", c))
            fputc(c, to);
        else
            fprintf(to, "%%%02X", (unsigned)c);
    }
    fclose(file);
    return 0;
}

/* The comment that a chart's script begins with: its title, then its text. */
static void put_caption(FILE *to, const char *root, const char *chart)
{
    char path[4200];
    char line[300];
    FILE *file;
    bool first = true;

    snprintf(path, sizeof(path), "%s/plots/%s.gp", root, chart);
    file = fopen(path, "re");
    if (!file)
        return;
    fputs("<figcaption>", to);
    while (fgets(line, sizeof(line), file) && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        fputs(first ? "<b>" : "", to);
        put(to, line + 1 + (line[1] == ' '));
        fputs(first ? ".</b> " : " ", to);
        first = false;
    }
    fputs("</figcaption>", to);
    fclose(file);
}

static void put_chart(FILE *to, const char *root, const char *run,
                      const char *chart)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/plots/%s.svg", run, chart);
    fprintf(to, "<figure><img alt=\"%s\" src=\"data:image/svg+xml,", chart);
    if (put_url_file(to, path) != 0)
        msg_error("%s: can't be read: %s", path, strerror(errno));
    fputs("\">", to);
    put_caption(to, root, chart);
    fputs("</figure>\n", to);
}

static void put_item(FILE *to, const struct summary *summary,
                     const struct summary_cell *cell, const char *what,
                     bool warn)
{
    char name[500];

    fprintf(to, "<li%s>", warn ? " class=\"warn\"" : "");
    put(to, summary_cell_name(summary, cell, name, sizeof(name)));
    fputs(": ", to);
    put(to, what);
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

static void put_first(FILE *to, const struct summary *summary)
{
    unsigned ok = 0;
    unsigned failed = 0;
    unsigned skipped = 0;
    unsigned noisy = 0;

    for (size_t i = 0; i < summary->cells; i++) {
        ok += summary->cell[i].ok;
        failed += summary->cell[i].failed;
        skipped += summary->cell[i].skipped;
        noisy += summary->cell[i].noisy;
    }
    fprintf(to,
            "<h2>What to know first</h2>\n<p>%zu cells: %u trials are right, "
            "%u failed, %u were skipped. In %u of the right ones others used "
            "more than 5 %% of the CPUs (noisy), also when repeated, as far as "
            "there was time for that.</p>\n"
            "<ul>\n",
            summary->cells, ok, failed, skipped, noisy);
    for (size_t i = 0; i < summary->cells; i++)
        put_doubts(to, summary, &summary->cell[i]);
    fputs("</ul>\n", to);
}

static void put_number(FILE *to, double value, int decimals)
{
    fputs("<td>", to);
    if (isnan(value))
        fputs("&ndash;", to);
    else
        fprintf(to, "%.*f", decimals, value);
    fputs("</td>", to);
}

static void put_row(FILE *to, const struct summary *summary,
                    const struct summary_cell *cell)
{
    const struct spread *metric = cell->metric;
    char name[500];

    fputs("<tr><td>", to);
    put(to, summary_cell_name(summary, cell, name, sizeof(name)));
    fputs("</td>", to);
    put_number(to, metric[METRIC_REQUESTS_PER_S].median, 0);
    put_number(to, metric[METRIC_REQUESTS_PER_S].min, 0);
    put_number(to, metric[METRIC_REQUESTS_PER_S].max, 0);
    put_number(to, metric[METRIC_TOTAL_CPU_US].median, 2);
    put_number(to, metric[METRIC_SERVER_CPU_US].median, 2);
    put_number(to, metric[METRIC_CLIENT_CPU_US].median, 2);
    put_number(to, metric[METRIC_P50_NS].median / 1e3, 1);
    put_number(to, metric[METRIC_P99_NS].median / 1e3, 1);
    put_number(to, cell->errors, 0);
    put_number(to, cell->served, 0);
    put_number(to, cell->ok, 0);
    fputs("</tr>\n", to);
}

static void put_table(FILE *to, const struct summary *summary)
{
    fputs("<h2>All cells</h2>\n<table><tr><th>Cell</th><th>requests/s</th>"
          "<th>least</th><th>most</th><th>total CPU &micro;s/request</th>"
          "<th>server</th><th>client</th><th>p50 &micro;s</th>"
          "<th>p99 &micro;s</th><th>errors</th><th>served</th>"
          "<th>trials</th></tr>\n",
          to);
    for (size_t i = 0; i < summary->cells; i++)
        put_row(to, summary, &summary->cell[i]);
    fputs("</table>\n<p>Medians over the trials. p50 and p99 are service "
          "times (from sending to the last byte of the reply) in closed loop: "
          "at saturation they only restate connections / rate.</p>\n",
          to);
}

static void put_machine(FILE *to, const struct summary *summary)
{
    char *text = json_dumps(summary->meta, JSON_INDENT(2));

    fputs("<h2>The machine and the run</h2>\n<pre>", to);
    put(to, text ? text : "");
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
    const char *root;
    const char *run;
    const struct words *charts;
};

static int put_report(const void *what, FILE *to)
{
    const struct source *source = what;
    const struct summary *summary = source->summary;
    const struct words *charts = source->charts;
    char title[600];

    tables_title(summary, source->run, title, sizeof(title));
    fputs("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width\"><title>",
          to);
    put(to, title);
    fprintf(to, "</title><style>%s</style>\n<h1>", style);
    put(to, title);
    fputs("</h1>\n", to);
    put_first(to, summary);
    fputs("<h2>Charts</h2>\n", to);
    for (size_t i = 0; i < charts->n; i++)
        put_chart(to, source->root, source->run, charts->word[i]);
    put_table(to, summary);
    put_machine(to, summary);
    fputs(method, to);
    fputs("</html>\n", to);
    return 0;
}

int report_write(const struct summary *summary, const char *root,
                 const char *run, const struct words *charts)
{
    const struct source source = {
        .summary = summary, .root = root, .run = run, .charts = charts};

    return output_write(run, "report.html", put_report, &source);
}
