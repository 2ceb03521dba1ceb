#include "bench/tables.h"

#include "common/units.h"

#include <math.h>
#include <string.h>

/* "87.2 k" or a dash. */
static const char *count_text(char *text, size_t size, double count)
{
    if (isnan(count))
        snprintf(text, size, "-");
    else
        units_format_count(text, size, count);
    return text;
}

static const char *duration_text(char *text, size_t size, double ns)
{
    if (isnan(ns))
        snprintf(text, size, "-");
    else
        units_format_duration(text, size, ns);
    return text;
}

/* What must be known to read a row: the reasons not to trust it, in words. */
static void print_remarks(FILE *to, const struct summary_cell *cell)
{
    double connections = json_number_value(cell->axis[AXIS_CONNECTIONS]);

    if (cell->starved_in > 0)
        fprintf(to, " %.0f of %.0f served, %.0f STARVED", cell->served,
                connections, connections - cell->served);
    if (cell->starved_in > 0 && cell->starved_in < cell->ok)
        fprintf(to, " in %u", cell->starved_in);
    if (cell->maybe_starved)
        fprintf(to, " STARVED (see our generator's), which wrk can't tell");
    if (cell->generator_bound)
        fprintf(to, " generator-bound in %u", cell->generator_bound);
    if (cell->invalid)
        fprintf(to, " INVALID in %u", cell->invalid);
    if (cell->noisy)
        fprintf(to, " noisy in %u", cell->noisy);
    if (cell->failed)
        fprintf(to, " %u FAILED: %s", cell->failed,
                cell->reason ? cell->reason : "");
    if (cell->skipped)
        fprintf(to, " skipped: %s", cell->reason ? cell->reason : "");
}

static void print_row(FILE *to, const struct summary_cell *cell)
{
    char text[6][24];
    char server[64];
    char range[64];
    const struct spread *rate = &cell->metric[METRIC_REQUESTS_PER_S];
    const double cpu_us = cell->metric[METRIC_TOTAL_CPU_US].median;

    snprintf(range, sizeof(range), "%s .. %s",
             count_text(text[0], sizeof(text[0]), rate->min),
             count_text(text[1], sizeof(text[1]), rate->max));
    fprintf(to, "  %-12s %7s %8s  %-17s %8s %8s %9s %7.0f %6u ",
            summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
            summary_axis(cell, AXIS_CONNECTIONS, text[0], sizeof(text[0])),
            count_text(text[1], sizeof(text[1]), rate->median), range,
            duration_text(text[2], sizeof(text[2]),
                          cell->metric[METRIC_P50_NS].median),
            duration_text(text[3], sizeof(text[3]),
                          cell->metric[METRIC_P99_NS].median),
            duration_text(text[4], sizeof(text[4]), cpu_us * 1e3), cell->errors,
            cell->ok);
    print_remarks(to, cell);
    fputc('\n', to);
}

/* Whether `cell` opens a new part of the table, and its heading. */
static bool heading(const struct summary *summary,
                    const struct summary_cell *before,
                    const struct summary_cell *cell, char *text, size_t size)
{
    static const enum axis parts[] = {AXIS_PROTOCOL, AXIS_TOOL, AXIS_PIPELINE,
                                      AXIS_PAYLOAD};
    char value[4][32];
    char others[200];
    char others_before[200] = "";
    bool fresh = !before;

    if (before)
        summary_other_axes(summary, before, others_before,
                           sizeof(others_before));
    summary_other_axes(summary, cell, others, sizeof(others));
    fresh = fresh || strcmp(others, others_before) != 0;

    for (size_t i = 0; i < 4; i++) {
        fresh =
            fresh || !json_equal(before->axis[parts[i]], cell->axis[parts[i]]);
        summary_axis(cell, parts[i], value[i], sizeof(value[i]));
    }
    snprintf(text, size, "%s, %s, payload %s B%s%s%s", value[0],
             strcmp(value[1], "wrk") == 0 ? "by wrk" : "by our generator",
             value[3], strcmp(value[2], "1") == 0 ? "" : ", pipelined ",
             strcmp(value[2], "1") == 0 ? "" : value[2], others);
    return fresh;
}

void tables_print(const struct summary *summary, FILE *to)
{
    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        char text[400];
        if (heading(summary, i ? cell - 1 : NULL, cell, text, sizeof(text))) {
            fprintf(to, "\n%s\n", text);
            fprintf(to, "  %-12s %7s %8s  %-17s %8s %8s %9s %7s %6s\n",
                    "server", "connec.", "req/s", "range", "p50", "p99",
                    "CPU/req", "errors", "trials");
        }
        print_row(to, cell);
    }
}
