#include "bench/report/tables.h"

#include "bench/files.h"
#include "bench/report/chart_tables.h"
#include "bench/report/heat.h"
#include "bench/report/labels.h"
#include "common/msg.h"

#include <string.h>

static const struct {
    const char *name;
    enum metric metric;
} latencies[] = {
    {"p50", METRIC_P50_NS},
    {"p99", METRIC_P99_NS},
    {"response_p50", METRIC_RESPONSE_P50_NS},
    {"response_p99", METRIC_RESPONSE_P99_NS},
    {"connect_p50", METRIC_CONNECT_P50_NS},
    {"connect_p99", METRIC_CONNECT_P99_NS},
};
enum { LATENCIES = sizeof(latencies) / sizeof(latencies[0]) };

/* The columns of every table of cells. */
static void write_header(FILE *file)
{
    for (enum axis axis = 0; axis < AXES; axis++)
        fprintf(file, "%s\t", axis_record_key(axis));
    fprintf(file,
            "ok\tfailed\tskipped\tnoisy\tgenerator_bound\tinvalid\t"
            "errors\tserved\tstarved\trequests_per_s\trequests_per_s_min\t"
            "requests_per_s_max\ttotal_cpu_us\ttotal_cpu_us_min\t"
            "total_cpu_us_max\tserver_cpu_us\tclient_cpu_us\trate_per_s");
    for (size_t i = 0; i < LATENCIES; i++)
        fprintf(file, "\t%s_us\t%s_us_min\t%s_us_max", latencies[i].name,
                latencies[i].name, latencies[i].name);
    fprintf(file, "\tbytes_per_s\tbytes_per_s_min\tbytes_per_s_max\t"
                  "total_cpu_s_per_gib\ttotal_cpu_s_per_gib_min\t"
                  "total_cpu_s_per_gib_max\tserver_cpu_s_per_gib\t"
                  "client_cpu_s_per_gib\n");
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
    fprintf(file, "\t%.6g\t%.6g\t%.6g", metric[METRIC_SERVER_CPU_US].median,
            metric[METRIC_CLIENT_CPU_US].median, cell->rate_per_s);
    for (size_t i = 0; i < LATENCIES; i++)
        write_spread(file, &metric[latencies[i].metric], 1e3);
    write_spread(file, &metric[METRIC_BYTES_PER_S], 1);
    write_spread(file, &metric[METRIC_TOTAL_CPU_GIB], 1);
    fprintf(file, "\t%.6g\t%.6g\n", metric[METRIC_SERVER_CPU_GIB].median,
            metric[METRIC_CLIENT_CPU_GIB].median);
}

void tables_write_rows(const struct charted *charted, FILE *file)
{
    fputs(charted->compared ? "side\t" : "", file);
    write_header(file);
    for (size_t i = 0; i < charted->n; i++) {
        char side[32];
        fputs(charted_side(charted, i, side, sizeof(side)), file);
        write_row(file, charted->cell[i].cell);
    }
}

/* What the tables of a run are made of. */
struct source {
    const struct summary *summary;
    const char *run;
    struct charted charted[LOADS];
};

static int write_cells(const void *what, FILE *file)
{
    const struct summary *summary = ((const struct source *)what)->summary;

    write_header(file);
    for (size_t i = 0; i < summary->cells; i++)
        write_row(file, &summary->cell[i]);
    return 0;
}

static int write_heat(const void *what, FILE *file)
{
    return heat_write(&((const struct source *)what)->charted[LOAD_OPEN], file);
}

static int write_labels(const void *what, FILE *file)
{
    const struct source *source = what;
    struct words titles = {0};
    char title[600];

    tables_title(source->summary, source->run, title, sizeof(title));
    int error = words_add(&titles, title, strlen(title));
    if (!error)
        error = labels_write(source->charted, &titles, file);
    if (!error)
        error = heat_labels_write(&source->charted[LOAD_OPEN], file);
    words_free(&titles);
    return error;
}

int tables_write(const struct summary *summary, const char *run)
{
    static const struct product tables[] = {
        {"cells.tsv", write_cells},
        {"heat.tsv", write_heat},
        {"labels.gp", write_labels},
    };
    struct source source = {.summary = summary, .run = run};
    int error = charted_collect(summary, 1, false, source.charted);

    if (error)
        msg_error("out of memory");
    else
        error = chart_tables_write(source.charted, run);
    if (!error)
        error = files_write_all(run, tables, sizeof(tables) / sizeof(tables[0]),
                                &source);
    charted_free(source.charted);
    return error ? -1 : 0;
}

const char *tables_title(const struct summary *summary, const char *run,
                         char *text, size_t size)
{
    const char *slash = strrchr(run, '/');

    snprintf(text, size, "%s, kernel %s, %s", slash ? slash + 1 : run,
             summary_machine(summary, "kernel", "release"),
             summary_machine(summary, "cpu", "model"));
    return text;
}
