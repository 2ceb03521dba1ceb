#include "loadgen/verdict/verdict.h"

#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/verdict/verdict_rules.h"

#include "common/units.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Beyond this, something is wrong with the counting or with the clocks. */
static const double little_most = 0.05;

/* Shorter gaps may be the scheduler's doing. */
#define LEAST_SILENCE_NS (50 * NS_PER_MS)

const char *bottleneck_name(enum bottleneck bottleneck)
{
    static const char *const names[] = {
        [BOTTLENECK_NEITHER] = "neither",
        [BOTTLENECK_SERVER] = "server",
        [BOTTLENECK_GENERATOR] = "generator",
    };

    return names[bottleneck];
}

const char *judgement_name(enum judgement judgement)
{
    static const char *const names[] = {
        [VERDICT_OK] = "ok",
        [VERDICT_GENERATOR_BOUND] = "generator-bound",
        [VERDICT_INVALID] = "invalid",
    };

    return names[judgement];
}

double verdict_jain(const uint64_t *counts, size_t n)
{
    double sum = 0;
    double squares = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (double)counts[i];
        squares += (double)counts[i] * (double)counts[i];
    }
    return squares > 0 ? sum * sum / ((double)n * squares) : -1;
}

double verdict_little(double n, double per_second, double mean_ns)
{
    return n > 0 ? fabs(n - per_second * mean_ns / (double)NS_PER_S) / n : -1;
}

void verdict_worsen(struct verdict *verdict, enum judgement judgement)
{
    if (judgement > verdict->judgement)
        verdict->judgement = judgement;
}

void verdict_reason(struct verdict *verdict, const char *format, ...)
{
    va_list args;

    if (verdict->n_reasons == VERDICT_REASONS)
        return;
    va_start(args, format);
    vsnprintf(verdict->reasons[verdict->n_reasons++], VERDICT_TEXT, format,
              args);
    va_end(args);
}

double verdict_generator_share(const struct settings *settings,
                               const struct result *result)
{
    double busiest = 0;
    double sum = 0;

    for (unsigned i = 0; i < settings->threads; i++) {
        sum += result->thread_shares[i];
        busiest = fmax(busiest, result->thread_shares[i]);
    }
    /* Threads that have to share CPUs are at their limit before one is. */
    if (result->client_cpus)
        busiest = fmax(busiest, sum / result->client_cpus);
    return busiest;
}

double verdict_server_share(const struct result *result)
{
    if (!result->server_known || !result->duration_ns || !result->server_cpus)
        return -1;
    return (double)result->server.cpu_ns / (double)result->duration_ns /
           result->server_cpus;
}

/* Where both are at their limit it is the server, unless the generator is clearly
 * the busier one; the server's share is a little uncertain. */
static const double clearly_busier = 0.05;

static void judge_bottleneck(const struct settings *settings,
                             struct result *result)
{
    struct verdict *verdict = &result->verdict;
    double busiest = verdict_generator_share(settings, result);
    double server = verdict_server_share(result);

    if (server >= VERDICT_LIMIT_SHARE && busiest < server + clearly_busier) {
        verdict->bottleneck = BOTTLENECK_SERVER;
        verdict_reason(
            verdict,
            "the server is the limit: it used %.0f %% of %u CPU%s, the "
            "busiest generator thread %.0f %% of one",
            server * 100, result->server_cpus,
            result->server_cpus == 1 ? "" : "s", busiest * 100);
    } else if (busiest >= VERDICT_LIMIT_SHARE) {
        verdict->bottleneck = BOTTLENECK_GENERATOR;
        verdict_worsen(verdict, VERDICT_GENERATOR_BOUND);
        if (server < 0)
            verdict_reason(
                verdict,
                "generator-bound: a generator thread used %.0f %% of "
                "its CPU, and nobody watched the server",
                busiest * 100);
        else
            verdict_reason(
                verdict,
                "generator-bound: a generator thread used %.0f %% of "
                "its CPU, the server %.0f %% of %u",
                busiest * 100, server * 100, result->server_cpus);
    }
}

/* Little's law is sure to hold within 5 % only where requests are so short
 * that those at the edges of the window cannot matter, and where connections
 * were always in use. */
static void judge_little(const struct settings *settings, struct result *result)
{
    double n = (double)result->served * settings->pipeline;
    double per_second = (double)result->requests * (double)NS_PER_S /
                        (double)result->duration_ns;
    double off = verdict_little(n, per_second, histogram_mean(result->service));

    if (result->requests == 0 || result->lost > 0 ||
        result->connects != result->established ||
        result->unfinished_oldest_ns > result->duration_ns / 20 ||
        result->service->max_ns > result->duration_ns / 20)
        return;
    if (off > little_most) {
        verdict_worsen(&result->verdict, VERDICT_INVALID);
        verdict_reason(
            &result->verdict,
            "Little's law is off by %.1f %%: %.0f requests in flight, "
            "but %.0f/s times %.1f us",
            off * 100, n, per_second, histogram_mean(result->service) / 1e3);
    }
}

/* Openings that wait for a port are no slowness of the server. */
static void judge_openings(const struct settings *settings,
                           struct result *result)
{
    if (result->postponed == 0)
        return;
    if (target_is_unix(&settings->target)) {
        verdict_reason(
            &result->verdict,
            "the server's queue of new connections was full %llu times",
            (unsigned long long)result->postponed);
        return;
    }
    verdict_worsen(&result->verdict, VERDICT_GENERATOR_BOUND);
    verdict_reason(
        &result->verdict,
        "generator-bound: %llu times no port was free for a new "
        "connection, since each rests for 60 s after --close client; "
        "say --close reset, or drive an address of 127.0.0.0/8",
        (unsigned long long)result->postponed);
}

/* A smaller idle population is another experiment. */
static void judge_idle(const struct settings *settings, struct result *result)
{
    struct verdict *verdict = &result->verdict;

    if (result->idle_opened < settings->idle) {
        verdict_worsen(verdict, VERDICT_INVALID);
        verdict_reason(verdict,
                       "only %u of %u idle connections could be opened",
                       result->idle_opened, settings->idle);
    }
    if (result->idle_dropped > 0) {
        verdict_worsen(verdict, VERDICT_INVALID);
        verdict_reason(verdict, "the server dropped %u of %u idle connections",
                       result->idle_dropped, result->idle_opened);
    }
}

/* A server that hangs shows in no reply that comes late, for none comes. A reply
 * may take long to come whole, but not without a byte. */
static void judge_silence(struct result *result)
{
    uint64_t most_ns = result->duration_ns / 4;

    if (most_ns < LEAST_SILENCE_NS)
        most_ns = LEAST_SILENCE_NS;
    if ((result->requests == 0 && result->body_bytes == 0) ||
        result->unfinished == 0 || result->silent_ns < most_ns)
        return;
    verdict_worsen(&result->verdict, VERDICT_INVALID);
    verdict_reason(
        &result->verdict,
        "the server hangs: nothing of a reply came in the last %.0f ms, and "
        "%llu requests wait",
        (double)result->silent_ns / 1e6,
        (unsigned long long)result->unfinished);
}

/* There was no reply; or only parts of some, whose bytes are known. */
static void judge_nothing(struct result *result)
{
    char bytes[16];

    if (result->body_bytes == 0) {
        verdict_worsen(&result->verdict, VERDICT_INVALID);
        verdict_reason(&result->verdict, "no reply came within the window");
        return;
    }
    verdict_reason(
        &result->verdict,
        "no reply was whole within the window: of %s that came the "
        "rate is known, of requests nothing",
        units_format_bytes(bytes, sizeof(bytes), (double)result->body_bytes));
}

static void judge_errors(const struct settings *settings, struct result *result)
{
    struct verdict *verdict = &result->verdict;
    uint64_t errors = faults_total(&result->faults);
    unsigned missing = settings->connections - result->established;

    if (errors) {
        verdict_worsen(verdict, VERDICT_INVALID);
        for (int i = 0; i < FAULTS; i++) {
            if (result->faults.counts[i])
                verdict_reason(verdict, "%llu %s: %s",
                               (unsigned long long)result->faults.counts[i],
                               fault_name((enum fault)i),
                               result->faults.first[i]);
        }
    }
    if (missing)
        verdict_reason(verdict, "%u of %u connections could not be opened",
                       missing, settings->connections);
    if (result->lost > missing)
        verdict_reason(verdict, "%u connections were lost for good",
                       result->lost - missing);
    if (result->requests == 0 && !errors)
        judge_nothing(result);
}

void verdict_reach(const struct settings *settings, struct result *result)
{
    struct verdict *verdict = &result->verdict;

    *verdict = (struct verdict){0};
    judge_bottleneck(settings, result);
    if (result->starved)
        verdict_reason(verdict,
                       "starved: %u of %u connections got no reply at all",
                       result->starved, result->established);
    judge_openings(settings, result);
    judge_idle(settings, result);
    if (settings->rate_per_s)
        verdict_judge_plan(settings, result);
    else
        judge_little(settings, result);
    judge_silence(result);
    verdict_judge_limits(settings, result);
    verdict_judge_plateau(result);
    judge_errors(settings, result);
    if (settings->server_pid && !result->server_known)
        verdict_reason(verdict, "the server's process ended during the run");
}
