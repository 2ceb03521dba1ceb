#include "common/test/test.h"

#include "bench/regress/gate.h"

#include <math.h>

static void open_gate(struct gate *gate, size_t cells)
{
    static const char *const names[] = {"a", "b", "c"};

    *gate = (struct gate){
        .min_effect =
            {[METRIC_TOTAL_CPU_US] = 0.01, [METRIC_REQUESTS_PER_S] = 0.03},
    };
    for (size_t i = 0; i < cells; i++)
        assert_int_equal(gate_add_cell(gate, names[i], json_object()), 0);
}

/* A block of a cell whose CPU per request and rate changed so; a little noise
 * that favours no side keeps ties out. */
static bool feed(struct gate *gate, size_t cell, double cpu, double rate)
{
    const double n = (double)gate->cell[cell].series.n;
    const double wiggle = (fmod(n, 2) != 0 ? 1 : -1) * (1 + n) * 1e-5;
    const double block[METRICS] = {[METRIC_TOTAL_CPU_US] = cpu + wiggle,
                                   [METRIC_REQUESTS_PER_S] = rate + wiggle};
    bool looked;

    assert_int_equal(gate_add_block(gate, cell, block, &looked), 0);
    return looked;
}

static void each_cell_gets_blocks_until_it_is_decided(void **state)
{
    struct gate gate;
    unsigned blocks[3] = {0};
    size_t cell;

    (void)state;
    open_gate(&gate, 3);
    while ((cell = gate_next(&gate)) < gate.cells) {
        /* the same; slower by CPU alone; about as slow as matters */
        const double cpu = cell == 1 ? 0.05 : 0;
        const double rate =
            cell == 2 ? -0.027 + ((blocks[2] * 7) % 11 - 5.0) * 0.004 : 0;
        blocks[cell]++;
        feed(&gate, cell, cpu, rate);
    }
    assert_int_equal(blocks[0], 12);
    assert_int_equal(blocks[1], 12);
    assert_int_equal(blocks[2], 112);
    assert_int_equal(gate_close(&gate), 0);
    assert_int_equal(gate_finding(&gate, 0, METRIC_TOTAL_CPU_US)->change,
                     CHANGE_SAME);
    assert_int_equal(gate_finding(&gate, 1, METRIC_TOTAL_CPU_US)->change,
                     CHANGE_SLOWER);
    assert_int_equal(gate_finding(&gate, 2, METRIC_REQUESTS_PER_S)->change,
                     CHANGE_UNCLEAR);
    assert_int_equal(findings_verdict(&gate.findings), CHANGE_SLOWER);
    gate_free(&gate);
}

static void a_cell_with_few_blocks_is_unclear_at_the_end(void **state)
{
    struct gate gate;

    (void)state;
    open_gate(&gate, 1);
    for (int i = 0; i < 5; i++)
        assert_false(feed(&gate, 0, 0.5, -0.5));
    assert_int_equal(gate_close(&gate), 0);
    assert_int_equal(gate_finding(&gate, 0, METRIC_TOTAL_CPU_US)->change,
                     CHANGE_TOO_FEW);
    assert_int_equal(findings_verdict(&gate.findings), CHANGE_UNCLEAR);
    gate_free(&gate);
}

static void faster_is_decided_when_all_metrics_are_clear(void **state)
{
    struct gate gate;

    (void)state;
    open_gate(&gate, 1);
    for (int i = 0; i < 11; i++)
        assert_false(feed(&gate, 0, -0.05, 0));
    assert_true(feed(&gate, 0, -0.05, 0));
    assert_int_equal(gate_next(&gate), gate.cells);
    assert_int_equal(findings_verdict(&gate.findings), CHANGE_FASTER);
    gate_free(&gate);
}

/* Feeds the cell until it needs no more. */
static void feed_all(struct gate *gate)
{
    size_t cell;

    while ((cell = gate_next(gate)) < gate->cells)
        feed(gate, cell, 0, 0);
}

static void what_is_left_out_has_no_say(void **state)
{
    struct gate gate;

    (void)state;
    open_gate(&gate, 3);
    gate_leave_out(&gate, 1);
    feed_all(&gate);
    assert_int_equal(gate.cell[1].series.n, 0);
    assert_int_equal(gate_close(&gate), 0);
    assert_int_equal(gate_cells(&gate), 2);
    struct findings taken = gate_take_findings(&gate);
    assert_int_equal(taken.n, (size_t)2 * METRICS);
    assert_string_equal(taken.finding[0].cell, "a");
    assert_string_equal(taken.finding[METRICS].cell, "c");
    assert_int_equal(findings_verdict(&taken), CHANGE_SAME);
    findings_free(&taken);
    gate_free(&gate);
}

static void what_is_given_up_makes_it_unclear(void **state)
{
    struct gate gate;

    (void)state;
    open_gate(&gate, 2);
    feed(&gate, 0, 0, 0);
    gate_give_up(&gate, 0);
    feed_all(&gate);
    assert_int_equal(gate_close(&gate), 0);
    assert_int_equal(gate_cells(&gate), 2);
    assert_true(gate_finding(&gate, 0, METRIC_TOTAL_CPU_US)->given_up);
    assert_false(gate_finding(&gate, 1, METRIC_TOTAL_CPU_US)->given_up);
    assert_int_equal(findings_verdict(&gate.findings), CHANGE_UNCLEAR);
    gate_free(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_gets_blocks_until_it_is_decided),
        cmocka_unit_test(a_cell_with_few_blocks_is_unclear_at_the_end),
        cmocka_unit_test(faster_is_decided_when_all_metrics_are_clear),
        cmocka_unit_test(what_is_left_out_has_no_say),
        cmocka_unit_test(what_is_given_up_makes_it_unclear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
