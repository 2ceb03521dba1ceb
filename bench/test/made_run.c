#include "bench/test/made_run.h"

#include "bench/words.h"
#include "common/test/scratch.h"
#include "common/test/test.h"
#include "common/units.h"
#include "loadgen/outputs/hlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One trial. */
struct made_trial {
    const struct made_run *run;
    const char *server;
    const char *protocol;
    int connections;
    const char *rate;   /* NULL: closed loop */
    int per_connection; /* 0: any number of requests */
    int repeat;
    int number;
};

/* Two of each are a little beside the median, so that there are ranges. */
static double spread(const struct made_trial *trial)
{
    return 1 + 0.01 * (trial->repeat % 3 - 1);
}

static bool is_blocking(const struct made_trial *trial)
{
    return strcmp(trial->server, "blocking") == 0;
}

/* What shares of a rate are of; any rate stands for some. */
static double whole_per_s(const struct made_trial *trial)
{
    return 10000 / trial->run->cost;
}

static double rate_per_s(const struct made_trial *trial)
{
    const double rate = strtod(trial->rate, NULL);

    return strchr(trial->rate, '%') ? rate * whole_per_s(trial) / 100 : rate;
}

static json_t *make_result(const struct made_trial *trial)
{
    const double cost = trial->run->cost * spread(trial);
    const int n = trial->connections;
    const bool starves = is_blocking(trial) && !trial->per_connection;
    const double per_s =
        trial->rate ? rate_per_s(trial) : 20000.0 * n / (n + 1) / cost;
    /* the higher the rate, the longer the wait */
    json_t *response =
        trial->rate ? json_pack("{s:f, s:f}", "p50", (20e3 + per_s) * cost,
                                "p99", (40e3 + 10 * per_s) * cost)
                    : json_null();

    return json_pack(
        "{s:i, s:f, s:i, s:s, s:{s:i}, s:{s:o, s:{s:f, s:f}, s:{s:f, s:f}}, "
        "s:{s:f}, s:{s:f}, s:{s:f}}",
        "requests", 10000, "requests_per_s", per_s, "connections_served",
        starves ? 1 : n, "verdict", "ok", "errors", "total", 0, "latency_ns",
        "response", response, "connect", "p50", 30e3 * cost, "p99", 90e3 * cost,
        "service", "p50", 10e3 * n * cost, "p99", 20e3 * n * cost, "server",
        "cpu_us_per_request", 4 * cost, "client", "cpu_us_per_request",
        6 * cost, "total", "cpu_us_per_request", 10 * cost);
}

/* A rate without `%` is a number. */
static void add_rate(const struct made_trial *trial, json_t *record)
{
    const bool share = strchr(trial->rate, '%') != NULL;

    json_object_set_new(record, "rate",
                        share ? json_string(trial->rate)
                              : json_integer(atoi(trial->rate)));
    if (is_blocking(trial)) {
        json_object_set_new(record, "status", json_string("skipped"));
        json_object_set_new(record, "reason", json_string("starves"));
        return;
    }
    json_object_set_new(record, "rate_per_s",
                        json_integer((json_int_t)rate_per_s(trial)));
    if (share)
        json_object_set_new(record, "rate_of",
                            json_pack("{s:s, s:f}", "server", "select",
                                      "requests_per_s", whole_per_s(trial)));
    if (trial->repeat == 0)
        json_object_set_new(record, "hlog", json_string("hist/all.hlog"));
}

static json_t *make_record(const struct made_trial *trial)
{
    const bool echo = strcmp(trial->protocol, "echo") == 0;
    json_t *record = json_pack(
        "{s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:n, s:s, s:s, s:s, "
        "s:b, s:i, s:s, s:f, s:f, s:b, s:s, s:o}",
        "schema", 1, "trial", trial->number, "server", trial->server,
        "protocol", trial->protocol, "tool",
        trial->run->tool ? trial->run->tool : "loadgen", "engine", "epoll",
        "connections", trial->connections, "payload_bytes", echo ? 64 : 0,
        "pipeline", 1, "workers", "server_cpus", "0", "client_cpus", "1",
        "placement", trial->run->placement ? trial->run->placement : "apart",
        "keep_awake", 1, "retry", 0, "status", "ok", "foreign_cpu_share", 0.0,
        "steal_share", 0.0, "noisy", 0, "histogram", "hist/all.hgrm", "result",
        make_result(trial));

    assert_non_null(record);
    json_object_set_new(record, "idle", json_integer(0));
    if (trial->per_connection)
        json_object_set_new(record, "requests_per_connection",
                            json_integer(trial->per_connection));
    if (trial->rate)
        add_rate(trial, record);
    return record;
}

static void write_trials(FILE *file, const struct made_run *run)
{
    struct words servers = {0};
    struct words connections = {0};
    struct words protocols = {0};
    struct words rates = {0};
    struct words per_connection = {0};
    struct made_trial trial = {.run = run};

    assert_int_equal(words_split(&servers, run->servers, " "), 0);
    assert_int_equal(words_split(&connections, run->connections, " "), 0);
    assert_int_equal(words_split(&protocols, run->protocols, " "), 0);
    assert_int_equal(words_split(&rates, run->rates ? run->rates : "", " "), 0);
    assert_int_equal(words_split(&per_connection,
                                 run->per_connection ? run->per_connection : "",
                                 " "),
                     0);
    const size_t loads = 1 + rates.n + per_connection.n;
    const size_t cells = servers.n * connections.n * loads * protocols.n;
    for (size_t i = 0; i < cells * (size_t)run->repeats; i++) {
        size_t cell = i % cells;
        trial.number = (int)i;
        trial.repeat = (int)(i / cells);
        trial.server = servers.word[cell % servers.n];
        cell /= servers.n;
        trial.connections = atoi(connections.word[cell % connections.n]);
        cell /= connections.n;
        const size_t load = cell % loads;
        const bool open = load > 0 && load <= rates.n;
        trial.rate = open ? rates.word[load - 1] : NULL;
        trial.per_connection =
            load > rates.n ? atoi(per_connection.word[load - 1 - rates.n]) : 0;
        trial.protocol = protocols.word[cell / loads];
        json_t *record = make_record(&trial);
        assert_int_equal(json_dumpf(record, file, JSON_COMPACT), 0);
        fputc('\n', file);
        json_decref(record);
    }
    words_free(&servers);
    words_free(&connections);
    words_free(&protocols);
    words_free(&rates);
    words_free(&per_connection);
}

/* Five intervals of 10 ms, with a pause in one of them. */
static void write_intervals(const char *path)
{
    static struct histogram histogram;
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(hlog_begin(file, 0), 0);
    for (uint64_t i = 0; i < 5; i++) {
        const uint64_t start_ns = NS_PER_S + i * 10 * NS_PER_MS;
        histogram_clear(&histogram);
        for (uint64_t k = 1; k <= 100; k++)
            histogram_record(&histogram, k * (i == 2 ? 50000 : 500));
        assert_int_equal(
            hlog_write(file, "response", start_ns, 10 * NS_PER_MS, &histogram),
            0);
        assert_int_equal(
            hlog_write(file, "service", start_ns, 10 * NS_PER_MS, &histogram),
            0);
    }
    assert_int_equal(fclose(file), 0);
}

void made_run_write(const char *folder, const struct made_run *run)
{
    char path[300];
    char text[600];

    assert_int_equal(mkdir(folder, 0777), 0);
    snprintf(path, sizeof(path), "%s/hist", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof(path), "%s/hist/all.hgrm", folder);
    snprintf(text, sizeof(text),
             "%.3f 0.0 1 1.00\n%.3f 0.5 5000 2.00\n%.3f 0.9 9000 10.00\n"
             "%.3f 0.99 9900 100.00\n90.000 1.0 10000 inf\n",
             10 * run->cost, 20 * run->cost, 30 * run->cost, 60 * run->cost);
    scratch_write(path, text);
    snprintf(path, sizeof(path), "%s/hist/all.hlog", folder);
    write_intervals(path);
    snprintf(path, sizeof(path), "%s/meta.json", folder);
    snprintf(text, sizeof(text),
             "{\"schema\":1,\"machine\":{\"kernel\":{\"release\":\"%s\"},"
             "\"cpu\":{\"model\":\"x <&> y\"}}}",
             run->kernel);
    scratch_write(path, text);
    snprintf(path, sizeof(path), "%s/trials.jsonl", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    write_trials(file, run);
    assert_int_equal(fclose(file), 0);
}

void made_run_read(const char *folder, const struct made_run *run,
                   struct summary *summary)
{
    size_t i;
    json_t *record;

    made_run_write(folder, run);
    assert_int_equal(summary_read(folder, summary), 0);
    json_array_foreach(summary->trials, i, record)
    {
        assert_int_equal(
            json_object_set_new(record, "folder", json_string(folder)), 0);
    }
}
