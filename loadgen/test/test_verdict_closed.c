/* Verdicts on closed loops in which nobody is at the limit, and on replies that
 * take as long as a delayed acknowledgement. */
#include "common/test/test.h"

#include "loadgen/engine.h"
#include "loadgen/outputs/table.h"
#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/verdict/verdict.h"

#include "common/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A second, 64,000 requests, a generator of one thread. */
struct run {
    double server;    /* CPUs used */
    double generator; /* likewise */
    double idle;      /* CPUs that were idle */
    double stolen;
    unsigned cpus; /* of both sides; 0: not known */
    bool shared;
    unsigned served;
    unsigned server_cpus;
};

static void reach(const struct run *run, struct result *result)
{
    static struct histogram service;
    const struct settings settings = {
        .connections = run->served,
        .threads = 1,
        .pipeline = 1,
        .server_pid = 1,
    };
    double generator = run->generator;
    unsigned cpus = run->cpus ? run->cpus : 1;

    histogram_clear(&service);
    for (uint64_t i = 0; i < 64000; i++)
        histogram_record(&service, (uint64_t)(1e9 * run->served / 64000));
    *result = (struct result){
        .duration_ns = NS_PER_S,
        .requests = 64000,
        .established = run->served,
        .served = run->served,
        .connects = run->served,
        .service = &service,
        .thread_shares = &generator,
        .client.cpu_ns = (uint64_t)(run->generator * 1e9),
        .client_cpus = 1,
        .server_known = true,
        .server.cpu_ns = (uint64_t)(run->server * 1e9),
        .server_cpus = run->server_cpus,
        .use =
            {
                .cpus = run->cpus,
                .shared = run->shared,
                .idle_share = run->idle / cpus,
                .steal_share = run->stolen / cpus,
            },
    };
    verdict_reach(&settings, result);
    result->thread_shares = NULL;
}

static void who_took_the_cpus_is_told(void **state)
{
    static const struct {
        struct run run;
        enum judgement judgement;
        const char *reason; /* NULL: there is none */
    } cases[] = {
        /* Something else ran on them, or the hypervisor had them. */
        {{0.61, 0.55, 0.3, 0, 2, false, 64, 1},
         VERDICT_INVALID,
         "the server used 61 % of a CPU and the generator 55 %; something else "
         "took 54 % of one (others 54 %, the hypervisor 0 %)"},
        {{0.61, 0.55, 0.14, 0.5, 2, false, 64, 1},
         VERDICT_INVALID,
         "took 70 % of one (others 20 %, the hypervisor 50 %)"},
        /* Nobody did: the server sleeps. */
        {{0.2, 0.1, 1.68, 0, 2, false, 64, 1},
         VERDICT_OK,
         "nothing else took them: requests wait for something other than CPUs"},
        /* A little noise does not explain it. */
        {{0.2, 0.1, 1.5, 0, 2, false, 64, 1}, VERDICT_OK, "nothing else took"},
        /* Few requests in flight are all at one side now and then. */
        {{0.76, 0.70, 0.3, 0, 2, false, 5, 1}, VERDICT_OK, NULL},
        {{0.74, 0.70, 0.3, 0, 2, false, 5, 1}, VERDICT_INVALID, "something"},
        /* Too few to say anything. */
        {{0.2, 0.1, 0.4, 0, 2, false, 4, 1}, VERDICT_OK, NULL},
        /* One of several workers may be at its limit; who watched? */
        {{0.61, 0.55, 1.5, 0, 3, false, 64, 2}, VERDICT_OK, NULL},
        {{0.61, 0.55, 0, 0, 0, false, 64, 1}, VERDICT_OK, NULL},
        /* On the same CPU only the sum can be at the limit. */
        {{0.5, 0.48, 0, 0, 1, true, 64, 1}, VERDICT_OK, NULL},
        {{0.3, 0.3, 0, 0, 1, true, 64, 1},
         VERDICT_INVALID,
         "took 40 % of one (others 40 %"},
        {{0.61, 0.55, 0.84, 0, 2, true, 64, 1}, VERDICT_OK, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct result result;
        reach(&cases[i].run, &result);
        const struct verdict *verdict = &result.verdict;
        const char *reason = verdict->n_reasons ? verdict->reasons[0] : NULL;
        if (verdict->judgement != cases[i].judgement ||
            !reason != !cases[i].reason ||
            (reason && !strstr(reason, cases[i].reason)))
            fail_msg("case %zu: %s: %s", i, judgement_name(verdict->judgement),
                     reason ? reason : "no reason");
        assert_int_equal(verdict->bottleneck, BOTTLENECK_NEITHER);
    }
}

/* A run with `n` replies of 1 ms, `plateau` of 40 to 43 ms, and `around` more
 * next to these, of `bytes` each. Is the plateau told? */
static bool told(unsigned n, unsigned plateau, unsigned around, uint64_t bytes)
{
    static struct histogram service;
    const struct settings settings = {.connections = 1, .pipeline = 1};
    struct result result = {.duration_ns = NS_PER_S,
                            .requests = n + plateau + around,
                            .body_bytes = (n + plateau + around) * bytes,
                            .established = 1,
                            .served = 1,
                            .unfinished_oldest_ns = NS_PER_S,
                            .connects = 1,
                            .service = &service};

    histogram_clear(&service);
    for (unsigned i = 0; i < n; i++)
        histogram_record(&service, NS_PER_MS);
    for (unsigned i = 0; i < plateau; i++)
        histogram_record(&service, 40 * NS_PER_MS + i % 4 * NS_PER_MS);
    for (unsigned i = 0; i < around; i++)
        histogram_record(&service, (i % 2 ? 35 : 52) * NS_PER_MS);
    verdict_reach(&settings, &result);
    assert_int_equal(result.verdict.judgement, VERDICT_OK);
    return result.verdict.n_reasons == 1 &&
           strstr(result.verdict.reasons[0],
                  "looks like delayed acknowledgement");
}

static void a_plateau_at_40_ms_is_told(void **state)
{
    (void)state;
    assert_true(told(1000, 100, 0, 13));
    assert_true(told(0, 100, 0, 13));
    assert_true(told(980, 10, 2, 13));
    assert_true(told(0, 100, 0, 1 << 20));
    assert_false(told(0, 100, 0, (1 << 20) + 1)); /* they take so long */
    assert_false(told(1000, 0, 0, 13));
    assert_false(told(1000, 9, 0, 13));    /* less than 1 % */
    assert_false(told(100, 4, 0, 13));     /* may be chance */
    assert_false(told(1000, 100, 26, 13)); /* a broad distribution */
}

/* A second in which a reply came that was not whole at the end, and was last heard
 * of `silent_ns` before that; with `requests` before it. */
static void reach_long(uint64_t requests, uint64_t silent_ns,
                       struct result *result)
{
    static struct histogram service;
    const struct settings settings = {.connections = 1, .pipeline = 1};

    histogram_clear(&service);
    for (uint64_t i = 0; i < requests; i++)
        histogram_record(&service, 300 * NS_PER_MS);
    *result = (struct result){.duration_ns = NS_PER_S,
                              .requests = requests,
                              .body_bytes = 3 << 20,
                              .established = 1,
                              .served = requests > 0,
                              .connects = 1,
                              .unfinished = 1,
                              .unfinished_oldest_ns = 400 * NS_PER_MS,
                              .silent_ns = silent_ns,
                              .service = &service};
    verdict_reach(&settings, result);
}

static void a_long_reply_is_no_silence(void **state)
{
    struct result result;

    (void)state;
    reach_long(2, 5 * NS_PER_MS, &result);
    assert_int_equal(result.verdict.judgement, VERDICT_OK);
    assert_int_equal(result.verdict.n_reasons, 0);
    reach_long(2, 400 * NS_PER_MS, &result);
    assert_int_equal(result.verdict.judgement, VERDICT_INVALID);
    assert_string_equal(result.verdict.reasons[0],
                        "the server hangs: nothing of a reply came in the last "
                        "400 ms, and 1 requests wait");
}

static void a_reply_longer_than_the_window_is_told(void **state)
{
    struct result result;

    (void)state;
    reach_long(0, 5 * NS_PER_MS, &result);
    assert_int_equal(result.verdict.judgement, VERDICT_OK);
    assert_int_equal(result.verdict.n_reasons, 1);
    assert_string_equal(result.verdict.reasons[0],
                        "no reply was whole within the window: of 3 MiB that "
                        "came the rate is known, of requests nothing");
    reach_long(0, 400 * NS_PER_MS, &result);
    assert_int_equal(result.verdict.judgement, VERDICT_INVALID);
    assert_non_null(
        strstr(result.verdict.reasons[0], "the server hangs: nothing"));
}

/* The rows "service" of a table with so many values of 1 ms. */
static const char *table_of(unsigned n, char *text, size_t size)
{
    static struct histogram service;
    static struct histogram connect;
    const struct settings settings = {
        .target_text = "x", .engine = engines[0], .connections = 1};
    const struct result result = {.duration_ns = NS_PER_S,
                                  .service = &service,
                                  .connect = &connect,
                                  .connect_first = &connect};
    FILE *file = fmemopen(text, size, "w");

    assert_non_null(file);
    histogram_clear(&service);
    histogram_clear(&connect);
    for (unsigned i = 0; i < n; i++)
        histogram_record(&service, NS_PER_MS);
    table_print(file, &settings, &result);
    assert_int_equal(fclose(file), 0);
    return strstr(text, "  service ");
}

static void too_few_samples_are_no_quantile(void **state)
{
    static const struct {
        const char *note; /* NULL: none */
        unsigned n;
        unsigned dashes;
    } cases[] = {
        {NULL, 10000, 0},
        {"p99.9: only 9 samples beyond it\n", 9999, 1},
        {"p99.9: only 1 samples beyond it\n", 1000, 1},
        {"p99: only 9 samples beyond it\n", 999, 2},
        {"p90: only 3 samples beyond it\n", 37, 3},
        {"p50: only 0 samples beyond it\n", 1, 4},
    };
    char text[4096];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *rows = table_of(cases[i].n, text, sizeof(text));
        unsigned dashes = 0;
        assert_non_null(rows);
        for (const char *at = strstr(rows, "  - "); at;
             at = strstr(at + 3, "  - "))
            dashes++;
        if (dashes != cases[i].dashes ||
            !strstr(rows, "only") != !cases[i].note ||
            (cases[i].note && !strstr(rows, cases[i].note)))
            fail_msg("%u samples: %s", cases[i].n, rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_took_the_cpus_is_told),
        cmocka_unit_test(a_plateau_at_40_ms_is_told),
        cmocka_unit_test(a_long_reply_is_no_silence),
        cmocka_unit_test(a_reply_longer_than_the_window_is_told),
        cmocka_unit_test(too_few_samples_are_no_quantile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
