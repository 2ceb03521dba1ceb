#include "bench/tables.h"

#include "bench/percentiles.h"
#include "bench/run_dir.h"
#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where connections.tsv has these columns, cells.tsv has them too. */
static void write_header(FILE *file)
{
    for (enum axis axis = 0; axis < AXES; axis++)
        fprintf(file, "%s\t", axis_record_key(axis));
    fprintf(file,
            "ok\tfailed\tskipped\tnoisy\tgenerator_bound\tinvalid\t"
            "errors\tserved\tstarved\trequests_per_s\trequests_per_s_min\t"
            "requests_per_s_max\ttotal_cpu_us\ttotal_cpu_us_min\t"
            "total_cpu_us_max\tserver_cpu_us\tclient_cpu_us\tp50_us\t"
            "p50_us_min\tp50_us_max\tp99_us\tp99_us_min\tp99_us_max\n");
}

static void write_spread(FILE *file, const struct spread *spread, double unit)
{
    fprintf(file, "\t%.6g\t%.6g\t%.6g", spread->median / unit,
            spread->min / unit, spread->max / unit);
}

static void write_row(FILE *file, const struct summary_cell *cell)
{
    const struct spread *metric = cell->metric;

    for (enum axis axis = 0; axis < AXES; axis++) {
        char text[64];
        fprintf(file, "%s\t", summary_axis(cell, axis, text, sizeof(text)));
    }
    fprintf(file, "%u\t%u\t%u\t%u\t%u\t%u\t%.0f\t%.0f\t%d", cell->ok,
            cell->failed, cell->skipped, cell->noisy, cell->generator_bound,
            cell->invalid, cell->errors, cell->served, cell->starved);
    write_spread(file, &metric[METRIC_REQUESTS_PER_S], 1);
    write_spread(file, &metric[METRIC_TOTAL_CPU_US], 1);
    fprintf(file, "\t%.6g\t%.6g", metric[METRIC_SERVER_CPU_US].median,
            metric[METRIC_CLIENT_CPU_US].median);
    write_spread(file, &metric[METRIC_P50_NS], 1e3);
    write_spread(file, &metric[METRIC_P99_NS], 1e3);
    fputc('\n', file);
}

static int write_cells(const struct summary *summary, FILE *file)
{
    write_header(file);
    for (size_t i = 0; i < summary->cells; i++)
        write_row(file, &summary->cell[i]);
    return 0;
}

static int write_connections(const struct summary *summary, FILE *file)
{
    write_header(file);
    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        if (summary_is_base(summary, cell) && cell->ok > 0)
            write_row(file, cell);
    }
    return 0;
}

static const char *meta_text(const struct summary *summary, const char *group,
                             const char *key)
{
    const json_t *machine = json_object_get(summary->meta, "machine");
    const char *text = json_string_value(
        json_object_get(json_object_get(machine, group), key));

    return text ? text : "unknown";
}

const char *tables_title(const struct summary *summary, const char *run,
                         char *text, size_t size)
{
    const char *slash = strrchr(run, '/');

    snprintf(text, size, "%s, kernel %s, %s", slash ? slash + 1 : run,
             meta_text(summary, "kernel", "release"),
             meta_text(summary, "cpu", "model"));
    return text;
}

/* The distinct values of an axis in the charts' cells, in their order. */
static void list_values(const struct summary *summary, enum axis axis,
                        struct words *values)
{
    for (size_t i = 0; i < summary->cells; i++) {
        char text[64];
        const struct summary_cell *cell = &summary->cell[i];
        if (!summary_is_base(summary, cell) || cell->ok == 0)
            continue;
        summary_axis(cell, axis, text, sizeof(text));
        if (!words_have(values, text))
            (void)words_add(values, text, strlen(text));
    }
}

/* The number of connections of the percentile chart: 64, or the nearest below
 * that this run has, or the least. */
static double percentile_connections(const struct summary *summary)
{
    double best = 0;

    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        double n = json_number_value(cell->axis[AXIS_CONNECTIONS]);
        if (!summary_is_base(summary, cell) || cell->ok == 0)
            continue;
        if (best == 0 || (n <= 64 && n > best) || (best > 64 && n < best))
            best = n;
    }
    return best;
}

/* The servers that the percentile chart shows, or, `starved`, leaves out. */
static void list_percentile_servers(const struct summary *summary, bool starved,
                                    struct words *values)
{
    double connections = percentile_connections(summary);

    for (size_t i = 0; i < summary->cells; i++) {
        char text[64];
        const struct summary_cell *cell = &summary->cell[i];
        if (!summary_is_base(summary, cell) || cell->ok == 0 ||
            (starved ? !cell->starved : !percentiles_reach(cell)) ||
            json_number_value(cell->axis[AXIS_CONNECTIONS]) != connections)
            continue;
        summary_axis(cell, AXIS_SERVER, text, sizeof(text));
        if (!words_have(values, text))
            (void)words_add(values, text, strlen(text));
    }
}

static bool one_server_cpu(const struct summary *summary)
{
    for (size_t i = 0; i < summary->cells; i++) {
        char text[64];
        const struct summary_cell *cell = &summary->cell[i];
        summary_axis(cell, AXIS_SERVER_CPUS, text, sizeof(text));
        if (text[strspn(text, "0123456789")] != '\0')
            return false;
    }
    return true;
}

/* How many cells the percentile chart can show. */
static size_t percentile_rows(const struct summary *summary)
{
    double connections = percentile_connections(summary);
    size_t n = 0;

    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        n += summary_is_base(summary, cell) && percentiles_reach(cell) &&
             json_number_value(cell->axis[AXIS_CONNECTIONS]) == connections;
    }
    return n;
}

/* How many of the charts' cells have the metric. */
static size_t charted_with(const struct summary *summary, enum metric metric)
{
    size_t n = 0;

    for (size_t i = 0; i < summary->cells; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        n += summary_is_base(summary, cell) && cell->metric[metric].n > 0;
    }
    return n;
}

/* A string of gnuplot's, which a quote would end. */
static void write_string(FILE *file, const char *name, const char *value)
{
    fprintf(file, "%s = '", name);
    for (; *value; value++)
        fputc(*value == '\'' ? ' ' : *value, file);
    fprintf(file, "'\n");
}

/* The same for text that is shown: nothing in it is special to gnuplot. */
static void write_title(FILE *file, const char *name, const char *value)
{
    char text[1200];
    size_t at = 0;

    for (; *value && at < sizeof(text) - 2; value++) {
        if (strchr("_^{}@&~\\", *value))
            text[at++] = '\\';
        text[at++] = *value;
    }
    text[at] = '\0';
    write_string(file, name, text);
}

static void write_list(FILE *file, const char *name, struct words *values)
{
    char text[1000];

    write_string(file, name, words_join(values, " ", text, sizeof(text)));
    words_free(values);
}

/* What the charts' title adds: what they do not show. */
static const char *chart_note(const struct summary *summary, char *text,
                              size_t size)
{
    char others[200] = "";

    for (size_t i = 0; i < summary->cells && !others[0]; i++) {
        if (summary_is_base(summary, &summary->cell[i]))
            summary_other_axes(summary, &summary->cell[i], others,
                               sizeof(others));
    }
    snprintf(text, size, "%s%s%s",
             one_server_cpu(summary) ? "one server CPU: cost, not scaling" : "",
             others[0] ? "; shown:" : "", others[0] ? others + 1 : "");
    return text;
}

static void write_labels(const struct summary *summary, const char *run,
                         FILE *file)
{
    struct words values = {0};
    char title[600];

    write_title(file, "run_title",
                tables_title(summary, run, title, sizeof(title)));
    write_title(file, "note", chart_note(summary, title, sizeof(title)));
    list_values(summary, AXIS_SERVER, &values);
    write_list(file, "servers", &values);
    list_values(summary, AXIS_PROTOCOL, &values);
    write_list(file, "protocols", &values);
    list_values(summary, AXIS_CONNECTIONS, &values);
    words_sort_numbers(&values);
    write_list(file, "connection_counts", &values);
    list_percentile_servers(summary, false, &values);
    write_list(file, "percentile_servers", &values);
    list_percentile_servers(summary, true, &values);
    write_list(file, "percentile_starved", &values);
    fprintf(file, "percentile_connections = %.0f\n",
            percentile_connections(summary));
    fprintf(file, "latency_cells = %zu\n",
            charted_with(summary, METRIC_P99_NS));
    fprintf(file, "percentile_rows = %zu\n", percentile_rows(summary));
    fprintf(file, "cost_cells = %zu\n",
            charted_with(summary, METRIC_TOTAL_CPU_US));
}

static int write_kind(const struct summary *summary, const char *run,
                      const char *name, FILE *file)
{
    if (strcmp(name, "cells.tsv") == 0)
        return write_cells(summary, file);
    if (strcmp(name, "connections.tsv") == 0)
        return write_connections(summary, file);
    if (strcmp(name, "percentiles.tsv") == 0)
        return percentiles_write(summary, run, file);
    write_labels(summary, run, file);
    return 0;
}

/* Closes it; the first error is what counts. */
static int finish(FILE *file, int error)
{
    bool failed = ferror(file) != 0;

    if (fclose(file) != 0 && !error)
        error = -errno;
    return failed && !error ? -EIO : error;
}

int tables_write(const struct summary *summary, const char *run)
{
    static const char *const names[] = {"cells.tsv", "connections.tsv",
                                        "percentiles.tsv", "labels.gp"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = run_dir_file(run, names[i]);
        FILE *file = path ? fopen(path, "we") : NULL;
        int error = file ? write_kind(summary, run, names[i], file) : -errno;
        if (file)
            error = finish(file, error);
        if (error)
            msg_error("%s: can't be written: %s", path ? path : names[i],
                      strerror(-error));
        free(path);
        if (error)
            return -1;
    }
    return 0;
}

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

    if (cell->starved)
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
