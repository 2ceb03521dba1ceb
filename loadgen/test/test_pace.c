#include "common/test/test.h"

#include "loadgen/plan/pace.h"

/* At 10 ms, with the planned moment around it. */
static void it_sleeps_and_then_spins(void **state)
{
    const uint64_t now = 10 * NS_PER_MS;
    const struct {
        uint64_t planned_ns;
        bool free;
        bool spin;
        uint64_t until_ns; /* `now`: it looks without sleeping */
    } cases[] = {
        /* Nothing is planned. */
        {NEVER_NS, true, true, NEVER_NS},
        {NEVER_NS, false, false, NEVER_NS},
        /* Later, soon, now, overdue. */
        {2 * now, true, true, 2 * now - PACE_SPIN_NS},
        {now + PACE_SPIN_NS + 1, true, true, now + 1},
        {now + PACE_SPIN_NS, true, true, now},
        {now + 1, true, true, now},
        {now, true, true, now},
        {now - 2 * PACE_PATIENCE_NS, true, true, now},
        /* No connection is free: soon one may be, but after a while only an
         * event can help. */
        {2 * now, false, true, 2 * now - PACE_SPIN_NS},
        {now + 1, false, true, now},
        {now - PACE_PATIENCE_NS + 1, false, true, now},
        {now - PACE_PATIENCE_NS, false, true, NEVER_NS},
        /* Without spinning. */
        {2 * now, true, false, 2 * now},
        {now + 1, true, false, now + 1},
        {now + 1, false, false, NEVER_NS},
        {now - 1, false, false, NEVER_NS},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct pace pace = {
            .planned_ns = cases[i].planned_ns,
            .free = cases[i].free,
            .spin = cases[i].spin,
        };
        if (pace_sleep_until(&pace, now) != cases[i].until_ns)
            fail_msg("case %zu: until %llu", i,
                     (unsigned long long)pace_sleep_until(&pace, now));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_sleeps_and_then_spins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
