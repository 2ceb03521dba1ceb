#include "common/test/test.h"

#include "loadgen/plan/schedule.h"

#include "common/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static struct schedule begin(enum arrivals arrivals, uint64_t rate_per_s,
                             unsigned thread, unsigned threads, uint64_t seed)
{
    struct schedule schedule;

    schedule_init(&schedule, arrivals, rate_per_s, thread, threads, seed);
    return schedule;
}

/* Request k is at k/rate, however many came before it. */
static void fixed_gaps_do_not_drift(void **state)
{
    static const struct {
        uint64_t rate_per_s;
        unsigned threads;
    } cases[] = {
        {1, 1},     {1, 1024},     {3, 1},       {7, 3},        {999983, 2},
        {50000, 1}, {10000000, 1}, {9999991, 7}, {1000003, 64},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const uint64_t rate = cases[i].rate_per_s;
        for (unsigned thread = 0; thread < cases[i].threads; thread++) {
            struct schedule schedule =
                begin(ARRIVALS_FIXED, rate, thread, cases[i].threads, 1);
            for (uint64_t k = thread; k < 2000000; k += cases[i].threads) {
                if (schedule.at_ns != k * NS_PER_S / rate)
                    fail_msg("request %llu of %llu/s", (unsigned long long)k,
                             (unsigned long long)rate);
                schedule_advance(&schedule);
            }
        }
    }
}

static uint64_t count_until(struct schedule *schedule, uint64_t end_ns)
{
    uint64_t count = 0;
    uint64_t last_ns = 0;

    for (; schedule->at_ns < end_ns; schedule_advance(schedule)) {
        assert_true(schedule->at_ns >= last_ns);
        last_ns = schedule->at_ns;
        count++;
    }
    return count;
}

/* Within five standard deviations of what a Poisson process of the whole rate
 * has, or exactly. */
static void shares_add_up_to_the_rate(void **state)
{
    static const struct {
        uint64_t rate_per_s;
        unsigned threads;
        uint64_t seconds;
    } cases[] = {
        {1, 1, 100000}, {1, 1024, 10000}, {100, 3, 1000},   {50000, 1, 20},
        {50000, 7, 20}, {10000000, 1, 1}, {10000000, 8, 1},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const uint64_t expected = cases[i].rate_per_s * cases[i].seconds;
        const double off_most = 5 * sqrt((double)expected);
        uint64_t fixed = 0;
        uint64_t poisson = 0;
        for (unsigned thread = 0; thread < cases[i].threads; thread++) {
            struct schedule a = begin(ARRIVALS_FIXED, cases[i].rate_per_s,
                                      thread, cases[i].threads, 1);
            struct schedule b = begin(ARRIVALS_POISSON, cases[i].rate_per_s,
                                      thread, cases[i].threads, 1);
            fixed += count_until(&a, cases[i].seconds * NS_PER_S);
            poisson += count_until(&b, cases[i].seconds * NS_PER_S);
        }
        assert_int_equal(fixed, expected);
        if (fabs((double)poisson - (double)expected) > off_most)
            fail_msg("%llu instead of about %llu", (unsigned long long)poisson,
                     (unsigned long long)expected);
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Mean and standard deviation 1, the whole distribution by Kolmogorov and
 * Smirnov at 1 %, and no memory from one value to the next. */
static void values_are_exponential(void **state)
{
    enum { N = 200000 };
    double *value = malloc(N * sizeof(*value));
    uint64_t random = 7;
    double sum = 0;
    double squares = 0;
    double products = 0;
    double distance = 0;

    (void)state;
    assert_non_null(value);
    for (size_t i = 0; i < N; i++) {
        value[i] = (double)schedule_exponential(&random) / 4294967296.0;
        sum += value[i];
        squares += value[i] * value[i];
        if (i)
            products += (value[i] - 1) * (value[i - 1] - 1);
    }
    assert_true(fabs(sum / N - 1) < 3 / sqrt(N));
    assert_true(fabs(squares / N - 2) < 3 * sqrt(20.0 / N));
    assert_true(fabs(products / N) < 3 / sqrt(N));
    qsort(value, N, sizeof(*value), by_value);
    for (size_t i = 0; i < N; i++) {
        double expected = 1 - exp(-value[i]);
        distance = fmax(distance, fabs(expected - (double)i / N));
        distance = fmax(distance, fabs(expected - (double)(i + 1) / N));
    }
    assert_true(distance < 1.63 / sqrt(N));
    free(value);
}

/* The sum of the gaps has the right mean at every rate: nothing is lost when
 * fractions of a nanosecond add up. */
static void poisson_gaps_do_not_drift(void **state)
{
    static const uint64_t rates[] = {1, 1000, 333333, 10000000};
    enum { N = 1000000 };

    (void)state;
    for (size_t i = 0; i < LENGTH(rates); i++) {
        struct schedule schedule = begin(ARRIVALS_POISSON, rates[i], 0, 1, 3);
        uint64_t random = schedule.random;
        const uint64_t first_ns = schedule.at_ns;
        double sum = 0;
        for (size_t k = 0; k < N; k++) {
            schedule_advance(&schedule);
            sum += (double)schedule_exponential(&random) / 4294967296.0;
        }
        double expected_ns = sum / (double)rates[i] * 1e9;
        double got_ns = (double)(schedule.at_ns - first_ns);
        assert_true(fabs(got_ns - expected_ns) < 1 + expected_ns * 2e-9);
    }
}

/* Worked out by another implementation, in Python. */
static void a_seed_gives_the_same_plan_everywhere(void **state)
{
    static const struct {
        uint64_t rate_per_s;
        unsigned thread;
        unsigned threads;
        uint64_t seed;
        uint64_t at_ns[4];
        uint64_t later_ns; /* request number 1000 */
    } cases[] = {
        {1000,
         0,
         1,
         UINT64_C(1),
         {UINT64_C(693512), UINT64_C(1120080), UINT64_C(1479093),
          UINT64_C(2810782)},
         UINT64_C(1013689723)},
        {10000000,
         0,
         1,
         UINT64_C(1),
         {UINT64_C(69), UINT64_C(112), UINT64_C(147), UINT64_C(281)},
         UINT64_C(101368)},
        {1,
         1023,
         1024,
         UINT64_C(42),
         {UINT64_C(115534358501), UINT64_C(462365015506),
          UINT64_C(563222959756), UINT64_C(644589871168)},
         UINT64_C(983538112675905)},
        {50000,
         1,
         3,
         UINT64_C(9223372036854775807),
         {UINT64_C(169789), UINT64_C(183004), UINT64_C(217111),
          UINT64_C(243918)},
         UINT64_C(57335918)},
        {1000,
         0,
         2,
         UINT64_C(0),
         {UINT64_C(277418), UINT64_C(833084), UINT64_C(3179049),
          UINT64_C(4469528)},
         UINT64_C(1996811331)},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct schedule schedule =
            begin(ARRIVALS_POISSON, cases[i].rate_per_s, cases[i].thread,
                  cases[i].threads, cases[i].seed);
        for (unsigned k = 0; k < 1000; k++) {
            if (k < LENGTH(cases[i].at_ns))
                assert_int_equal(schedule.at_ns, cases[i].at_ns[k]);
            schedule_advance(&schedule);
        }
        assert_int_equal(schedule.at_ns, cases[i].later_ns);
    }
}

static void threads_and_seeds_have_plans_of_their_own(void **state)
{
    struct schedule a = begin(ARRIVALS_POISSON, 1000, 0, 2, 1);
    struct schedule b = begin(ARRIVALS_POISSON, 1000, 1, 2, 1);
    struct schedule c = begin(ARRIVALS_POISSON, 1000, 0, 2, 2);
    struct schedule again = begin(ARRIVALS_POISSON, 1000, 0, 2, 1);
    unsigned same = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(a.at_ns, again.at_ns);
        same += a.at_ns == b.at_ns;
        same += a.at_ns == c.at_ns;
        schedule_advance(&a);
        schedule_advance(&b);
        schedule_advance(&c);
        schedule_advance(&again);
    }
    assert_true(same < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_gaps_do_not_drift),
        cmocka_unit_test(shares_add_up_to_the_rate),
        cmocka_unit_test(values_are_exponential),
        cmocka_unit_test(poisson_gaps_do_not_drift),
        cmocka_unit_test(a_seed_gives_the_same_plan_everywhere),
        cmocka_unit_test(threads_and_seeds_have_plans_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
