#include "loadgen/outputs/table.h"

#include "loadgen/engine.h"

#include "common/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

/* A row of quantiles; those with too little beyond them are left out, and a line
 * below names the first of these. */
static void print_latency(FILE *file, const char *name,
                          const struct histogram *histogram)
{
    static const double percents[] = {50, 90, 99, 99.9};
    const size_t n = sizeof(percents) / sizeof(percents[0]);
    double left_out = 0;
    char text[16];

    if (histogram->count == 0)
        return;
    fprintf(file, "  %-14s", name);
    for (size_t i = 0; i < n; i++) {
        double value_ns = histogram_quantile(histogram, percents[i]);
        if (isnan(value_ns) && left_out == 0)
            left_out = percents[i];
        fprintf(file, " %9s",
                units_format_duration(text, sizeof(text), value_ns));
    }
    fprintf(
        file, " %9s",
        units_format_duration(text, sizeof(text), (double)histogram->max_ns));
    fprintf(
        file, " %9s\n",
        units_format_duration(text, sizeof(text), histogram_mean(histogram)));
    if (left_out > 0)
        fprintf(file, "  %-14s p%g: only %.0f samples beyond it\n", "",
                left_out, histogram_beyond(histogram, left_out));
}

static void print_cost(FILE *file, const char *name, uint64_t cpu_ns,
                       const struct result *result)
{
    char text[16];

    if (result->replies == 0 || result->duration_ns == 0)
        return;
    fprintf(file, "  %-14s %9s of CPU a request, %3.0f %% of one CPU\n", name,
            units_format_duration(text, sizeof(text),
                                  (double)cpu_ns / (double)result->replies),
            100 * (double)cpu_ns / (double)result->duration_ns);
}

static void print_connections(FILE *file, const struct settings *settings,
                              const struct result *result)
{
    fprintf(file, "  connections    %u asked, %u established, %u served",
            settings->connections, result->established, result->served);
    if (result->jain >= 0)
        fprintf(file, ", fairness %.3f", result->jain);
    fprintf(file, "\n");
}

static void print_idle(FILE *file, const struct settings *settings,
                       const struct result *result)
{
    fprintf(file, "  idle           %u asked, %u opened, %u dropped\n",
            settings->idle, result->idle_opened, result->idle_dropped);
}

static void print_closes(FILE *file, const struct result *result)
{
    const uint64_t *closes = result->closes;

    fprintf(file,
            "  closed         %" PRIu64 " by the client, %" PRIu64
            " by the server, %" PRIu64 " by reset\n",
            closes[CLOSING_CLIENT], closes[CLOSING_SERVER],
            closes[CLOSING_RESET]);
}

static void print_verdict(FILE *file, const struct verdict *verdict)
{
    fprintf(file, "  verdict        %s, bottleneck: %s\n",
            judgement_name(verdict->judgement),
            bottleneck_name(verdict->bottleneck));
    for (unsigned i = 0; i < verdict->n_reasons; i++)
        fprintf(file, "                 %s\n", verdict->reasons[i]);
}

/* How it was driven. */
static void print_head(FILE *file, const struct settings *settings)
{
    fprintf(file, "%s, ", settings->target_text);
    if (settings->rate_per_s)
        fprintf(file, "open loop, %" PRIu64 "/s %s, at most ",
                settings->rate_per_s, arrivals_name(settings->arrivals));
    else
        fprintf(file, "closed loop, ");
    fprintf(file, "%u x %u in flight, %u thread%s, %s\n", settings->connections,
            settings->pipeline, settings->threads,
            settings->threads == 1 ? "" : "s", settings->engine->name);
}

/* What the bytes of bodies come to, also those of replies that were not whole. */
static void print_bodies(FILE *file, const struct result *result)
{
    const double bytes = (double)result->body_bytes;
    const double seconds = (double)result->duration_ns / (double)NS_PER_S;
    const double gib = bytes / (1 << 30);
    char text[2][16];

    if (result->body_bytes == 0 || result->duration_ns == 0)
        return;
    fprintf(file, "  bodies         %s: %s/s",
            units_format_bytes(text[0], sizeof(text[0]), bytes),
            units_format_bytes(text[1], sizeof(text[1]), bytes / seconds));
    if (result->server_known)
        fprintf(
            file, ", %s of CPU in all a GiB",
            units_format_duration(
                text[0], sizeof(text[0]),
                (double)(result->client.cpu_ns + result->server.cpu_ns) / gib));
    fputc('\n', file);
}

/* What became of the plan of an open loop. */
static void print_plan(FILE *file, const struct result *result)
{
    const struct plan_counts *plan = &result->plan;

    fprintf(file,
            "  planned        %" PRIu64 ", failed %" PRIu64
            ", unfinished %" PRIu64 " (never sent: %" PRIu64 ")\n",
            plan->planned, plan->failed, result->unfinished, plan->unsent);
}

void table_print(FILE *file, const struct settings *settings,
                 const struct result *result)
{
    double seconds = (double)result->duration_ns / (double)NS_PER_S;
    char text[16];

    print_head(file, settings);
    print_connections(file, settings, result);
    if (settings->idle)
        print_idle(file, settings, result);
    if (settings->requests_per_connection)
        print_closes(file, result);
    fprintf(file, "  requests       %" PRIu64 " in %.3f s: %s/s\n",
            result->requests, seconds,
            units_format_count(text, sizeof(text),
                               seconds > 0 ? (double)result->requests / seconds
                                           : 0));
    print_bodies(file, result);
    if (settings->rate_per_s)
        print_plan(file, result);
    fprintf(file, "  errors         %" PRIu64 "\n",
            faults_total(&result->faults));
    fprintf(file, "  %-14s %9s %9s %9s %9s %9s %9s\n", "latency", "p50", "p90",
            "p99", "p99.9", "max", "mean");
    if (settings->rate_per_s)
        print_latency(file, "  response", result->times.response);
    print_latency(file, "  service", result->service);
    if (settings->rate_per_s) {
        print_latency(file, "  queue wait", result->times.queue_wait);
        print_latency(file, "  send lag", result->times.send_lag);
    }
    print_latency(file, "  connect", result->connect);
    print_latency(file, "  at the start", result->connect_first);
    print_cost(file, "client", result->client.cpu_ns, result);
    if (result->plan.spun_ns)
        print_cost(file, "  spinning", result->plan.spun_ns, result);
    if (result->server_known) {
        print_cost(file, "server", result->server.cpu_ns, result);
        print_cost(file, "total", result->client.cpu_ns + result->server.cpu_ns,
                   result);
    }
    print_verdict(file, &result->verdict);
}
