#include "bench/report/report_tables.h"

#include "bench/report/html.h"

enum part { MEDIAN, LEAST, MOST };

/* A column with a figure of a metric. */
struct column {
    const char *head;
    enum metric metric;
    enum part part;
    double unit;
    int decimals;
};

enum { COLUMNS_MOST = 12 };

#define RATE_AND_RANGE                                                         \
    {"requests/s", METRIC_REQUESTS_PER_S, MEDIAN, 1, 0},                       \
        {"least", METRIC_REQUESTS_PER_S, LEAST, 1, 0},                         \
    {                                                                          \
        "most", METRIC_REQUESTS_PER_S, MOST, 1, 0                              \
    }
#define COSTS                                                                  \
    {"total CPU µs/request", METRIC_TOTAL_CPU_US, MEDIAN, 1, 2},               \
        {"server", METRIC_SERVER_CPU_US, MEDIAN, 1, 2},                        \
    {                                                                          \
        "client", METRIC_CLIENT_CPU_US, MEDIAN, 1, 2                           \
    }

/* What is told of the cells of a load. A column without a head is none. */
static const struct table {
    const char *title;
    const char *words;
    struct column column[COLUMNS_MOST];
} tables[LOADS] = {
    [LOAD_OPEN] =
        {"Latency at equal load",
         "Open loop: requests are sent when they are planned, at random "
         "moments (Poisson), whatever the replies. The response time counts "
         "from the planned moment, so that a server that stalls is charged "
         "with all that came meanwhile; the service time counts from sending. "
         "A rate in per cent is a share of what the slowest server that "
         "serves all connections reaches in closed loop in this run, so that "
         "all are offered the same. Medians over the trials.",
         {{"requests/s", METRIC_REQUESTS_PER_S, MEDIAN, 1, 0},
          {"response p50 µs", METRIC_RESPONSE_P50_NS, MEDIAN, 1e3, 1},
          {"response p99 µs", METRIC_RESPONSE_P99_NS, MEDIAN, 1e3, 1},
          {"least", METRIC_RESPONSE_P99_NS, LEAST, 1e3, 1},
          {"most", METRIC_RESPONSE_P99_NS, MOST, 1e3, 1},
          {"service p50 µs", METRIC_P50_NS, MEDIAN, 1e3, 1},
          {"service p99 µs", METRIC_P99_NS, MEDIAN, 1e3, 1},
          COSTS}},
    [LOAD_CLOSED] =
        {"Closed loop",
         "The next request is sent when the last reply has come. p50 and p99 "
         "are service times (from sending to the last byte of the reply): at "
         "saturation they only restate connections / rate, so they say "
         "nothing that the rate does not; compare latency at equal load. "
         "Medians over the trials.",
         {RATE_AND_RANGE,
          COSTS,
          {"p50 µs", METRIC_P50_NS, MEDIAN, 1e3, 1},
          {"p99 µs", METRIC_P99_NS, MEDIAN, 1e3, 1}}},
    [LOAD_CHURN] =
        {"Churn",
         "Closed loop, but each connection is closed after its requests and a "
         "new one opened; requests per second and costs hold the opening and "
         "closing. The time to connect ends when the kernel has the "
         "connection, which may be before the server has accepted it. Medians "
         "over the trials.",
         {RATE_AND_RANGE,
          COSTS,
          {"connect p50 µs", METRIC_CONNECT_P50_NS, MEDIAN, 1e3, 1},
          {"connect p99 µs", METRIC_CONNECT_P99_NS, MEDIAN, 1e3, 1},
          {"p99 µs", METRIC_P99_NS, MEDIAN, 1e3, 1}}},
    [LOAD_FILES] =
        {"Files",
         "Closed loop: each request is a GET of the same file, which the "
         "server reads as the cell says. Bytes are those of the files, also "
         "of replies that the window has only a part of. The file is in the "
         "page cache; only “direct” reads it from the disk, each time. Where "
         "the generator was the limit, which copies and checks what it gets, "
         "a way of reading that costs less shows in the CPU per GiB and not "
         "in the rate. Medians over the trials.",
         {{"GiB/s", METRIC_BYTES_PER_S, MEDIAN, 1 << 30, 3},
          {"least", METRIC_BYTES_PER_S, LEAST, 1 << 30, 3},
          {"most", METRIC_BYTES_PER_S, MOST, 1 << 30, 3},
          {"total CPU s/GiB", METRIC_TOTAL_CPU_GIB, MEDIAN, 1, 3},
          {"server", METRIC_SERVER_CPU_GIB, MEDIAN, 1, 3},
          {"client", METRIC_CLIENT_CPU_GIB, MEDIAN, 1, 3},
          {"requests/s", METRIC_REQUESTS_PER_S, MEDIAN, 1, 0},
          {"p50 ms", METRIC_P50_NS, MEDIAN, 1e6, 3},
          {"p99 ms", METRIC_P99_NS, MEDIAN, 1e6, 3}}},
};

static double figure(const struct summary_cell *cell,
                     const struct column *column)
{
    const struct spread *spread = &cell->metric[column->metric];

    switch (column->part) {
    case LEAST:
        return spread->min / column->unit;
    case MOST:
        return spread->max / column->unit;
    case MEDIAN:
        break;
    }
    return spread->median / column->unit;
}

static void put_row(FILE *to, const struct summary *summary,
                    const struct summary_cell *cell, const struct table *table)
{
    char name[600];

    fputs("<tr><td>", to);
    html_text(to, summary_cell_name(summary, cell, name, sizeof(name)));
    fputs("</td>", to);
    for (const struct column *column = table->column; column->head; column++)
        html_number(to, figure(cell, column), column->decimals);
    html_number(to, cell->errors, 0);
    html_number(to, cell->served, 0);
    html_number(to, cell->ok, 0);
    fputs("</tr>\n", to);
}

static void put_head(FILE *to, const struct table *table)
{
    fprintf(to, "<h2>%s</h2>\n<p>%s</p>\n<table><tr><th>Cell</th>",
            table->title, table->words);
    for (const struct column *column = table->column; column->head; column++)
        fprintf(to, "<th>%s</th>", column->head);
    fputs("<th>errors</th><th>served</th><th>trials</th></tr>\n", to);
}

void report_tables_put(FILE *to, const struct summary *summary, enum load load)
{
    const struct table *table = &tables[load];
    size_t n = 0;

    for (size_t i = 0; i < summary->cells; i++) {
        if (summary_load(&summary->cell[i]) != load)
            continue;
        if (n++ == 0)
            put_head(to, table);
        put_row(to, summary, &summary->cell[i], table);
    }
    if (n > 0)
        fputs("</table>\n", to);
}
