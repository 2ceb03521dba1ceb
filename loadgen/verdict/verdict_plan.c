/* Open loop: was it the plan that was measured? */
#include "loadgen/verdict/verdict_rules.h"

#include "common/units.h"

#include <math.h>

/* Every client has to be woken now and then, which takes as long. Lateness of
 * more than that is told if it is more than a tenth of what was measured. */
#define LATENESS_LEAST_NS (50 * NS_PER_US)
static const double lateness_most = 0.10;

/* The share of the plan that may be missing at the end of the window. */
static const double missing_most = 0.01;

/* How far the distribution of the gaps may be from the exponential one, besides
 * what chance does; and how many requests may have waited for a connection,
 * because these were sent when the server liked. */
static const double gaps_off_most = 0.10;
static const double waited_most = 0.01;

enum { GAPS_LEAST = 100 };

static void judge_counts(struct result *result)
{
    const struct plan_counts *plan = &result->plan;
    const struct plan_times *times = &result->times;

    if (plan->planned == 0)
        verdict_reason(&result->verdict,
                       "no request was planned in the window: it is too short "
                       "for this rate");
    if (plan->planned == result->requests + plan->failed + result->unfinished &&
        times->response->sum_ns == result->service->sum_ns +
                                       times->queue_wait->sum_ns +
                                       times->send_lag->sum_ns)
        return;
    verdict_worsen(&result->verdict, VERDICT_INVALID);
    verdict_reason(
        &result->verdict,
        "the counting is wrong: %llu planned, but %llu answered, "
        "%llu failed and %llu unfinished; response time is %.3f ms "
        "in all, its parts are %.3f ms",
        (unsigned long long)plan->planned, (unsigned long long)result->requests,
        (unsigned long long)plan->failed,
        (unsigned long long)result->unfinished,
        (double)times->response->sum_ns / 1e6,
        (double)(result->service->sum_ns + times->queue_wait->sum_ns +
                 times->send_lag->sum_ns) /
            1e6);
}

static void judge_lateness(struct result *result)
{
    struct verdict *verdict = &result->verdict;
    const uint64_t lag_ns = histogram_percentile(result->times.send_lag, 99);
    const uint64_t all_ns = histogram_percentile(result->times.response, 99);
    char lag[16];
    char all[16];

    if (lag_ns <= LATENESS_LEAST_NS ||
        (double)lag_ns <= lateness_most * (double)all_ns)
        return;
    verdict->bottleneck = BOTTLENECK_GENERATOR;
    verdict_worsen(verdict, VERDICT_GENERATOR_BOUND);
    verdict_reason(verdict,
                   "generator-bound: send lag was %s at p99, %.0f %% of the "
                   "response time's p99 (%s), though connections were free",
                   units_format_duration(lag, sizeof(lag), (double)lag_ns),
                   100 * (double)lag_ns / (double)all_ns,
                   units_format_duration(all, sizeof(all), (double)all_ns));
}

bool verdict_falls_behind(const struct settings *settings,
                          const struct result *result)
{
    const double planned = (double)result->plan.planned;
    const double in_flight = (double)result->served * settings->pipeline;
    /* Chance: a backlog comes and goes by a few standard deviations. */
    const double slack = missing_most * planned + 3 * sqrt(planned) + in_flight;

    return planned - (double)result->replies > slack &&
           histogram_mean(result->times.queue_wait) >
               histogram_mean(result->times.send_lag);
}

static void judge_keeping_up(const struct settings *settings,
                             struct result *result)
{
    const double seconds = (double)result->duration_ns / (double)NS_PER_S;
    const struct histogram *wait = result->times.queue_wait;
    char mean[16];
    char most[16];

    if (result->verdict.judgement == VERDICT_GENERATOR_BOUND ||
        !verdict_falls_behind(settings, result))
        return;
    result->verdict.bottleneck = BOTTLENECK_SERVER;
    verdict_reason(
        &result->verdict,
        "the server can't keep up: %.0f/s of %.0f/s planned; requests waited "
        "%s for a connection, and up to %s",
        (double)result->replies / seconds,
        (double)result->plan.planned / seconds,
        units_format_duration(mean, sizeof(mean), histogram_mean(wait)),
        units_format_duration(most, sizeof(most), (double)wait->max_ns));
}

/* By Little's law so many requests were in flight; they had no more room than
 * there was. It holds where requests are short for the window. */
static void judge_little(const struct settings *settings, struct result *result)
{
    const double room = (double)result->established * settings->pipeline;
    const double per_second = (double)result->requests * (double)NS_PER_S /
                              (double)result->duration_ns;
    const double in_flight =
        per_second * histogram_mean(result->service) / (double)NS_PER_S;

    if (result->times.response->max_ns > result->duration_ns / 20 ||
        in_flight <= room * 1.05)
        return;
    verdict_worsen(&result->verdict, VERDICT_INVALID);
    verdict_reason(&result->verdict,
                   "Little's law does not hold: %.0f/s times %.1f us are %.1f "
                   "requests in flight, but there was room for %.0f",
                   per_second, histogram_mean(result->service) / 1e3, in_flight,
                   room);
}

double verdict_gaps_off(const struct histogram *gaps, double mean_ns)
{
    uint64_t seen = 0;
    double off = 0;

    for (size_t i = 0; i < HISTOGRAM_LENGTH && seen < gaps->count; i++) {
        if (gaps->counts[i] == 0)
            continue;
        const double count = (double)gaps->count;
        const double from = (double)histogram_lowest_at(i) / mean_ns;
        const double to = (double)(histogram_highest_at(i) + 1) / mean_ns;
        off = fmax(off, fabs(-expm1(-from) - (double)seen / count));
        seen += gaps->counts[i];
        off = fmax(off, fabs(-expm1(-to) - (double)seen / count));
    }
    return off;
}

static void judge_gaps(const struct settings *settings, struct result *result)
{
    const struct histogram *gaps = result->times.gaps;
    const double mean_ns = (double)settings->threads * (double)NS_PER_S /
                           (double)settings->rate_per_s;
    char mean[16];
    char stddev[16];
    char planned[16];

    if (settings->arrivals != ARRIVALS_POISSON || gaps->count < GAPS_LEAST ||
        (double)result->plan.waited >
            waited_most * (double)result->plan.planned)
        return;
    const double off = verdict_gaps_off(gaps, mean_ns);
    /* 1.63: Kolmogorov and Smirnov's test at 1 %. */
    if (off <= gaps_off_most + 1.63 / sqrt((double)gaps->count))
        return;
    verdict_reason(
        &result->verdict,
        "the gaps between sent requests are not those of a Poisson process: "
        "%.0f %% of them are out of place; mean %s, standard deviation %s, "
        "both planned %s",
        100 * off,
        units_format_duration(mean, sizeof(mean), histogram_mean(gaps)),
        units_format_duration(stddev, sizeof(stddev), histogram_stddev(gaps)),
        units_format_duration(planned, sizeof(planned), mean_ns));
}

void verdict_judge_plan(const struct settings *settings, struct result *result)
{
    judge_lateness(result);
    judge_keeping_up(settings, result);
    judge_little(settings, result);
    judge_gaps(settings, result);
    judge_counts(result);
}
