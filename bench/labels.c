#include "bench/labels.h"

#include "bench/percentiles.h"
#include "bench/tables.h"
#include "bench/words.h"

#include <string.h>

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

void labels_write(const struct summary *summary, const char *run, FILE *file)
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
