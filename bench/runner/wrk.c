#include "bench/runner/wrk.h"

#include <string.h>

/* wrk's own object: in `output`, the line that begins with a brace. */
static json_t *find_object(const char *output)
{
    const char *at = output[0] == '{' ? output : strstr(output, "\n{");
    json_error_t why;

    return at ? json_loads(at, JSON_DISABLE_EOF_CHECK, &why) : NULL;
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static json_t *real_or_null(bool known, double value)
{
    return known ? json_real(value) : json_null();
}

/* wrk counts the failures of read() and write() without their kind. */
static json_t *errors(const json_t *wrk)
{
    json_int_t io = number(wrk, "read") + number(wrk, "write");
    json_int_t total = number(wrk, "connect") + io + number(wrk, "status") +
                       number(wrk, "timeout");

    return json_pack("{s:I, s:I, s:I, s:n, s:I, s:n, s:n, s:I}", "connect",
                     number(wrk, "connect"), "reset", io, "timeout",
                     number(wrk, "timeout"), "closed_early", "bad_status",
                     number(wrk, "status"), "mismatch", "surplus", "total",
                     total);
}

/* Always "corrected" by wrk, see METHOD.md, hence a name of its own. */
static json_t *latency(const json_t *wrk)
{
    static const char *const keys[][2] = {
        {"min", "min_us"}, {"p50", "p50_us"},   {"p90", "p90_us"},
        {"p99", "p99_us"}, {"p999", "p999_us"}, {"max", "max_us"},
    };
    json_t *corrected = json_object();

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        json_object_set_new(corrected, keys[i][0],
                            json_integer(number(wrk, keys[i][1]) * 1000));
    return json_pack("{s:n, s:n, s:n, s:n, s:n, s:o}", "response", "service",
                     "queue_wait", "send_lag", "connect", "wrk_corrected",
                     corrected);
}

/* What costs are shared among. */
struct done {
    double requests;
    double body_bytes; /* 0: not known */
    double duration_s;
};

/* wrk counts bytes with the replies' heads, and of no reply that is not whole. */
static struct done done_of(const json_t *wrk, const struct cell *cell)
{
    const double requests = (double)number(wrk, "requests");

    return (struct done){
        .requests = requests,
        .body_bytes = requests * (double)cell_count(cell, AXIS_FILE_BYTES),
        .duration_s = (double)number(wrk, "duration_us") / 1e6,
    };
}

static json_t *costs(const struct done *done, const struct cost *server,
                     double cpu_ns)
{
    const double requests = done->requests;
    const bool known = requests > 0;
    const double gib = done->body_bytes / (1 << 30);

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "cpu_us_per_request",
        real_or_null(known, cpu_ns / 1e3 / requests), "cpu_s_per_gib",
        real_or_null(gib > 0, cpu_ns / 1e9 / gib), "cpu_user_us_per_request",
        real_or_null(known && server,
                     server ? (double)server->user_ns / 1e3 / requests : 0),
        "cpu_sys_us_per_request",
        real_or_null(known && server,
                     server ? (double)server->sys_ns / 1e3 / requests : 0),
        "switches_voluntary_per_request",
        real_or_null(known && server,
                     server ? (double)server->switches_voluntary / requests
                            : 0),
        "switches_involuntary_per_request",
        real_or_null(known && server,
                     server ? (double)server->switches_involuntary / requests
                            : 0),
        "rss_peak_bytes",
        server ? json_integer((json_int_t)server->rss_peak_bytes) : json_null(),
        "pss_bytes",
        server ? json_integer((json_int_t)server->pss_bytes) : json_null());
}

static json_t *as_result(const json_t *wrk, const struct cell *cell,
                         const struct cost *server, uint64_t client_cpu_ns)
{
    const struct done done = done_of(wrk, cell);
    const bool lasted = done.duration_s > 0;
    double client_ns = (double)client_cpu_ns;
    double server_ns = (double)server->cpu_ns;
    json_t *error_counts = errors(wrk);
    bool clean = number(error_counts, "total") == 0;

    return json_pack(
        "{s:i, s:s, s:s, s:s, s:I, s:n, s:n, s:i, s:n, s:I, s:I, s:f, s:I, "
        "s:o, s:I, s:n, s:o, s:o, s:n, s:n, s:n, s:o, s:o, s:o, s:o, s:o, "
        "s:n, s:s, s:[]}",
        "schema", 1, "target", "http", "mode", "closed", "engine", "wrk",
        "connections", (json_int_t)cell_count(cell, AXIS_CONNECTIONS),
        "connections_established", "connections_served", "threads", 1, "seed",
        "payload_bytes", (json_int_t)cell_count(cell, AXIS_PAYLOAD), "pipeline",
        (json_int_t)cell_count(cell, AXIS_PIPELINE), "duration_s",
        done.duration_s, "requests", number(wrk, "requests"), "requests_per_s",
        real_or_null(lasted, done.requests / done.duration_s), "bytes_in",
        number(wrk, "bytes"), "bytes_out", "body_bytes",
        real_or_null(cell_has_file(cell), done.body_bytes), "bytes_per_s",
        real_or_null(cell_has_file(cell) && lasted,
                     done.body_bytes / done.duration_s),
        "unfinished", "unfinished_oldest_ns", "jain_fairness", "errors",
        error_counts, "latency_ns", latency(wrk), "client",
        costs(&done, NULL, client_ns), "server",
        costs(&done, server, server_ns), "total",
        costs(&done, NULL, client_ns + server_ns), "bottleneck", "verdict",
        clean ? "ok" : "invalid", "reasons");
}

json_t *wrk_result(const char *output, const struct cell *cell,
                   const struct cost *server, uint64_t client_cpu_ns)
{
    json_t *wrk = find_object(output);
    json_t *result = wrk ? as_result(wrk, cell, server, client_cpu_ns) : NULL;

    json_decref(wrk);
    return result;
}
