#include "common/test/test.h"

#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/verdict/verdict.h"

#include "common/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void jain_tells_how_even_a_share_is(void **state)
{
    static const uint64_t even[] = {7, 7, 7, 7};
    static const uint64_t one[] = {9, 0, 0, 0};
    static const uint64_t half[] = {5, 5, 0, 0};
    static const uint64_t none[] = {0, 0};

    (void)state;
    assert_true(verdict_jain(even, 4) == 1);
    assert_true(verdict_jain(one, 4) == 0.25);
    assert_true(verdict_jain(half, 4) == 0.5);
    assert_true(verdict_jain(none, 2) == -1);
    assert_true(verdict_jain(NULL, 0) == -1);
}

static void little_holds_for_a_closed_loop(void **state)
{
    (void)state;
    assert_true(verdict_little(64, 1000, 64e6) < 1e-9);
    assert_true(fabs(verdict_little(64, 1000, 32e6) - 0.5) < 1e-9);
    assert_true(verdict_little(0, 1000, 1) == -1);
}

/* A run of one second: what is not said is as in a good run. */
struct run {
    double thread_share;
    double server_share; /* < 0: not watched */
    unsigned server_cpus;
    unsigned established; /* of 64 */
    unsigned served;
    unsigned starved;
    unsigned lost;
    enum fault fault;  /* FAULT_NONE: none */
    double mean_share; /* of what Little's law demands */
    bool no_requests;
};

static void reach(const struct run *run, struct result *result)
{
    static struct histogram service;
    const struct settings settings = {
        .connections = 64,
        .threads = 1,
        .pipeline = 1,
        .server_pid = run->server_share >= 0,
    };
    double share = run->thread_share;
    const uint64_t requests = run->no_requests ? 0 : 64000;

    histogram_clear(&service);
    for (uint64_t i = 0; i < requests; i++)
        histogram_record(
            &service, (uint64_t)(1e9 * run->served / 64000 * run->mean_share));
    *result = (struct result){
        .duration_ns = NS_PER_S,
        .requests = requests,
        .established = run->established,
        .served = run->served,
        .starved = run->starved,
        .lost = run->lost,
        .connects = run->established,
        .service = &service,
        .thread_shares = &share,
        .client_cpus = 1,
        .server_known = run->server_share >= 0,
        .server.cpu_ns = (uint64_t)(run->server_share * run->server_cpus * 1e9),
        .server_cpus = run->server_cpus,
    };
    if (run->fault != FAULT_NONE)
        faults_add(&result->faults, run->fault, "as if");
    verdict_reach(&settings, result);
    result->thread_shares = NULL;
}

static void each_run_gets_its_verdict(void **state)
{
    static const struct {
        struct run run;
        enum bottleneck bottleneck;
        enum judgement judgement;
        const char *reason; /* a part of the first one; NULL: there is none */
    } cases[] = {
        {{0.5, 0.4, 1, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_NEITHER,
         VERDICT_OK,
         NULL},
        {{0.7, 0.97, 1, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_SERVER,
         VERDICT_OK,
         "97 % of 1 CPU,"},
        {{0.99, 0.97, 2, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_SERVER,
         VERDICT_OK,
         "97 % of 2 CPUs"},
        {{0.95, 0.6, 1, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_GENERATOR,
         VERDICT_GENERATOR_BOUND,
         "the server 60 % of 1"},
        /* both at their limit, and one more so */
        {{1.0, 0.91, 1, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_GENERATOR,
         VERDICT_GENERATOR_BOUND,
         "generator-bound"},
        {{0.99, 0.96, 1, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_SERVER,
         VERDICT_OK,
         "the server is the limit"},
        {{0.95, -1, 0, 64, 64, 0, 0, FAULT_NONE, 1, false},
         BOTTLENECK_GENERATOR,
         VERDICT_GENERATOR_BOUND,
         "nobody watched"},
        {{0.5, 0.4, 1, 64, 1, 63, 0, FAULT_NONE, 1, false},
         BOTTLENECK_NEITHER,
         VERDICT_OK,
         "starved: 63 of 64"},
        {{0.5, 0.4, 1, 64, 64, 0, 0, FAULT_RESET, 1, false},
         BOTTLENECK_NEITHER,
         VERDICT_INVALID,
         "1 reset: as if"},
        {{0.5, 0.4, 1, 60, 60, 0, 4, FAULT_CONNECT, 1, false},
         BOTTLENECK_NEITHER,
         VERDICT_INVALID,
         "1 connect: as if"},
        {{0.95, 0.4, 1, 64, 64, 0, 0, FAULT_TIMEOUT, 1, false},
         BOTTLENECK_GENERATOR,
         VERDICT_INVALID,
         "generator-bound"},
        {{0.5, 0.4, 1, 64, 64, 0, 0, FAULT_NONE, 0.5, false},
         BOTTLENECK_NEITHER,
         VERDICT_INVALID,
         "Little's law is off by 50.0 %"},
        {{0.0, 0.0, 1, 64, 0, 64, 0, FAULT_NONE, 1, true},
         BOTTLENECK_NEITHER,
         VERDICT_INVALID,
         "starved: 64 of 64"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct result result;
        reach(&cases[i].run, &result);
        assert_int_equal(result.verdict.bottleneck, cases[i].bottleneck);
        assert_int_equal(result.verdict.judgement, cases[i].judgement);
        assert_int_equal(result.verdict.n_reasons > 0, !!cases[i].reason);
        if (cases[i].reason)
            assert_non_null(strstr(result.verdict.reasons[0], cases[i].reason));
    }
}

static void threads_may_be_at_the_limit_together(void **state)
{
    static struct histogram service;
    double shares[] = {0.5, 0.48};
    const struct settings settings = {.connections = 2, .threads = 2};
    struct result result = {.duration_ns = NS_PER_S,
                            .established = 2,
                            .served = 2,
                            .service = &service,
                            .thread_shares = shares,
                            .client_cpus = 1};

    (void)state;
    verdict_reach(&settings, &result);
    assert_int_equal(result.verdict.bottleneck, BOTTLENECK_GENERATOR);
    result.client_cpus = 2;
    verdict_reach(&settings, &result);
    assert_int_equal(result.verdict.bottleneck, BOTTLENECK_NEITHER);
}

static void missing_connections_are_counted_apart(void **state)
{
    static const struct run run = {0.5, 0.4,           1, 60,   60, 0,
                                   6,   FAULT_CONNECT, 1, false};
    struct result result;

    (void)state;
    reach(&run, &result);
    assert_int_equal(result.verdict.n_reasons, 3);
    assert_string_equal(result.verdict.reasons[1],
                        "4 of 64 connections could not be opened");
    assert_string_equal(result.verdict.reasons[2],
                        "2 connections were lost for good");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jain_tells_how_even_a_share_is),
        cmocka_unit_test(little_holds_for_a_closed_loop),
        cmocka_unit_test(each_run_gets_its_verdict),
        cmocka_unit_test(threads_may_be_at_the_limit_together),
        cmocka_unit_test(missing_connections_are_counted_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
