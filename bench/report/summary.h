/* summary.h: a run's trials, cell by cell. */
#ifndef BENCH_REPORT_SUMMARY_H
#define BENCH_REPORT_SUMMARY_H

#include "bench/runner/axes.h"
#include "bench/statistics/stats.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What is summarised of each trial's result. */
enum metric {
    METRIC_REQUESTS_PER_S,
    METRIC_TOTAL_CPU_US,
    METRIC_SERVER_CPU_US,
    METRIC_CLIENT_CPU_US,
    METRIC_P50_NS, /* latency: of the service time, */
    METRIC_P99_NS,
    METRIC_RESPONSE_P50_NS, /* in open loop, from the planned moment, */
    METRIC_RESPONSE_P99_NS,
    METRIC_CONNECT_P50_NS, /* and of opening a connection */
    METRIC_CONNECT_P99_NS,
    METRIC_BYTES_PER_S,   /* where replies are files: of their bodies, */
    METRIC_TOTAL_CPU_GIB, /* and CPU time for 2^30 bytes, in s */
    METRIC_SERVER_CPU_GIB,
    METRIC_CLIENT_CPU_GIB,
    METRICS
};

/* How load is made. Cells of different loads share no chart. */
enum load {
    LOAD_OPEN,   /* at a rate, whatever the replies */
    LOAD_CLOSED, /* the next request when the last reply has come */
    LOAD_CHURN,  /* the same, with few requests a connection */
    LOAD_FILES,  /* LOAD_CLOSED, but each reply is a file */
    LOADS
};

/* The metric's place in a result: "total.cpu_us_per_request". */
const char *metric_path(enum metric metric);

/* Whether the metric of a trial says anything: latency does not where connections
 * starve, because the served ones' says nothing of the others'; the time to open
 * a connection only where the measured window is full of such openings; and bytes
 * only where replies are files, because else they are so many a request. */
bool metric_tells(enum metric metric, bool starved, bool churns, bool files);

struct summary_cell {
    const json_t *axis[AXES];
    const json_t **record; /* the trials that count, `ok` of them */
    unsigned ok;
    unsigned failed;
    unsigned skipped;
    unsigned noisy;           /* of those that count */
    unsigned generator_bound; /* verdicts of those that count */
    unsigned invalid;
    double errors; /* all trials', the failed ones too */
    double served; /* connections with a right reply, in the worst trial; NAN
                    * where the tool does not tell */
    unsigned starved_in; /* trials in which some connection got none */
    bool starved;        /* in most trials */
    bool maybe_starved;  /* by a tool that does not tell, where our generator
                          * saw starving */
    const char *reason;  /* of the last one failed or skipped, or NULL */
    double rate_per_s;   /* offered in open loop, else NAN */
    double whole_per_s;  /* what that is a share of; NAN for no share */
    const char *slowest; /* the server whose rate that is, or NULL */
    struct spread metric[METRICS]; /* latency is of trials that
                                    * starved nobody */
};

struct summary {
    json_t *meta; /* an empty object if it was damaged */
    json_t *trials;
    struct words faults;       /* what was left out, a sentence each */
    bool varies[AXES];         /* whether the cells differ on the axis */
    struct summary_cell *cell; /* by load, protocol, tool, size, then model */
    size_t cells;
    unsigned calibrations_failed; /* trials that tell what shares are of */
    const char *calibration_reason;
};

/* Of all cells, how many trials are what. */
struct summary_totals {
    unsigned ok;
    unsigned failed;
    unsigned skipped;
    unsigned noisy; /* from here on, of those that are ok */
    unsigned generator_bound;
    unsigned invalid;
};

/* Reads and summarises the run in the folder `run`. Of a noisy trial and its
 * repetition the quieter one counts. What is damaged is told and left out. 0, or
 * -1 after telling why nothing is left, or that meta.json is newer. Free with
 * summary_free() in all cases. */
int summary_read(const char *run, struct summary *summary);

/* The same of several runs of one kernel. Trials of different runs are never
 * taken for repetitions of each other; `meta` is that of the first one. Each
 * record gets the keys `folder`, the path of its run, and `boot`, the boot id
 * or null. */
int summary_read_pooled(const char *const *run, size_t runs,
                        struct summary *summary);

void summary_free(struct summary *summary);

/* What summary_read does with its `trials`, in memory. 0, or -1: out of memory. */
int summary_make_cells(struct summary *summary);

struct summary_totals summary_total(const struct summary *summary);

/* The number at a dotted path in `object`, NAN if there is none. */
double summary_number(const json_t *object, const char *path);

/* What the run recorded of its machine in a group: "kernel", "release"; "unknown"
 * if it did not. */
const char *summary_machine(const struct summary *summary, const char *group,
                            const char *key);

/* The path of the file that a record names under `key`, to be freed; NULL if it
 * names none, or out of memory. */
char *summary_record_file(const json_t *record, const char *key);

/* Of a trial and its repetition, or the other way round: does `a` count rather
 * than `b`? The valid one does; if both are, that which others, or the
 * hypervisor, disturbed less. */
bool summary_is_better(const json_t *a, const json_t *b);

/* The metric of one of the trials that count; NAN where there is none, as the
 * latency of starved cells. */
double summary_value(const struct summary_cell *cell, unsigned trial,
                     enum metric metric);

/* The text of the cell's value on `axis`; "" for one it does not have. Points
 * into the record, or to `text` (`size` bytes) for a number. */
const char *summary_axis(const struct summary_cell *cell, enum axis axis,
                         char *text, size_t size);

/* Whether some of the connections waited in vain, by what the generator says of a
 * closed loop, which may be of a `file`. */
bool result_starves(const json_t *result, bool file, double connections);

/* Whether some connection waited in vain in that trial, of those that count. */
bool summary_trial_starved(const struct summary_cell *cell, unsigned trial);

/* How the cell's load is made, whether its connections are opened anew all the
 * time, and whether its replies are files. */
enum load summary_load(const struct summary_cell *cell);
bool summary_churns(const struct summary_cell *cell);
bool summary_has_file(const struct summary_cell *cell);

/* Whether charts can show the cell: measured by our generator, one request at a
 * time, with the usual payload, and nothing else that is special but its load. */
bool summary_is_usual(const struct summary_cell *cell);

/* Whether the charts that show `base`, a cell as above, show this one too, which
 * may be another run's: of the same load, and the same in what else may vary
 * (CPUs, placement, workers). */
bool summary_share_charts(const struct summary_cell *base,
                          const struct summary_cell *cell);

/* The `n`th axis that tables show only when it varies; AXES after the last one. */
enum axis summary_other_axis(size_t n);

/* What of the cell is neither its server, protocol, tool, connections, payload nor
 * load, and varies in this run: ", keep_awake no", or "". Writes to
 * `text` (`size` bytes) and returns it. */
const char *summary_other_axes(const struct summary *summary,
                               const struct summary_cell *cell, char *text,
                               size_t size);

/* What is special in the cell's load: ", 1 request a connection, open loop at
 * 50%", or "". As above. */
const char *summary_load_text(const struct summary_cell *cell, char *text,
                              size_t size);

/* What the cell's replies are, if they are files: ", a file of 64 KiB by mmap", or
 * "". As above. */
const char *summary_file_text(const struct summary_cell *cell, char *text,
                              size_t size);

/* The cell in words, as far as it is not the usual: "epoll, http, 64
 * connections, payload 0 B". As above. */
const char *summary_cell_name(const struct summary *summary,
                              const struct summary_cell *cell, char *text,
                              size_t size);

/* Whether the cells of some summaries, taken together, differ on each axis. */
void summary_varying(const struct summary *summary, size_t n,
                     bool varies[AXES]);

/* The same in few words, with the axes that vary: "epoll http c=64 payload=100".
 * Writes to `text` (`size` bytes) and returns it. */
const char *summary_cell_brief(const struct summary_cell *cell,
                               const bool varies[AXES], char *text,
                               size_t size);

/* The cell of `summary` with the axes of `cell`, of any summary; or NULL. */
const struct summary_cell *summary_find(const struct summary *summary,
                                        const struct summary_cell *cell);

/* Whether equal shares of the rate are of rates in the two cells that differ by
 * more than 5 %: then they were not offered the same. */
bool summary_rates_differ(const struct summary_cell *a,
                          const struct summary_cell *b);

/* Brings the cells into their order. */
void summary_sort(struct summary *summary);

#endif
