#include "loadgen/outputs/record.h"

#include "loadgen/engine.h"

#include "common/units.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

static json_t *whole(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* JSON has no NAN. */
static json_t *whole_or_null(double value)
{
    return isnan(value) ? json_null() : whole((uint64_t)value);
}

/* Only an open loop has a plan to measure against: else some are NULL. */
static json_t *latency(const struct histogram *histogram)
{
    static const struct {
        const char *name;
        double percent;
    } quantiles[] = {
        {"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}, {"p9999", 99.99},
    };

    if (!histogram)
        return json_null();
    json_t *object = json_object();
    bool any = histogram->count > 0;

    json_object_set_new(object, "min",
                        any ? whole(histogram->min_ns) : json_null());
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
        json_object_set_new(
            object, quantiles[i].name,
            any ? whole(histogram_percentile(histogram, quantiles[i].percent))
                : json_null());
    json_object_set_new(object, "max",
                        any ? whole(histogram->max_ns) : json_null());
    json_object_set_new(object, "mean",
                        any ? json_real(histogram_mean(histogram))
                            : json_null());
    json_object_set_new(object, "stddev",
                        any ? json_real(histogram_stddev(histogram))
                            : json_null());
    json_object_set_new(object, "count", whole(histogram->count));
    return object;
}

static json_t *per_request(double sum, const struct result *result)
{
    return result->replies ? json_real(sum / (double)result->replies)
                           : json_null();
}

/* CPU time for a GiB of bodies. */
static json_t *per_gib(uint64_t cpu_ns, const struct result *result)
{
    const double gib = (double)result->body_bytes / (1 << 30);

    return result->body_bytes
               ? json_real((double)cpu_ns / (double)NS_PER_S / gib)
               : json_null();
}

static json_t *costs(const struct cost *cost, const struct result *result)
{
    const double us = (double)NS_PER_US;
    json_t *object = json_object();

    json_object_set_new(object, "cpu_us_per_request",
                        per_request((double)cost->cpu_ns / us, result));
    json_object_set_new(object, "cpu_s_per_gib", per_gib(cost->cpu_ns, result));
    json_object_set_new(object, "cpu_user_us_per_request",
                        per_request((double)cost->user_ns / us, result));
    json_object_set_new(object, "cpu_sys_us_per_request",
                        per_request((double)cost->sys_ns / us, result));
    json_object_set_new(object, "switches_voluntary_per_request",
                        per_request((double)cost->switches_voluntary, result));
    json_object_set_new(
        object, "switches_involuntary_per_request",
        per_request((double)cost->switches_involuntary, result));
    json_object_set_new(object, "rss_peak_bytes", whole(cost->rss_peak_bytes));
    json_object_set_new(object, "pss_bytes", whole(cost->pss_bytes));
    return object;
}

static struct cost both(const struct cost *a, const struct cost *b)
{
    return (struct cost){
        .cpu_ns = a->cpu_ns + b->cpu_ns,
        .user_ns = a->user_ns + b->user_ns,
        .sys_ns = a->sys_ns + b->sys_ns,
        .switches_voluntary = a->switches_voluntary + b->switches_voluntary,
        .switches_involuntary =
            a->switches_involuntary + b->switches_involuntary,
        .rss_peak_bytes = a->rss_peak_bytes + b->rss_peak_bytes,
        .pss_bytes = a->pss_bytes + b->pss_bytes,
    };
}

/* What only an open loop has: null in a closed one. */
static json_t *planned(const struct settings *settings, json_t *value)
{
    if (settings->rate_per_s)
        return value;
    json_decref(value);
    return json_null();
}

static void add_settings(json_t *record, const struct settings *settings)
{
    json_object_set_new(record, "schema", json_integer(RECORD_SCHEMA));
    json_object_set_new(record, "target", json_string(settings->target_text));
    json_object_set_new(record, "mode",
                        json_string(settings->rate_per_s ? "open" : "closed"));
    json_object_set_new(record, "engine", json_string(settings->engine->name));
    json_object_set_new(record, "connections", whole(settings->connections));
    json_object_set_new(record, "threads", whole(settings->threads));
    json_object_set_new(record, "pipeline", whole(settings->pipeline));
    json_object_set_new(record, "payload_bytes",
                        whole(settings->payload_bytes));
    json_object_set_new(record, "payload_most_bytes",
                        whole(settings->payload_most_bytes));
    json_object_set_new(record, "requests_per_connection",
                        whole(settings->requests_per_connection));
    json_object_set_new(record, "seed", whole(settings->seed));
    json_object_set_new(record, "rate_per_s",
                        planned(settings, whole(settings->rate_per_s)));
    json_object_set_new(
        record, "arrivals",
        planned(settings, json_string(arrivals_name(settings->arrivals))));
}

static void add_counts(json_t *record, const struct settings *settings,
                       const struct result *result)
{
    double seconds = (double)result->duration_ns / (double)NS_PER_S;

    json_object_set_new(record, "connections_established",
                        whole(result->established));
    json_object_set_new(record, "connections_served", whole(result->served));
    json_object_set_new(record, "connections_starved", whole(result->starved));
    json_object_set_new(record, "connections_opened", whole(result->connects));
    json_object_set_new(record, "duration_s", json_real(seconds));
    json_object_set_new(record, "requests", whole(result->requests));
    json_object_set_new(
        record, "requests_per_s",
        json_real(seconds > 0 ? (double)result->requests / seconds : 0));
    json_object_set_new(record, "planned",
                        planned(settings, whole(result->plan.planned)));
    json_object_set_new(record, "failed",
                        planned(settings, whole(result->plan.failed)));
    json_object_set_new(record, "unsent",
                        planned(settings, whole(result->plan.unsent)));
    json_object_set_new(record, "bytes_in", whole(result->bytes_in));
    json_object_set_new(record, "bytes_out", whole(result->bytes_out));
    json_object_set_new(record, "body_bytes", whole(result->body_bytes));
    json_object_set_new(
        record, "bytes_per_s",
        json_real(seconds > 0 ? (double)result->body_bytes / seconds : 0));
    json_object_set_new(record, "unfinished", whole(result->unfinished));
    json_object_set_new(record, "unfinished_oldest_ns",
                        whole(result->unfinished_oldest_ns));
    json_object_set_new(record, "jain_fairness",
                        result->jain < 0 ? json_null()
                                         : json_real(result->jain));
}

static void add_idle(json_t *record, const struct settings *settings,
                     const struct result *result)
{
    json_t *idle = settings->idle ? json_object() : json_null();

    if (settings->idle) {
        json_object_set_new(idle, "asked", whole(settings->idle));
        json_object_set_new(idle, "opened", whole(result->idle_opened));
        json_object_set_new(idle, "dropped", whole(result->idle_dropped));
    }
    json_object_set_new(record, "idle", idle);
}

static void add_closes(json_t *record, const struct result *result)
{
    json_t *closes = json_object();

    json_object_set_new(closes, "client",
                        whole(result->closes[CLOSING_CLIENT]));
    json_object_set_new(closes, "server",
                        whole(result->closes[CLOSING_SERVER]));
    json_object_set_new(closes, "reset", whole(result->closes[CLOSING_RESET]));
    json_object_set_new(record, "closes", closes);
}

static void add_errors(json_t *record, const struct faults *faults)
{
    json_t *errors = json_object();

    for (int i = 0; i < FAULTS; i++)
        json_object_set_new(errors, fault_name((enum fault)i),
                            whole(faults->counts[i]));
    json_object_set_new(errors, "total", whole(faults_total(faults)));
    json_object_set_new(record, "errors", errors);
}

static void add_latency(json_t *record, const struct result *result)
{
    const struct plan_times *times = &result->times;
    json_t *all = json_object();

    json_object_set_new(all, "response", latency(times->response));
    json_object_set_new(all, "service", latency(result->service));
    json_object_set_new(all, "queue_wait", latency(times->queue_wait));
    json_object_set_new(all, "send_lag", latency(times->send_lag));
    json_object_set_new(all, "connect", latency(result->connect));
    json_object_set_new(all, "connect_first", latency(result->connect_first));
    json_object_set_new(record, "latency_ns", all);
}

static void add_costs(json_t *record, const struct settings *settings,
                      const struct result *result)
{
    json_t *client = costs(&result->client, result);
    json_t *threads = json_array();
    struct cost total = both(&result->client, &result->server);

    for (unsigned i = 0; i < settings->threads; i++)
        json_array_append_new(threads, json_real(result->thread_shares[i]));
    json_object_set_new(client, "threads", threads);
    json_object_set_new(
        client, "spin_us_per_request",
        planned(settings,
                per_request((double)result->plan.spun_ns / (double)NS_PER_US,
                            result)));
    json_object_set_new(record, "client", client);
    json_object_set_new(record, "server",
                        result->server_known ? costs(&result->server, result)
                                             : json_null());
    json_object_set_new(record, "total",
                        result->server_known ? costs(&total, result)
                                             : json_null());
}

static void add_verdict(json_t *record, const struct verdict *verdict)
{
    json_t *reasons = json_array();

    for (unsigned i = 0; i < verdict->n_reasons; i++)
        json_array_append_new(reasons, json_string(verdict->reasons[i]));
    json_object_set_new(record, "bottleneck",
                        json_string(bottleneck_name(verdict->bottleneck)));
    json_object_set_new(record, "verdict",
                        json_string(judgement_name(verdict->judgement)));
    json_object_set_new(record, "reasons", reasons);
}

static json_t *step_object(const struct step *step)
{
    json_t *object = json_object();

    json_object_set_new(object, "rate_per_s", whole(step->rate_per_s));
    json_object_set_new(object, "requests_per_s",
                        json_real(step->requests_per_s));
    json_object_set_new(object, "p50_ns", whole_or_null(step->p50_ns));
    json_object_set_new(object, "p99_ns", whole_or_null(step->p99_ns));
    json_object_set_new(object, "value_ns", json_real(step->value_ns));
    json_object_set_new(object, "answer",
                        json_string(answer_name(step->answer)));
    add_verdict(object, &step->verdict);
    return object;
}

static void add_found(json_t *record, const struct found *found)
{
    json_t *object = json_object();
    json_t *steps = json_array();
    uint64_t rate_per_s = found_rate(found);

    for (unsigned i = 0; i < found->n_steps; i++)
        json_array_append_new(steps, step_object(&found->steps[i]));
    json_object_set_new(object, "target", json_string(found->goal.text));
    json_object_set_new(object, "rate_per_s",
                        rate_per_s ? whole(rate_per_s) : json_null());
    json_object_set_new(object, "steps", steps);
    json_object_set_new(record, "find_rate", object);
}

int record_write(FILE *file, const struct settings *settings,
                 const struct result *result, const struct found *found)
{
    json_t *record = json_object();

    add_settings(record, settings);
    add_counts(record, settings, result);
    add_idle(record, settings, result);
    add_closes(record, result);
    add_errors(record, &result->faults);
    add_latency(record, result);
    add_costs(record, settings, result);
    add_verdict(record, &result->verdict);
    if (found)
        add_found(record, found);
    char *line = json_dumps(record, JSON_COMPACT);
    json_decref(record);
    if (!line)
        return -ENOMEM;
    int printed = fprintf(file, "%s\n", line);
    free(line);
    return printed < 0 || fflush(file) != 0 ? -EIO : 0;
}
