#include "common/test/test.h"

#include "loadgen/plan/goal.h"
#include "loadgen/plan/schedule.h"
#include "loadgen/plan/search.h"

#include "common/random.h"
#include "common/units.h"

#include <string.h>

static void goals_are_read(void **state)
{
    static const struct {
        const char *text;
        const char *metric;
        double percent;
        uint64_t limit_ns;
    } cases[] = {
        {"p50<1ms", "p50", 50, NS_PER_MS},
        {"p90<200us", "p90", 90, 200 * NS_PER_US},
        {"p99 < 1.5ms", "p99", 99, 1500 * NS_PER_US},
        {"p999<2s", "p999", 99.9, 2 * NS_PER_S},
        {"p9999 <1s", "p9999", 99.99, NS_PER_S},
        {"max<1s", "max", 100, NS_PER_S},
        {"mean< 50us", "mean", 0, 50 * NS_PER_US},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct goal goal;
        char why[200];
        if (goal_parse(cases[i].text, &goal, why, sizeof(why)) != 0)
            fail_msg("%s: %s", cases[i].text, why);
        assert_string_equal(goal.text, cases[i].text);
        assert_string_equal(goal.metric, cases[i].metric);
        assert_true(goal.percent == cases[i].percent);
        assert_int_equal(goal.limit_ns, cases[i].limit_ns);
    }
}

static void what_is_no_goal_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *part; /* of what is said about it */
    } cases[] = {
        {"", "is not like 'p99<1ms'"},
        {"p99", "is not like 'p99<1ms'"},
        {"p99>1ms", "is not like 'p99<1ms'"},
        {"p98<1ms", "knows no 'p98'; there are: p50"},
        {"<1ms", "knows no ''"},
        {"P99<1ms", "knows no 'P99'"},
        {" p99<1ms", "knows no ' p99'"},
        {"p99<", "not ''"},
        {"p99<1", "not '1'"},
        {"p99<0ms", "not '0ms'"},
        {"p99<=1ms", "not '=1ms'"},
        {"p99<1ms and more", "not '1ms and more'"},
        {"p99<-1ms", "not '-1ms'"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct goal goal;
        char why[200];
        if (goal_parse(cases[i].text, &goal, why, sizeof(why)) == 0)
            fail_msg("'%s' is taken", cases[i].text);
        if (!strstr(why, cases[i].part))
            fail_msg("'%s': %s", cases[i].text, why);
    }
}

static void a_goal_looks_at_its_metric(void **state)
{
    static struct histogram values;
    const struct goal p99 = {.percent = 99};
    const struct goal max = {.percent = 100};
    const struct goal mean = {.percent = 0};

    (void)state;
    histogram_clear(&values);
    for (uint64_t i = 1; i <= 1000; i++)
        histogram_record(&values, i);
    assert_true(goal_value(&p99, &values) == 990);
    assert_true(goal_value(&max, &values) == 1000);
    assert_true(goal_value(&mean, &values) == 500.5);
    assert_true(goal_samples(&p99, &values) == 10);
    assert_true(goal_samples(&max, &values) == 1000);
}

/* Searches where the goal is met below `limit`, and from `blind` on nobody can
 * tell. Returns how many steps that took. */
static unsigned run(struct search *search, uint64_t first, uint64_t limit,
                    uint64_t blind)
{
    unsigned steps = 0;

    search_begin(search, first);
    assert_int_equal(search->rate_per_s, first);
    while (!search_over(search)) {
        assert_true(search->rate_per_s >= first);
        assert_true(search->rate_per_s <= SCHEDULE_RATE_MOST);
        search_take(search, search->rate_per_s < limit    ? ANSWER_MET
                            : search->rate_per_s >= blind ? ANSWER_UNKNOWN
                                                          : ANSWER_MISSED);
        assert_true(++steps < 100);
    }
    return steps;
}

static void it_finds_the_limit(void **state)
{
    (void)state;
    for (uint64_t limit = 101; limit < SCHEDULE_RATE_MOST; limit += limit / 7) {
        struct search search;
        run(&search, 100, limit, UINT64_MAX);
        assert_int_equal(search.stage, STAGE_FOUND);
        assert_true(search.low < limit);
        assert_true(search.low + search.low / 50 + 1 >= limit);
    }
}

static void it_is_quick(void **state)
{
    struct search search;

    (void)state;
    assert_true(run(&search, 1000, 50000, UINT64_MAX) < 25);
}

static void the_first_rate_may_be_too_high(void **state)
{
    struct search search;

    (void)state;
    assert_int_equal(run(&search, 100, 100, UINT64_MAX), 2);
    assert_int_equal(search.stage, STAGE_NONE);
}

static void the_highest_rate_may_be_fine(void **state)
{
    struct search search;

    (void)state;
    run(&search, 100, UINT64_MAX, UINT64_MAX);
    assert_int_equal(search.stage, STAGE_FOUND);
    assert_int_equal(search.low, SCHEDULE_RATE_MOST);
}

/* What the generator cannot do is no limit of the server. */
static void beyond_the_generator_it_is_unclear(void **state)
{
    struct search search;

    (void)state;
    run(&search, 100, 30000, 20000);
    assert_int_equal(search.stage, STAGE_UNCLEAR);
    assert_true(search.low < 30000 && search.low > 29000);
    run(&search, 100, 10, 10);
    assert_int_equal(search.stage, STAGE_UNCLEAR);
    assert_int_equal(search.low, 0);
    /* It could not do the first bracket, but the limit is far below that. */
    run(&search, 100, 30000, 40000);
    assert_int_equal(search.stage, STAGE_FOUND);
}

/* One disturbance costs a step, and not the result. */
static void a_disturbed_step_is_measured_again(void **state)
{
    (void)state;
    for (unsigned disturbed = 0; disturbed < 12; disturbed++) {
        struct search search;
        unsigned steps = 0;
        search_begin(&search, 100);
        while (!search_over(&search)) {
            bool met = search.rate_per_s < 7777 && steps != disturbed;
            search_take(&search, met ? ANSWER_MET : ANSWER_MISSED);
            steps++;
        }
        assert_int_equal(search.stage, STAGE_FOUND);
        assert_true(search.low < 7777 && search.low > 7500);
    }
}

/* A rate that was met by luck is not confirmed: a little less is. */
static void luck_is_not_confirmed(void **state)
{
    struct search search;

    (void)state;
    search_begin(&search, 100);
    while (!search_over(&search)) {
        uint64_t limit = search.stage == STAGE_CONFIRM ? 7000 : 7777;
        search_take(&search,
                    search.rate_per_s < limit ? ANSWER_MET : ANSWER_MISSED);
    }
    assert_int_equal(search.stage, STAGE_FOUND);
    assert_true(search.low < 7000 && search.low > 6500);
}

static void one_repeat_of_three_may_miss(void **state)
{
    struct search search;

    (void)state;
    search_begin(&search, 100);
    while (!search_over(&search)) {
        bool unlucky = search.stage == STAGE_CONFIRM && search.repeats == 1;
        search_take(&search, search.rate_per_s < 7777 && !unlucky
                                 ? ANSWER_MET
                                 : ANSWER_MISSED);
    }
    assert_int_equal(search.stage, STAGE_FOUND);
    assert_true(search.low < 7777 && search.low > 7600);
}

/* Lower than the first rate nothing is looked for. */
static void a_first_rate_met_by_luck_is_none(void **state)
{
    struct search search;

    (void)state;
    search_begin(&search, 100);
    while (!search_over(&search))
        search_take(&search,
                    search.stage != STAGE_CONFIRM && search.rate_per_s < 102
                        ? ANSWER_MET
                        : ANSWER_MISSED);
    assert_int_equal(search.stage, STAGE_NONE);
    assert_int_equal(search.low, 0);
}

static void low_rates_are_whole_numbers(void **state)
{
    (void)state;
    for (uint64_t limit = 2; limit < 100; limit++) {
        struct search search;
        run(&search, 1, limit, UINT64_MAX);
        assert_int_equal(search.stage, STAGE_FOUND);
        assert_true(search.low == limit - 1 || search.low == limit - 2);
    }
}

/* Nothing can be confirmed, rate after rate. */
static void it_gives_up(void **state)
{
    struct search search;

    (void)state;
    search_begin(&search, 100);
    while (!search_over(&search))
        search_take(&search,
                    search.stage != STAGE_CONFIRM && search.rate_per_s < 7777
                        ? ANSWER_MET
                        : ANSWER_MISSED);
    assert_int_equal(search.stage, STAGE_UNCLEAR);
    assert_true(search.given_up);
}

/* It ends whatever it is told. */
static void it_always_ends(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct search search;
        uint64_t random = seed;
        unsigned steps = 0;
        search_begin(&search, 1 + random_below(&random, 5000));
        while (!search_over(&search)) {
            search_take(&search, (enum answer)random_below(&random, 3));
            assert_true(++steps < 128);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goals_are_read),
        cmocka_unit_test(what_is_no_goal_is_refused),
        cmocka_unit_test(a_goal_looks_at_its_metric),
        cmocka_unit_test(it_finds_the_limit),
        cmocka_unit_test(it_is_quick),
        cmocka_unit_test(the_first_rate_may_be_too_high),
        cmocka_unit_test(the_highest_rate_may_be_fine),
        cmocka_unit_test(beyond_the_generator_it_is_unclear),
        cmocka_unit_test(a_disturbed_step_is_measured_again),
        cmocka_unit_test(luck_is_not_confirmed),
        cmocka_unit_test(one_repeat_of_three_may_miss),
        cmocka_unit_test(a_first_rate_met_by_luck_is_none),
        cmocka_unit_test(low_rates_are_whole_numbers),
        cmocka_unit_test(it_gives_up),
        cmocka_unit_test(it_always_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
