#include "bench/test/made_files.h"

#include "bench/words.h"
#include "common/test/test.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of trials in a made run there are fewer. */
enum { FIRST_NUMBER = 100000, CONNECTIONS = 4 };

struct made_trial {
    const char *server;
    const char *way;
    double bytes;
    double cost; /* of this very trial */
    int number;
};

/* A request costs 20 us, and a GiB half a second. */
static json_t *make_result(const struct made_trial *trial, int connections)
{
    const double gib = trial->bytes / (1 << 30);
    const double us = (20 + 5e5 * gib) * trial->cost;
    const double s_per_gib = us / 1e6 / gib;
    const double per_s = 1e6 / us;
    const bool bound =
        strcmp(trial->way, "sendfile") == 0 && trial->bytes >= 1 << 20;

    return json_pack(
        "{s:i, s:f, s:f, s:i, s:s, s:{s:i}, s:{s:n, s:n, s:{s:f, s:f}}, "
        "s:i, s:{s:f, s:f}, s:{s:f, s:f}, s:{s:f, s:f}}",
        "requests", 1000, "requests_per_s", per_s, "bytes_per_s",
        per_s * trial->bytes, "connections_served", connections, "verdict",
        bound ? "generator-bound" : "ok", "errors", "total", 0, "latency_ns",
        "response", "connect", "service", "p50", us * 1e3 * connections, "p99",
        us * 2e3 * connections, "connections_starved", 0, "server",
        "cpu_us_per_request", us / 2, "cpu_s_per_gib", s_per_gib / 2, "client",
        "cpu_us_per_request", us / 2, "cpu_s_per_gib", s_per_gib / 2, "total",
        "cpu_us_per_request", us, "cpu_s_per_gib", s_per_gib);
}

static json_t *make_record(const struct made_trial *trial)
{
    const int connections =
        strcmp(trial->server, "blocking") == 0 ? 1 : CONNECTIONS;
    const bool skipped = strcmp(trial->way, "direct") == 0;
    json_t *record = json_pack(
        "{s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s, s:s, s:s, "
        "s:b, s:s, s:I, s:n, s:s}",
        "schema", 1, "trial", trial->number, "server", trial->server,
        "protocol", "http", "tool", "loadgen", "engine", "epoll", "connections",
        connections, "idle", 0, "payload_bytes", 0, "pipeline", 1,
        "server_cpus", "0", "client_cpus", "1", "placement", "apart",
        "keep_awake", 1, "file_io", trial->way, "file_bytes",
        (json_int_t)trial->bytes, "workers", "status",
        skipped ? "skipped" : "ok");

    assert_non_null(record);
    if (skipped)
        json_object_set_new(record, "reason", json_string("no O_DIRECT"));
    else
        json_object_set_new(record, "result", make_result(trial, connections));
    return record;
}

static void write_trial(FILE *file, const struct made_trial *trial)
{
    json_t *record = make_record(trial);

    assert_int_equal(json_dumpf(record, file, JSON_COMPACT), 0);
    fputc('\n', file);
    json_decref(record);
}

static void write_trials(FILE *file, const struct made_files *files)
{
    struct words servers = {0};
    struct words ways = {0};
    struct words sizes = {0};

    assert_int_equal(words_split(&servers, files->servers, " "), 0);
    assert_int_equal(words_split(&ways, files->ways, " "), 0);
    assert_int_equal(words_split(&sizes, files->sizes, " "), 0);
    const size_t cells = servers.n * ways.n * sizes.n;
    for (size_t i = 0; i < cells * (size_t)files->repeats; i++) {
        const size_t cell = i % cells;
        const size_t way = cell / servers.n % ways.n;
        const double spread = 1 + 0.05 * ((double)(i / cells % 3) - 1);
        const struct made_trial trial = {
            .server = servers.word[cell % servers.n],
            .way = ways.word[way],
            .bytes = strtod(sizes.word[cell / servers.n / ways.n], NULL),
            .cost = files->cost * spread * (1 + 0.1 * (double)way),
            .number = FIRST_NUMBER + (int)i,
        };
        write_trial(file, &trial);
    }
    words_free(&servers);
    words_free(&ways);
    words_free(&sizes);
}

void made_files_add(const char *folder, const struct made_files *files)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/trials.jsonl", folder);
    FILE *file = fopen(path, "ae");
    assert_non_null(file);
    write_trials(file, files);
    assert_int_equal(fclose(file), 0);
}
