/* The real program in an open loop, against real sockets. */
#include "common/test/test.h"

#include "loadgen/plan/schedule.h"
#include "loadgen/test/stub.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define WINDOW "--rate", "2000", "--duration", "300ms", "--warmup", "0s"
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct outcome run(enum stub_manner manner, const char *scheme,
                          const char *const *words)
{
    struct stub stub = stub_start(manner);
    struct outcome outcome = run_loadgen(scheme, stub.port, words);

    stub_stop(&stub);
    return outcome;
}

/* Every request that was planned has an end that is told. */
static void assert_nothing_vanished(const struct outcome *outcome)
{
    const double requests = outcome_number(outcome, "requests");

    assert_true(outcome_number(outcome, "planned") ==
                requests + outcome_number(outcome, "failed") +
                    outcome_number(outcome, "unfinished"));
    assert_true(outcome_number(outcome, "latency_ns.response.count") ==
                requests);
    assert_true(outcome_number(outcome, "latency_ns.service.count") ==
                requests);
    assert_true(outcome_number(outcome, "latency_ns.queue_wait.count") ==
                requests);
    assert_true(outcome_number(outcome, "latency_ns.send_lag.count") ==
                requests);
}

static void assert_good(const struct outcome *outcome)
{
    if (outcome->status != 0)
        fail_msg("exit %d: %s", outcome->status, outcome->err);
    assert_nothing_vanished(outcome);
    assert_true(outcome_number(outcome, "errors.total") == 0);
    assert_true(outcome_number(outcome, "failed") == 0);
    assert_true(outcome_number(outcome, "unfinished") == 0);
    assert_true(outcome_number(outcome, "duration_s") == 0.3);
    assert_string_equal(outcome_text(outcome, "mode"), "open");
    assert_true(outcome_number(outcome, "rate_per_s") == 2000);
    assert_true(outcome_number(outcome, "latency_ns.response.min") >=
                outcome_number(outcome, "latency_ns.service.min"));
    assert_true(outcome_number(outcome, "latency_ns.response.max") >=
                outcome_number(outcome, "latency_ns.service.max"));
}

/* How many requests a schedule has before `end_ns`. */
static double count_planned(uint64_t rate_per_s, uint64_t seed, uint64_t end_ns)
{
    struct schedule schedule;
    double count = 0;

    schedule_init(&schedule, ARRIVALS_POISSON, rate_per_s, 0, 1, seed);
    for (; schedule.at_ns < end_ns; schedule_advance(&schedule))
        count++;
    return count;
}

static void the_plan_is_kept_to(void **state)
{
    struct outcome outcome =
        run(STUB_HTTP, "http", WORDS(WINDOW, "-c", "4", "--seed", "5"));

    (void)state;
    assert_good(&outcome);
    assert_string_equal(outcome_text(&outcome, "arrivals"), "poisson");
    assert_true(outcome_number(&outcome, "planned") ==
                count_planned(2000, 5, 300000000));
    assert_true(outcome_number(&outcome, "client.spin_us_per_request") > 0);
    outcome_free(&outcome);
}

static void fixed_arrivals_are_planned_exactly(void **state)
{
    struct outcome outcome =
        run(STUB_ECHO, "echo",
            WORDS(WINDOW, "-c", "7", "--threads", "3", "--arrivals", "fixed"));

    (void)state;
    assert_good(&outcome);
    assert_string_equal(outcome_text(&outcome, "arrivals"), "fixed");
    assert_true(outcome_number(&outcome, "planned") == 600);
    outcome_free(&outcome);
}

static void it_can_do_without_spinning(void **state)
{
    struct outcome outcome =
        run(STUB_ECHO, "echo",
            WORDS(WINDOW, "--no-spin", "--pipeline", "8", "-c", "2"));

    (void)state;
    assert_good(&outcome);
    assert_true(outcome_number(&outcome, "client.spin_us_per_request") == 0);
    outcome_free(&outcome);
}

static void a_warm_up_does_not_count(void **state)
{
    struct outcome outcome = run(
        STUB_HTTP, "http",
        WORDS(WINDOW, "-c", "4", "--arrivals", "fixed", "--warmup", "50ms"));

    (void)state;
    assert_good(&outcome);
    assert_true(outcome_number(&outcome, "planned") >= 599);
    assert_true(outcome_number(&outcome, "planned") <= 601);
    outcome_free(&outcome);
}

/* A request that finds the connection closed waits for it to open again. */
static void connections_may_end_after_each_reply(void **state)
{
    struct outcome outcome =
        run(STUB_CLOSING, "http", WORDS(WINDOW, "-c", "2"));

    (void)state;
    assert_good(&outcome);
    assert_true(outcome_number(&outcome, "connections_opened") >=
                outcome_number(&outcome, "requests"));
    outcome_free(&outcome);
}

/* Fewer requests than connections: those that had none do not starve. */
static void connections_without_requests_do_not_starve(void **state)
{
    struct outcome outcome =
        run(STUB_HTTP, "http",
            WORDS("--rate", "20", "--arrivals", "fixed", "--duration", "100ms",
                  "--warmup", "0s", "-c", "64"));

    (void)state;
    assert_int_equal(outcome.status, 0);
    assert_true(outcome_number(&outcome, "planned") == 2);
    assert_true(outcome_number(&outcome, "connections_served") == 2);
    assert_false(outcome_has_reason(&outcome, "starved"));
    outcome_free(&outcome);
}

/* Nobody answers: what was sent times out, and so does what waits. */
static void a_mute_server_leaves_only_errors(void **state)
{
    struct outcome outcome =
        run(STUB_MUTE, "http", WORDS(WINDOW, "-c", "4", "--timeout", "100ms"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_nothing_vanished(&outcome);
    assert_true(outcome_number(&outcome, "requests") == 0);
    assert_true(outcome_number(&outcome, "errors.timeout") >= 4);
    outcome_free(&outcome);
}

/* It answers for a while, and then never again: it is opened again, because it
 * was right once, and the plan waits in vain. */
static void what_waits_too_long_is_an_error(void **state)
{
    struct outcome outcome = run(
        STUB_HANGS, "http",
        WORDS(WINDOW, "-c", "4", "--timeout", "50ms", "--arrivals", "fixed"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_nothing_vanished(&outcome);
    assert_true(outcome_number(&outcome, "requests") == 100);
    assert_true(outcome_number(&outcome, "errors.timeout") > 0);
    outcome_free(&outcome);
}

static void a_dead_server_ends_it_early(void **state)
{
    struct outcome outcome =
        run(STUB_DIES, "http",
            WORDS(WINDOW, "--duration", "10m", "-c", "4", "--timeout", "5s"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_nothing_vanished(&outcome);
    assert_true(outcome_number(&outcome, "duration_s") < 600);
    assert_non_null(strstr(outcome.err, "no connection is left"));
    outcome_free(&outcome);
}

/* The server is stopped for 300 ms. Every request that was planned meanwhile
 * is late, but the generator sends each as soon as it can, and only the few in
 * flight were served slowly. */
static void a_stopped_server_shows_in_the_response_time(void **state)
{
    const struct timespec stall = {.tv_nsec = 300000000};
    struct stub stub = stub_start(STUB_STOPS);
    struct running running = start_loadgen(
        "http", stub.port,
        WORDS("--rate", "1000", "--duration", "1500ms", "--warmup", "0s", "-c",
              "8", "--arrivals", "fixed"));
    int status;

    (void)state;
    assert_int_equal(waitpid(stub.pid, &status, WUNTRACED), stub.pid);
    assert_true(WIFSTOPPED(status));
    nanosleep(&stall, NULL);
    kill(stub.pid, SIGCONT);
    struct outcome outcome = finish_loadgen(&running);
    stub_stop(&stub);
    assert_int_equal(outcome.status, 0);
    assert_nothing_vanished(&outcome);
    assert_true(outcome_number(&outcome, "planned") == 1500);
    assert_true(outcome_number(&outcome, "requests") == 1500);
    assert_true(outcome_number(&outcome, "latency_ns.response.p99") >= 250e6);
    assert_true(outcome_number(&outcome, "latency_ns.queue_wait.p99") >= 240e6);
    /* A fifth of all were planned meanwhile, so that their median is p90. */
    double response_p90 = outcome_number(&outcome, "latency_ns.response.p90");
    assert_true(response_p90 >= 140e6);
    assert_true(outcome_number(&outcome, "latency_ns.send_lag.p90") <
                response_p90 / 2);
    assert_true(outcome_number(&outcome, "latency_ns.service.p90") <
                response_p90 / 2);
    outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_is_kept_to),
        cmocka_unit_test(fixed_arrivals_are_planned_exactly),
        cmocka_unit_test(it_can_do_without_spinning),
        cmocka_unit_test(a_warm_up_does_not_count),
        cmocka_unit_test(connections_may_end_after_each_reply),
        cmocka_unit_test(connections_without_requests_do_not_starve),
        cmocka_unit_test(a_mute_server_leaves_only_errors),
        cmocka_unit_test(what_waits_too_long_is_an_error),
        cmocka_unit_test(a_dead_server_ends_it_early),
        cmocka_unit_test(a_stopped_server_shows_in_the_response_time),
    };

    return run_with_each_engine(tests, LENGTH(tests));
}
