#include "common/test/test.h"

#include "bench/runner/calibration.h"
#include "bench/runner/suite.h"
#include "common/test/scratch.h"

#include <string.h>

static struct words servers;

/* A suite that is run. */
struct fixture {
    struct suite suite;
    struct plan plan;
    struct calibration calibration;
};

static void begin(struct fixture *fixture, const char *text)
{
    scratch_write("s.ini", text);
    assert_int_equal(suite_read("s.ini", &servers, &fixture->suite), 0);
    assert_int_equal(plan_make(&fixture->suite, 7, &fixture->plan), 0);
    assert_int_equal(calibration_begin(&fixture->calibration, &fixture->plan),
                     0);
}

static void end(struct fixture *fixture)
{
    calibration_free(&fixture->calibration);
    plan_free(&fixture->plan);
    suite_free(&fixture->suite);
}

/* Takes a record of one trial. */
static void take(struct fixture *fixture, const struct trial *trial,
                 double per_s, double served, double noise, const char *status)
{
    json_t *record =
        json_pack("{s:s, s:f, s:f, s:{s:f, s:f}}", "status", status,
                  "foreign_cpu_share", noise, "steal_share", 0.0, "result",
                  "requests_per_s", per_s, "connections_served", served);

    assert_non_null(record);
    calibration_take(&fixture->calibration, trial, record);
    json_decref(record);
}

/* All trials of the server with so many connections that calibrate. The middle
 * one has the rate, the others some. */
static void take_all(struct fixture *fixture, const char *server,
                     const char *connections, double per_s, double served)
{
    for (size_t i = 0; i < fixture->plan.trials; i++) {
        const struct trial *trial = &fixture->plan.trial[i];
        static const double of[] = {0.5, 1, 3};
        if (!trial->cell->calibrates ||
            !cell_is(trial->cell, AXIS_SERVER, server) ||
            !cell_is(trial->cell, AXIS_CONNECTIONS, connections))
            continue;
        take(fixture, trial, per_s * of[trial->repeat], served, 0, "ok");
    }
}

static const struct cell *cell_of(const struct fixture *fixture,
                                  const char *server, const char *connections,
                                  const char *rate)
{
    for (size_t i = 0; i < fixture->plan.cells; i++) {
        const struct cell *cell = &fixture->plan.cell[i];
        if (!cell->calibrates && cell_is(cell, AXIS_SERVER, server) &&
            cell_is(cell, AXIS_CONNECTIONS, connections) &&
            cell_is(cell, AXIS_RATE, rate))
            return cell;
    }
    fail_msg("no cell %s c=%s rate=%s", server, connections, rate);
    return NULL;
}

static void assert_rate(const struct fixture *fixture, const char *server,
                        const char *connections, const char *rate,
                        uint64_t per_s, const char *slowest)
{
    const struct offered *offered =
        &cell_of(fixture, server, connections, rate)->offered;

    assert_null(offered->fault);
    assert_int_equal(offered->per_s, per_s);
    if (slowest)
        assert_string_equal(offered->slowest, slowest);
    else
        assert_null(offered->slowest);
}

static void settle(struct fixture *fixture)
{
    assert_int_equal(calibration_settle(&fixture->calibration, &fixture->plan),
                     0);
}

static void a_share_is_of_the_slowest_server_at_the_same_load(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "[a]\nservers = threaded poll epoll\nconnections = 4 8\n"
                    "rate = 25% 120% 700\n");
    take_all(&fixture, "threaded", "4", 1001, 4);
    take_all(&fixture, "poll", "4", 2000, 4);
    take_all(&fixture, "epoll", "4", 3000, 4);
    take_all(&fixture, "threaded", "8", 5000, 8);
    take_all(&fixture, "poll", "8", 4000, 8);
    take_all(&fixture, "epoll", "8", 6000, 8);
    settle(&fixture);
    assert_rate(&fixture, "epoll", "4", "25%", 250, "threaded");
    assert_rate(&fixture, "poll", "4", "120%", 1201, "threaded");
    assert_rate(&fixture, "threaded", "4", "120%", 1201, "threaded");
    assert_rate(&fixture, "epoll", "8", "25%", 1000, "poll");
    assert_rate(&fixture, "epoll", "8", "700", 700, NULL);
    assert_true(cell_of(&fixture, "epoll", "8", "25%")->offered.whole_per_s ==
                4000);
    end(&fixture);
}

static void who_starves_is_left_out_and_told(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "[a]\nservers = blocking epoll\nconnections = 4\n"
                    "rate = 50%\n");
    take_all(&fixture, "blocking", "4", 100, 1);
    take_all(&fixture, "epoll", "4", 3000, 4);
    settle(&fixture);
    assert_rate(&fixture, "epoll", "4", "50%", 1500, "epoll");
    const struct offered *offered =
        &cell_of(&fixture, "blocking", "4", "50%")->offered;
    assert_int_equal(offered->per_s, 0);
    assert_non_null(offered->fault);
    assert_non_null(
        strstr(offered->fault,
               "starves connections (in closed loop 1 of 4 were served)"));
    end(&fixture);
}

static void one_starved_trial_of_three_is_bad_luck(void **state)
{
    struct fixture fixture;
    const struct trial *trial;

    (void)state;
    begin(&fixture, "[a]\nservers = epoll\nconnections = 4\nrate = 50%\n");
    trial = fixture.plan.trial;
    take(&fixture, &trial[0], 1000, 3, 0, "ok");
    take(&fixture, &trial[1], 2000, 4, 0, "ok");
    take(&fixture, &trial[2], 3000, 4, 0, "ok");
    settle(&fixture);
    assert_rate(&fixture, "epoll", "4", "50%", 1000, "epoll");
    end(&fixture);
}

static void the_quieter_of_a_noisy_pair_counts(void **state)
{
    struct fixture fixture;
    const struct trial *trial;

    (void)state;
    begin(&fixture, "[a]\nservers = epoll\nconnections = 4\nrate = 100%\n");
    trial = fixture.plan.trial;
    take(&fixture, &trial[0], 100, 4, 0.3, "ok");
    take(&fixture, &trial[1], 100, 4, 0.3, "ok");
    take(&fixture, &trial[2], 5000, 4, 0.05, "ok");
    take(&fixture, &trial[0], 2000, 4, 0.1, "ok");
    take(&fixture, &trial[1], 3000, 4, 0.4, "ok");
    take(&fixture, &trial[2], 100, 4, 0.0, "failed");
    settle(&fixture);
    assert_rate(&fixture, "epoll", "4", "100%", 2000, "epoll");
    end(&fixture);
}

/* Its own trials will show why. */
static void who_fails_is_offered_what_the_others_are(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "[a]\nservers = poll epoll\nconnections = 4\n"
                    "rate = 50%\n");
    take_all(&fixture, "epoll", "4", 3000, 4);
    settle(&fixture);
    assert_rate(&fixture, "poll", "4", "50%", 1500, "epoll");
    end(&fixture);
}

static void without_any_rate_there_is_no_share(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "[a]\nservers = poll\nconnections = 4\nrate = 50% 700\n");
    settle(&fixture);
    assert_non_null(strstr(cell_of(&fixture, "poll", "4", "50%")->offered.fault,
                           "no server was measured in closed loop"));
    assert_rate(&fixture, "poll", "4", "700", 700, NULL);
    end(&fixture);
}

static void no_share_is_less_than_one_request(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "[a]\nservers = poll\nconnections = 4\nrate = 1%\n");
    take_all(&fixture, "poll", "4", 3, 4);
    settle(&fixture);
    assert_rate(&fixture, "poll", "4", "1%", 1, "poll");
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_of_the_slowest_server_at_the_same_load),
        cmocka_unit_test(who_starves_is_left_out_and_told),
        cmocka_unit_test(one_starved_trial_of_three_is_bad_luck),
        cmocka_unit_test(the_quieter_of_a_noisy_pair_counts),
        cmocka_unit_test(who_fails_is_offered_what_the_others_are),
        cmocka_unit_test(without_any_rate_there_is_no_share),
        cmocka_unit_test(no_share_is_less_than_one_request),
    };

    if (words_split(&servers, "blocking threaded select poll epoll", " ") != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
    words_free(&servers);
    return failed;
}
