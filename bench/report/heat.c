#include "bench/report/heat.h"

#include "bench/report/labels.h"
#include "common/msg.h"
#include "common/units.h"
#include "loadgen/outputs/hlog.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PERCENT = 80,
    SPANS_PER_DECADE = 10,
    SPANS = 14 * SPANS_PER_DECADE, /* more than any histogram has */
};

/* How well the cell's rate suits; the highest is taken. */
static double suits(const struct summary_cell *cell)
{
    const char *rate = json_string_value(cell->axis[AXIS_RATE]);
    const double percent = rate ? (double)axis_share(rate) : 0;

    return percent <= MOST_PERCENT ? percent : -percent;
}

/* The cell whose rate all panels show, or NULL. */
static const struct summary_cell *find_best(const struct charted *open)
{
    const struct summary_cell *best = NULL;

    for (size_t i = 0; i < open->n; i++) {
        const struct summary_cell *cell = open->cell[i].cell;
        if (json_number_value(cell->axis[AXIS_CONNECTIONS]) ==
                charted_connections(open) &&
            (!best || suits(cell) > suits(best)))
            best = cell;
    }
    return best;
}

/* The record of the trial that is shown, or NULL. */
static const json_t *representative(const struct summary_cell *cell)
{
    const double middle = cell->metric[METRIC_RESPONSE_P99_NS].median;
    const json_t *found = NULL;
    double least = (double)INFINITY;

    for (unsigned i = 0; i < cell->ok; i++) {
        const double away =
            fabs(summary_value(cell, i, METRIC_RESPONSE_P99_NS) - middle);
        if (!json_is_string(json_object_get(cell->record[i], "hlog")) ||
            !(away < least))
            continue;
        least = away;
        found = cell->record[i];
    }
    return found;
}

/* The record that is shown of a cell, or NULL if it is not of that rate. */
static const json_t *shown_of(const struct summary_cell *best,
                              const struct summary_cell *cell)
{
    if (!best || !axis_equal(best->axis[AXIS_RATE], cell->axis[AXIS_RATE]) ||
        !axis_equal(best->axis[AXIS_CONNECTIONS], cell->axis[AXIS_CONNECTIONS]))
        return NULL;
    return representative(cell);
}

/* What a row begins with, and when the trial's first interval began. */
struct rows {
    FILE *file;
    char begin[160];
    bool any;
    uint64_t origin_ns;
};

static double span_edge_us(int span)
{
    return pow(10, (double)span / SPANS_PER_DECADE) / (double)NS_PER_US;
}

static void write_span(const struct rows *rows,
                       const struct hlog_entry *interval, int span,
                       uint64_t count)
{
    const double from_ms = (double)(interval->start_ns - rows->origin_ns) / 1e6;

    fprintf(rows->file, "%s\t%.6g\t%.6g\t%.6g\t%.6g\t%llu\n", rows->begin,
            from_ms, from_ms + (double)interval->length_ns / 1e6,
            span_edge_us(span), span_edge_us(span + 1),
            (unsigned long long)count);
}

static int take_interval(void *whom, const struct hlog_entry *interval)
{
    struct rows *rows = whom;
    uint64_t counts[SPANS] = {0};

    if (strcmp(interval->tag, "response") != 0)
        return 0;
    if (!rows->any)
        rows->origin_ns = interval->start_ns;
    rows->any = true;
    for (size_t i = 0; i < HISTOGRAM_LENGTH; i++) {
        if (interval->histogram.counts[i] == 0)
            continue;
        const double ns = fmax(1, (double)histogram_highest_at(i));
        counts[(int)(log10(ns) * SPANS_PER_DECADE)] +=
            interval->histogram.counts[i];
    }
    for (int span = 0; span < SPANS; span++) {
        if (counts[span] > 0)
            write_span(rows, interval, span, counts[span]);
    }
    return 0;
}

static int write_trial(const struct summary_cell *cell, const json_t *record,
                       FILE *file)
{
    struct rows rows = {.file = file};
    char server[64];
    char protocol[16];
    unsigned long line = 0;
    char *path = summary_record_file(record, "hlog");
    FILE *log = path ? fopen(path, "re") : NULL;
    int error = log ? 0 : -errno;

    snprintf(rows.begin, sizeof(rows.begin), "%s\t%s\t%lld",
             summary_axis(cell, AXIS_PROTOCOL, protocol, sizeof(protocol)),
             summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
             (long long)json_integer_value(json_object_get(record, "trial")));
    if (!error)
        error = hlog_read(log, take_interval, &rows, &line);
    if (error)
        msg_error("%s:%lu: no latency over time: %s; left out of the charts",
                  path ? path : "hlog", line, strerror(-error));
    if (log)
        fclose(log);
    free(path);
    return error == -ENOMEM ? error : 0;
}

int heat_write(const struct charted *open, FILE *file)
{
    const struct summary_cell *best = find_best(open);
    int error = 0;

    fputs("protocol\tserver\ttrial\tfrom_ms\tto_ms\tlow_us\thigh_us\tcount\n",
          file);
    for (size_t i = 0; i < open->n && !error; i++) {
        const struct summary_cell *cell = open->cell[i].cell;
        const json_t *record = shown_of(best, cell);
        if (record)
            error = write_trial(cell, record, file);
    }
    return error;
}

/* Adds the value, once. 0 or -ENOMEM. */
static int add_value(const struct summary_cell *cell, enum axis axis,
                     struct words *values)
{
    char text[64];

    summary_axis(cell, axis, text, sizeof(text));
    return words_have(values, text) ? 0 : words_add(values, text, strlen(text));
}

int heat_labels_write(const struct charted *open, FILE *file)
{
    const struct summary_cell *best = find_best(open);
    struct words servers = {0};
    struct words protocols = {0};
    struct words rate = {0};
    int error = best ? add_value(best, AXIS_RATE, &rate) : 0;

    for (size_t i = 0; i < open->n && !error; i++) {
        const struct summary_cell *cell = open->cell[i].cell;
        if (!shown_of(best, cell))
            continue;
        error = add_value(cell, AXIS_SERVER, &servers);
        if (!error)
            error = add_value(cell, AXIS_PROTOCOL, &protocols);
    }
    labels_write_list(file, "heat_servers", &servers);
    labels_write_list(file, "heat_protocols", &protocols);
    labels_write_list(file, "heat_rate", &rate);
    words_free(&servers);
    words_free(&protocols);
    words_free(&rate);
    return error;
}
