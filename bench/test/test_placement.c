#include "common/test/test.h"

#include "bench/runner/placement.h"
#include "common/cpus.h"

#include <string.h>

static struct cell cell_with(const char *server_cpus, const char *client_cpus,
                             const char *placement)
{
    return (struct cell){.axis = {[AXIS_SERVER_CPUS] = server_cpus,
                                  [AXIS_CLIENT_CPUS] = client_cpus,
                                  [AXIS_PLACEMENT] = placement}};
}

/* This process's CPUs, by number; how many there are. */
static int allowed(int cpu[2])
{
    cpu_set_t set;

    assert_int_equal(cpus_allowed(&set), 0);
    cpu[0] = cpus_nth(&set, 0);
    cpu[1] = cpus_nth(&set, 1);
    return CPU_COUNT(&set);
}

static void apart_where_there_are_two_cpus(void **state)
{
    const struct cell cell = cell_with("auto", "auto", "apart");
    struct placement placement;
    char why[200];
    int cpu[2];
    int n = allowed(cpu);

    (void)state;
    assert_int_equal(placement_of(&cell, &placement, why, sizeof(why)), 0);
    assert_true(CPU_ISSET((size_t)cpu[0], &placement.server));
    assert_int_equal(CPU_COUNT(&placement.server), 1);
    if (n >= 2) {
        assert_true(CPU_ISSET((size_t)cpu[1], &placement.client));
        assert_int_equal(placement.cpus, 2);
        assert_null(placement.warning);
    } else {
        assert_true(CPU_EQUAL(&placement.server, &placement.client));
        assert_non_null(placement.warning);
    }
}

static void one_cpu_is_shared_with_a_warning(void **state)
{
    const struct cell cell = cell_with("auto", "auto", "apart");
    struct placement placement;
    char why[200];
    cpu_set_t before;
    cpu_set_t one;

    (void)state;
    assert_int_equal(cpus_allowed(&before), 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)cpus_nth(&before, 0), &one);
    assert_int_equal(cpus_pin(&one), 0);
    int result = placement_of(&cell, &placement, why, sizeof(why));
    assert_int_equal(cpus_pin(&before), 0);
    assert_int_equal(result, 0);
    assert_int_equal(placement.cpus, 1);
    assert_non_null(strstr(placement.warning, "share a CPU"));
}

static void same_is_no_reason_to_warn(void **state)
{
    const struct cell cell = cell_with("auto", "auto", "same");
    struct placement placement;
    char why[200];

    (void)state;
    assert_int_equal(placement_of(&cell, &placement, why, sizeof(why)), 0);
    assert_true(CPU_EQUAL(&placement.server, &placement.client));
    assert_int_equal(placement.cpus, 1);
    assert_null(placement.warning);
}

static void named_cpus_are_taken_or_refused(void **state)
{
    struct placement placement;
    char why[200];
    char name[8];
    int cpu[2];

    (void)state;
    allowed(cpu);
    snprintf(name, sizeof(name), "%d", cpu[0]);
    const struct cell named = cell_with("auto", name, "apart");
    const struct cell bad = cell_with("1023", "auto", "apart");
    assert_int_equal(placement_of(&named, &placement, why, sizeof(why)), 0);
    assert_true(CPU_ISSET((size_t)cpu[0], &placement.client));
    if (cpu[1] >= 0)
        assert_false(CPU_ISSET((size_t)cpu[0], &placement.server));
    assert_int_equal(placement_of(&bad, &placement, why, sizeof(why)), -1);
    assert_non_null(strstr(why, "server_cpus: not all of 1023 may be used"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apart_where_there_are_two_cpus),
        cmocka_unit_test(one_cpu_is_shared_with_a_warning),
        cmocka_unit_test(same_is_no_reason_to_warn),
        cmocka_unit_test(named_cpus_are_taken_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
