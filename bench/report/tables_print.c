#include "bench/report/tables.h"

#include "common/units.h"

#include <math.h>
#include <string.h>

/* What must be known to read a row: the reasons not to trust it, in words. */
static void print_remarks(FILE *to, const struct summary_cell *cell)
{
    double connections = json_number_value(cell->axis[AXIS_CONNECTIONS]);
    char text[2][24];

    if (summary_load(cell) == LOAD_CHURN && cell->ok > 0)
        fprintf(
            to, " connect p50 %s, p99 %s",
            units_format_duration(text[0], sizeof(text[0]),
                                  cell->metric[METRIC_CONNECT_P50_NS].median),
            units_format_duration(text[1], sizeof(text[1]),
                                  cell->metric[METRIC_CONNECT_P99_NS].median));
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

static void print_file_head(FILE *to)
{
    fprintf(to, "\n  %-12s %-8s %7s %10s  %-22s %8s %8s %9s %7s %6s\n",
            "server", "file_io", "connec.", "bytes/s", "range", "p50", "p99",
            "CPU/GiB", "errors", "trials");
}

static void print_file_row(FILE *to, const struct summary_cell *cell)
{
    char text[6][24];
    char server[64];
    char way[24];
    char range[64];
    const struct spread *rate = &cell->metric[METRIC_BYTES_PER_S];

    snprintf(range, sizeof(range), "%s .. %s",
             units_format_bytes(text[0], sizeof(text[0]), rate->min),
             units_format_bytes(text[1], sizeof(text[1]), rate->max));
    fprintf(
        to, "  %-12s %-8s %7s %10s  %-22s %8s %8s %9s %7.0f %6u ",
        summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
        summary_axis(cell, AXIS_FILE_IO, way, sizeof(way)),
        summary_axis(cell, AXIS_CONNECTIONS, text[0], sizeof(text[0])),
        units_format_bytes(text[1], sizeof(text[1]), rate->median), range,
        units_format_duration(text[2], sizeof(text[2]),
                              cell->metric[METRIC_P50_NS].median),
        units_format_duration(text[3], sizeof(text[3]),
                              cell->metric[METRIC_P99_NS].median),
        units_format_duration(text[4], sizeof(text[4]),
                              cell->metric[METRIC_TOTAL_CPU_GIB].median * 1e9),
        cell->errors, cell->ok);
    print_remarks(to, cell);
    fputc('\n', to);
}

static void print_head(FILE *to)
{
    fprintf(to, "\n  %-12s %7s %8s  %-17s %8s %8s %9s %7s %6s\n", "server",
            "connec.", "req/s", "range", "p50", "p99", "CPU/req", "errors",
            "trials");
}

static void print_row(FILE *to, const struct summary_cell *cell)
{
    char text[6][24];
    char server[64];
    char range[64];
    const struct spread *rate = &cell->metric[METRIC_REQUESTS_PER_S];
    const double cpu_us = cell->metric[METRIC_TOTAL_CPU_US].median;
    const bool open = summary_load(cell) == LOAD_OPEN;
    const enum metric p50 = open ? METRIC_RESPONSE_P50_NS : METRIC_P50_NS;
    const enum metric p99 = open ? METRIC_RESPONSE_P99_NS : METRIC_P99_NS;

    snprintf(range, sizeof(range), "%s .. %s",
             units_format_count(text[0], sizeof(text[0]), rate->min),
             units_format_count(text[1], sizeof(text[1]), rate->max));
    fprintf(to, "  %-12s %7s %8s  %-17s %8s %8s %9s %7.0f %6u ",
            summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
            summary_axis(cell, AXIS_CONNECTIONS, text[0], sizeof(text[0])),
            units_format_count(text[1], sizeof(text[1]), rate->median), range,
            units_format_duration(text[2], sizeof(text[2]),
                                  cell->metric[p50].median),
            units_format_duration(text[3], sizeof(text[3]),
                                  cell->metric[p99].median),
            units_format_duration(text[4], sizeof(text[4]), cpu_us * 1e3),
            cell->errors, cell->ok);
    print_remarks(to, cell);
    fputc('\n', to);
}

/* Of the ways to read files of one size a part has all. */
static const char *file_part(const struct summary_cell *cell, char *text,
                             size_t size)
{
    char bytes[16];

    if (summary_load(cell) != LOAD_FILES)
        return summary_file_text(cell, text, size);
    snprintf(
        text, size, ", files of %s",
        units_format_bytes(bytes, sizeof(bytes),
                           json_number_value(cell->axis[AXIS_FILE_BYTES])));
    return text;
}

/* What all rows of a part of the table have in common. Shares are of another rate
 * at each number of connections. */
static const char *part_of(const struct summary *summary, size_t i, char *text,
                           size_t size)
{
    const struct summary_cell *cell = &summary->cell[i];
    const bool share = json_is_string(cell->axis[AXIS_RATE]);
    char protocol[32];
    char tool[32];
    char payload[32];
    char file[80];
    char load[220];
    char connections[32];
    char others[200];

    summary_axis(cell, AXIS_TOOL, tool, sizeof(tool));
    snprintf(text, size, "%s, %s, payload %s B%s%s%s%s%s",
             summary_axis(cell, AXIS_PROTOCOL, protocol, sizeof(protocol)),
             strcmp(tool, "wrk") == 0 ? "by wrk" : "by our generator",
             summary_axis(cell, AXIS_PAYLOAD, payload, sizeof(payload)),
             file_part(cell, file, sizeof(file)),
             summary_load_text(cell, load, sizeof(load)), share ? ", c=" : "",
             share ? summary_axis(cell, AXIS_CONNECTIONS, connections,
                                  sizeof(connections))
                   : "",
             summary_other_axes(summary, cell, others, sizeof(others)));
    return text;
}

static bool same_part(const struct summary *summary, size_t i, size_t k)
{
    char a[600];
    char b[600];

    return strcmp(part_of(summary, i, a, sizeof(a)),
                  part_of(summary, k, b, sizeof(b))) == 0;
}

/* What the shares of a part are of: that of the first cell that was measured. */
static void print_rate(FILE *to, const struct summary *summary, size_t i)
{
    char rate[24];
    char whole[24];

    for (size_t k = i; k < summary->cells && same_part(summary, i, k); k++) {
        const struct summary_cell *cell = &summary->cell[k];
        if (!(cell->whole_per_s > 0))
            continue;
        fprintf(to, ": %s/s of %s/s, which %s reaches in closed loop",
                units_format_count(rate, sizeof(rate), cell->rate_per_s),
                units_format_count(whole, sizeof(whole), cell->whole_per_s),
                cell->slowest ? cell->slowest : "the slowest");
        return;
    }
}

/* How latency is to be read. */
static void print_notes(const struct summary *summary, FILE *to)
{
    bool loads[LOADS] = {false};

    for (size_t i = 0; i < summary->cells; i++)
        loads[summary_load(&summary->cell[i])] = true;
    fputc('\n', to);
    if (loads[LOAD_OPEN])
        fputs("Open loop: p50 and p99 are of the response time, which counts "
              "from the planned moment.\n",
              to);
    if (loads[LOAD_FILES])
        fputs(
            "Files: CPU/GiB is what server and generator used for 2^30 bytes; "
            "all but direct read from the page cache.\n",
            to);
    if (loads[LOAD_CLOSED] || loads[LOAD_CHURN] || loads[LOAD_FILES])
        fputs("Closed loop: they are of the service time; at saturation p50 "
              "only restates connections / rate.\n",
              to);
    if (summary->calibrations_failed)
        fprintf(to,
                "%u trials that tell what shares of a rate are of FAILED: %s\n",
                summary->calibrations_failed,
                summary->calibration_reason ? summary->calibration_reason : "");
}

void tables_print(const struct summary *summary, FILE *to)
{
    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        const bool files = summary_load(cell) == LOAD_FILES;
        char part[600];
        if (i == 0 || !same_part(summary, i - 1, i)) {
            fprintf(to, "\n%s", part_of(summary, i, part, sizeof(part)));
            print_rate(to, summary, i);
            (files ? print_file_head : print_head)(to);
        }
        (files ? print_file_row : print_row)(to, cell);
    }
    print_notes(summary, to);
}
