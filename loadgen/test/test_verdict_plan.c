/* The verdict about open loops. */
#include "common/test/test.h"

#include "loadgen/verdict/verdict_rules.h"

#include "common/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A run of one second at 1,000/s; what is not said is as in a good run. */
struct run {
    uint64_t lag_ns; /* of every twentieth request */
    uint64_t wait_ns;
    uint64_t service_ns; /* 0: 100 us */
    unsigned unanswered; /* of the plan, at the end of the window */
    unsigned lost;       /* of the counts */
    double spread;       /* of the gaps: 1 is as planned */
    bool fixed;
    bool waited;    /* many requests had to wait for a connection */
    bool watched;   /* the server: it used a fifth of its CPU */
    bool disturbed; /* and others all the rest */
    bool dropped;   /* an idle connection, by the server */
};

enum { RATE = 1000 };

static void record_gaps(struct histogram *gaps, double spread)
{
    uint64_t random = 5;

    for (int i = 0; i < RATE; i++) {
        double gap = (double)schedule_exponential(&random) / 4294967296.0;
        histogram_record(gaps, (uint64_t)(1e6 * pow(gap, spread)));
    }
}

static void reach(const struct run *run, struct result *result)
{
    static struct histogram service;
    static struct plan_times times;
    const struct settings settings = {
        .connections = 5,
        .threads = 1,
        .pipeline = 1,
        .rate_per_s = RATE,
        .arrivals = run->fixed ? ARRIVALS_FIXED : ARRIVALS_POISSON,
    };
    static double share = 0.5;

    if (!times.response)
        assert_int_equal(plan_times_init(&times), 0);
    plan_times_clear(&times);
    histogram_clear(&service);
    for (unsigned i = 0; i < RATE; i++) {
        uint64_t lag_ns = i % 20 == 0 ? run->lag_ns : 0;
        uint64_t service_ns = run->service_ns ? run->service_ns : 100000;
        histogram_record(times.response, run->wait_ns + lag_ns + service_ns);
        histogram_record(times.queue_wait, run->wait_ns);
        histogram_record(times.send_lag, lag_ns);
        histogram_record(&service, service_ns);
    }
    record_gaps(times.gaps, run->spread > 0 ? run->spread : 1);
    *result = (struct result){
        .duration_ns = NS_PER_S,
        .requests = RATE,
        .replies = RATE - run->unanswered,
        .plan.planned = RATE + run->lost,
        .plan.waited = run->waited ? RATE / 2 : 0,
        .idle_dropped = run->dropped,
        .established = 5,
        .served = 5,
        .connects = 5,
        .service = &service,
        .times = times,
        .thread_shares = &share,
        .client_cpus = 1,
        .client.cpu_ns = NS_PER_S / 2,
        .server_known = run->watched,
        .server.cpu_ns = NS_PER_S / 5,
        .server_cpus = 1,
        .use = {.cpus = run->watched ? 2 : 0,
                .idle_share = run->disturbed ? 0 : 0.65},
    };
    verdict_reach(&settings, result);
}

static bool has_reason(const struct verdict *verdict, const char *part)
{
    for (unsigned i = 0; i < verdict->n_reasons; i++) {
        if (strstr(verdict->reasons[i], part))
            return true;
    }
    return false;
}

static void verdicts_say_what_was_measured(void **state)
{
    static const struct {
        const char *name;
        struct run run;
        enum judgement judgement;
        enum bottleneck bottleneck;
        const char *reason; /* NULL: there is none at all */
    } cases[] = {
        {"as planned", {0}, VERDICT_OK, BOTTLENECK_NEITHER, NULL},
        {"a little late",
         {.lag_ns = 49000},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
        {"late",
         {.lag_ns = 60000},
         VERDICT_GENERATOR_BOUND,
         BOTTLENECK_GENERATOR,
         "generator-bound: send lag was 60.0 us at p99, 38 % of the response "
         "time's p99"},
        {"late, and invalid before that",
         {.lag_ns = 60000, .dropped = true},
         VERDICT_INVALID,
         BOTTLENECK_GENERATOR,
         "generator-bound: send lag was 60.0 us at p99"},
        {"late, but the server is slow",
         {.lag_ns = 60000, .service_ns = 700000},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
        {"a stalled server",
         {.wait_ns = 30 * NS_PER_MS, .waited = true},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
        {"too fast for the server",
         {.wait_ns = 300 * NS_PER_MS, .unanswered = 400, .waited = true},
         VERDICT_OK,
         BOTTLENECK_SERVER,
         "the server can't keep up: 600/s of 1000/s planned; requests waited "
         "300 ms"},
        {"a server that waits for something",
         {.wait_ns = 300 * NS_PER_MS,
          .unanswered = 400,
          .waited = true,
          .watched = true},
         VERDICT_OK,
         BOTTLENECK_SERVER,
         "requests wait for something other than CPUs"},
        {"too fast because others took the CPUs",
         {.wait_ns = 300 * NS_PER_MS,
          .unanswered = 400,
          .waited = true,
          .watched = true,
          .disturbed = true},
         VERDICT_INVALID,
         BOTTLENECK_NEITHER,
         "something else took 130 % of one (others 130 %"},
        {"others took the CPUs, but there was enough left",
         {.watched = true, .disturbed = true},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
        {"some were in flight at the end",
         {.wait_ns = NS_PER_MS, .unanswered = 100},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
        {"more in flight than there was room",
         {.service_ns = 5500000},
         VERDICT_INVALID,
         BOTTLENECK_NEITHER,
         "Little's law does not hold"},
        {"one has vanished",
         {.lost = 1},
         VERDICT_INVALID,
         BOTTLENECK_NEITHER,
         "the counting is wrong: 1001 planned, but 1000 answered"},
        {"gaps too even",
         {.spread = 0.5},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         "not those of a Poisson process"},
        {"bursts",
         {.spread = 2},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         "not those of a Poisson process"},
        {"even gaps as planned",
         {.spread = 0.5, .fixed = true},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
        {"gaps that the server made",
         {.spread = 0.5, .waited = true},
         VERDICT_OK,
         BOTTLENECK_NEITHER,
         NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct result result;
        reach(&cases[i].run, &result);
        const struct verdict *verdict = &result.verdict;
        if (verdict->judgement != cases[i].judgement ||
            verdict->bottleneck != cases[i].bottleneck)
            fail_msg("%s: %s, %s", cases[i].name,
                     judgement_name(verdict->judgement),
                     bottleneck_name(verdict->bottleneck));
        if (cases[i].reason ? !has_reason(verdict, cases[i].reason)
                            : verdict->n_reasons > 0)
            fail_msg("%s: %u reasons: %s", cases[i].name, verdict->n_reasons,
                     verdict->reasons[0]);
    }
}

static void gaps_are_compared_with_exponential_ones(void **state)
{
    static struct histogram gaps;

    (void)state;
    histogram_clear(&gaps);
    record_gaps(&gaps, 1);
    assert_true(verdict_gaps_off(&gaps, 1e6) < 0.05);
    assert_true(verdict_gaps_off(&gaps, 2e6) > 0.2);
    histogram_clear(&gaps);
    for (int i = 0; i < 1000; i++)
        histogram_record(&gaps, 1000000); /* all below 1/e are missing */
    assert_true(fabs(verdict_gaps_off(&gaps, 1e6) - (1 - exp(-1))) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_say_what_was_measured),
        cmocka_unit_test(gaps_are_compared_with_exponential_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
