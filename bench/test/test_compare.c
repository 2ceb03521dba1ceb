#include "common/test/test.h"

#include "bench/compare/compare_folder.h"
#include "bench/compare/newest.h"
#include "bench/test/compared.h"
#include "common/random.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- made-up runs --- */

/* A run that is being written. */
struct made {
    FILE *trials;
    int trial;
};

static void begin_on(struct made *made, const char *folder, const char *kernel,
                     const char *boot)
{
    char path[200];
    char meta[600];

    mkdir(folder, 0777);
    snprintf(meta, sizeof(meta),
             "{\"schema\":1,\"machine\":{\"kernel\":{\"release\":\"%s\","
             "\"boot_id\":\"%s\"},\"cpu\":{\"model\":\"x\"}}}",
             kernel, boot);
    snprintf(path, sizeof(path), "%s/meta.json", folder);
    scratch_write(path, meta);
    snprintf(path, sizeof(path), "%s/trials.jsonl", folder);
    *made = (struct made){.trials = fopen(path, "w")};
    assert_non_null(made->trials);
}

static void begin(struct made *made, const char *folder)
{
    begin_on(made, folder, "6.1", "boot-1");
}

static void end(struct made *made)
{
    assert_int_equal(fclose(made->trials), 0);
}

/* One cell's trials. */
struct made_cell {
    const char *server;
    int connections;
    int served; /* 0: all */
    int trials;
    double speed;        /* 1: 1000 requests/s at 10 us each */
    const char *awake;   /* NULL: "true" */
    const char *status;  /* NULL: "ok" */
    const double *noise; /* factors of each trial's speed, or NULL */
    const char *more;    /* members of the record besides, or NULL */
};

static void add(struct made *made, struct made_cell cell)
{
    for (int i = 0; i < cell.trials; i++) {
        /* no ties, and always the same middle */
        const double spread = 0.001 * (i - (cell.trials - 1) / 2.0);
        const double speed =
            cell.speed * (cell.noise ? cell.noise[i] : exp(spread));
        fprintf(made->trials,
                "{\"schema\":1,\"trial\":%d,\"server\":\"%s\",\"protocol\":"
                "\"http\",\"tool\":\"loadgen\",\"engine\":\"epoll\","
                "\"connections\":%d,\"payload_bytes\":0,\"pipeline\":1,"
                "\"workers\":null,\"server_cpus\":\"0\",\"client_cpus\":\"1\","
                "\"placement\":\"apart\",\"keep_awake\":%s,%s\"status\":\"%s\","
                "\"reason\":\"be\\u0007cause\",\"noisy\":false,\"result\":{"
                "\"requests_per_s\":%.9g,\"connections_served\":%d,\"total\":{"
                "\"cpu_us_per_request\":%.9g},\"latency_ns\":{\"service\":{"
                "\"p99\":%.9g}}}}\n",
                made->trial++, cell.server, cell.connections,
                cell.awake ? cell.awake : "true", cell.more ? cell.more : "",
                cell.status ? cell.status : "ok", 1000 * speed,
                cell.served ? cell.served : cell.connections, 10 / speed,
                5000 / speed);
    }
}

static void make_run(const char *folder, struct made_cell cell)
{
    struct made made;

    begin(&made, folder);
    add(&made, cell);
    end(&made);
}

/* --- what is compared --- */

/* The test fails where there is none. */
static const struct finding *find(const struct compared *compared,
                                  const char *cell, enum metric metric)
{
    const struct finding *finding = compared_find(compared, cell, metric);

    if (!finding)
        fail_msg("no finding of %s in %s", metric_path(metric), cell);
    return finding;
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-6))
        fail_msg("%.9g instead of %.9g", value, expected);
}

static void assert_warned(const struct compared *compared, const char *warning)
{
    char all[2000];

    if (!words_have(&compared->comparison.warnings, warning))
        fail_msg(
            "'%s' is not in: %s", warning,
            words_join(&compared->comparison.warnings, "; ", all, sizeof(all)));
}

/* --- the tests --- */

static void what_changed_stands_first(void **state)
{
    struct compared compared;
    struct made made;

    (void)state;
    begin(&made, "a");
    add(&made,
        (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    add(&made, (struct made_cell){"poll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    end(&made);
    begin(&made, "b");
    add(&made, (struct made_cell){"poll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    add(&made,
        (struct made_cell){"epoll", 64, 0, 8, 0.8, NULL, NULL, NULL, NULL});
    end(&made);
    compared_runs(&compared, "a b");
    const struct comparison *comparison = &compared.comparison;
    assert_int_equal(comparison->cells, 2);
    assert_int_equal(comparison->trials, 32);
    assert_int_equal(comparison->unmatched.n, 0);
    assert_int_equal(comparison->warnings.n, 0);
    assert_string_equal(comparison->unit, "trials");
    assert_int_equal(comparison->verdict, CHANGE_SLOWER);
    assert_int_equal(comparison->findings.n, 6);
    assert_string_equal(comparison->findings.finding[0].cell,
                        "epoll http c=64");
    const struct finding *rate =
        find(&compared, "epoll http c=64", METRIC_REQUESTS_PER_S);
    assert_near(rate->ratio, 0.8);
    assert_int_equal(rate->change, CHANGE_SLOWER);
    assert_true(rate->low > 0.79 && rate->low < 0.8);
    assert_true(rate->high > 0.8 && rate->high < 0.81);
    assert_int_equal(rate->n_base, 8);
    assert_int_equal(rate->n_side, 8);
    assert_string_equal(
        json_string_value(json_object_get(rate->axes, "server")), "epoll");
    assert_near(find(&compared, "epoll http c=64", METRIC_TOTAL_CPU_US)->ratio,
                1.25);
    assert_int_equal(
        find(&compared, "poll http c=64", METRIC_TOTAL_CPU_US)->change,
        CHANGE_SAME);
    compared_free(&compared);
}

static void cells_are_matched_by_all_axes(void **state)
{
    struct compared compared;
    struct made made;

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    begin(&made, "b");
    add(&made,
        (struct made_cell){"epoll", 64, 0, 8, 1, "false", NULL, NULL, NULL});
    add(&made, (struct made_cell){"poll", 1, 0, 8, 1, NULL, NULL, NULL, NULL});
    end(&made);
    begin(&made, "c");
    add(&made, (struct made_cell){"poll", 1, 0, 8, 1, NULL, NULL, NULL, NULL});
    add(&made,
        (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    add(&made,
        (struct made_cell){"uring", 1, 0, 2, 1, NULL, "skipped", NULL, NULL});
    end(&made);
    compared_runs(&compared, "a b c");
    const struct words *unmatched = &compared.comparison.unmatched;
    assert_int_equal(compared.comparison.cells, 1);
    assert_int_equal(compared.comparison.trials, 16);
    assert_int_equal(compared.comparison.findings.finding[0].side, 2);
    assert_int_equal(unmatched->n, 3);
    assert_string_equal(unmatched->word[0],
                        "epoll http c=64 keep_awake=yes: only in A, C");
    assert_string_equal(unmatched->word[2],
                        "poll http c=1 keep_awake=yes: only in B, C");
    assert_string_equal(unmatched->word[1],
                        "epoll http c=64 keep_awake=no: only in B");
    compared_free(&compared);
}

/* What older runs could not vary, they did as suites do that do not name it. */
static void records_from_before_an_axis_have_its_default(void **state)
{
    struct compared compared;

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    make_run("b", (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL,
                                     "\"idle\":0,\"rate\":null,"
                                     "\"requests_per_connection\":null,"});
    compared_runs(&compared, "a b");
    assert_int_equal(compared.comparison.cells, 1);
    assert_int_equal(compared.comparison.unmatched.n, 0);
    compared_free(&compared);
}

static void nothing_in_common_is_unclear(void **state)
{
    struct compared compared;

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    make_run("b",
             (struct made_cell){"epoll", 16, 0, 8, 1, NULL, NULL, NULL, NULL});
    compared_runs(&compared, "a b");
    assert_int_equal(compared.comparison.cells, 0);
    assert_int_equal(compared.comparison.verdict, CHANGE_UNCLEAR);
    compared_free(&compared);
}

/* Four boots of a kernel, one of them in two runs. */
static void make_boots(const char *kernel, double speed)
{
    /* the medians of the boots are told apart, an outlier does not count */
    const double noise[] = {1, 0.1, 1.0001, 0.9999, 7};

    for (int i = 0; i < 5; i++) {
        struct made made;
        char folder[40];
        char boot[40];
        const int boots = i < 4 ? i : 3;
        snprintf(folder, sizeof(folder), "%s-%d", kernel, i);
        snprintf(boot, sizeof(boot), "boot-%s-%d", kernel, boots);
        begin_on(&made, folder, kernel, boot);
        add(&made,
            (struct made_cell){"epoll", 64, 0, 5, speed * (1 + 0.001 * boots),
                               NULL, NULL, noise, NULL});
        end(&made);
    }
}

static void between_kernels_the_boot_is_the_unit(void **state)
{
    struct compared compared;
    char text[200];

    (void)state;
    make_boots("6.1", 1);
    make_boots("6.12", 0.9);
    compared_runs(&compared,
                  "6.1-0 6.12-0 6.1-1 6.1-2 6.1-3 6.1-4 6.12-1 6.12-2 "
                  "6.12-3 6.12-4");
    const struct comparison *comparison = &compared.comparison;
    assert_true(compared.sides.by_boot);
    assert_int_equal(compared.sides.n, 2);
    assert_string_equal(comparison->unit, "boots");
    assert_string_equal(comparison->sides.word[0], "6.1");
    assert_string_equal(comparison->about.word[1],
                        "6.12-0, 6.12-1, 6.12-2, 6.12-3, 6.12-4");
    assert_string_equal(
        words_join(&comparison->counts, ", ", text, sizeof(text)),
        "4 of 6.1, 4 of 6.12");
    assert_int_equal(comparison->trials, 50);
    const struct finding *rate =
        find(&compared, "epoll http c=64", METRIC_REQUESTS_PER_S);
    assert_int_equal(rate->n_base, 4);
    assert_int_equal(rate->n_side, 4);
    assert_near(rate->ratio, 0.9);
    assert_int_equal(rate->change, CHANGE_SLOWER);
    assert_int_equal(comparison->warnings.n, 0);
    compared_free(&compared);
}

static void two_boots_of_one_kernel_are_two_sides(void **state)
{
    struct compared compared;
    struct made made;
    struct made_cell cell = {"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL};

    (void)state;
    begin_on(&made, "a", "6.1", "boot-1");
    add(&made, cell);
    end(&made);
    begin_on(&made, "b", "6.1", "boot-2");
    add(&made, cell);
    end(&made);
    compared_runs(&compared, "a b");
    assert_false(compared.sides.by_boot);
    assert_string_equal(compared.comparison.about.word[0], "kernel 6.1");
    assert_int_equal(compared.comparison.warnings.n, 1);
    assert_warned(&compared,
                  "n = 1 boot each: the difference may be this boot's");
    compared_free(&compared);
    begin_on(&made, "b", "6.12", "boot-2");
    add(&made, cell);
    end(&made);
    compared_runs(&compared, "a b");
    assert_false(compared.sides.by_boot);
    assert_warned(&compared,
                  "n = 1 boot each: the difference may be this boot's");
    compared_free(&compared);
}

static void the_rate_of_starved_cells_is_compared_not_the_latency(void **state)
{
    struct compared compared;
    struct made_cell cell = {"blocking", 64, 1, 8, 1, NULL, NULL, NULL, NULL};

    (void)state;
    make_run("a", cell);
    make_run("b", cell);
    compared_runs(&compared, "a b");
    assert_int_equal(compared.comparison.findings.n, 2);
    assert_int_equal(
        find(&compared, "blocking http c=64 starved", METRIC_REQUESTS_PER_S)
            ->change,
        CHANGE_SAME);
    assert_int_equal(compared.comparison.warnings.n, 0);
    compared_free(&compared);
}

static void starving_on_one_side_is_never_faster(void **state)
{
    struct compared compared;

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    make_run("b",
             (struct made_cell){"epoll", 64, 1, 8, 2, NULL, NULL, NULL, NULL});
    compared_runs(&compared, "a b");
    const struct finding *rate =
        find(&compared, "epoll http c=64 starved in B", METRIC_REQUESTS_PER_S);
    assert_true(isnan(rate->ratio));
    assert_int_equal(rate->n_base, 8);
    assert_int_equal(compared.comparison.findings.n, 2);
    assert_int_equal(rate->n_side, 0);
    assert_int_equal(rate->change, CHANGE_TOO_FEW);
    assert_int_equal(compared.comparison.verdict, CHANGE_UNCLEAR);
    assert_warned(&compared, "epoll http c=64: connections starve in B but not "
                             "in A, so that they can't be compared");
    compared_free(&compared);
    compared_runs(&compared, "b a");
    find(&compared, "epoll http c=64 starved in A", METRIC_TOTAL_CPU_US);
    assert_warned(&compared, "epoll http c=64: connections starve in A but not "
                             "in B, so that they can't be compared");
    compared_free(&compared);
}

static void too_few_trials_never_decide(void **state)
{
    struct compared compared;

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 3, 1, NULL, NULL, NULL, NULL});
    make_run("b",
             (struct made_cell){"epoll", 64, 0, 3, 9, NULL, NULL, NULL, NULL});
    compared_runs(&compared, "a b");
    for (size_t i = 0; i < compared.comparison.findings.n; i++)
        assert_int_equal(compared.comparison.findings.finding[i].change,
                         CHANGE_TOO_FEW);
    assert_int_equal(compared.comparison.verdict, CHANGE_UNCLEAR);
    json_t *object = comparison_json(&compared.comparison);
    const json_t *cell = json_array_get(json_object_get(object, "cells"), 0);
    assert_true(json_is_real(json_object_get(cell, "ratio")));
    assert_true(json_is_null(json_object_get(cell, "low")));
    assert_true(json_is_null(json_object_get(cell, "high")));
    json_decref(object);
    compared_free(&compared);
}

static void failed_trials_are_told_and_not_compared(void **state)
{
    struct compared compared;
    struct made made;

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    begin(&made, "b");
    add(&made,
        (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    add(&made,
        (struct made_cell){"epoll", 64, 0, 2, 9, NULL, "failed", NULL, NULL});
    end(&made);
    compared_runs(&compared, "a b");
    assert_int_equal(compared.comparison.verdict, CHANGE_SAME);
    assert_warned(&compared,
                  "B: epoll http c=64: 2 of 10 trials failed: be?cause");
    compared_free(&compared);
    make_run("b", (struct made_cell){"epoll", 64, 0, 8, 1, NULL, "failed", NULL,
                                     NULL});
    compared_runs(&compared, "a b");
    assert_int_equal(compared.comparison.cells, 0);
    assert_int_equal(compared.comparison.verdict, CHANGE_UNCLEAR);
    compared_free(&compared);
}

/* Every kind of JSON where another is expected. */
static void fields_of_wrong_types_are_survived(void **state)
{
    static const char *const lines[] = {
        "{\"schema\":1,\"status\":\"ok\"}",
        "{\"schema\":1,\"status\":\"ok\",\"server\":null,\"result\":null}",
        "{\"schema\":1,\"status\":[],\"server\":{},\"connections\":\"x\"}",
        "{\"schema\":1,\"status\":\"ok\",\"server\":7,\"connections\":[1],"
        "\"trial\":\"1\",\"result\":{\"requests_per_s\":\"9\",\"total\":1}}",
        "{\"schema\":1,\"status\":\"ok\",\"server\":\"e\",\"result\":{"
        "\"requests_per_s\":-1,\"total\":{\"cpu_us_per_request\":0},"
        "\"verdict\":3,\"connections_served\":\"all\"}}",
        "{\"schema\":1,\"status\":\"ok\",\"server\":\"f\",\"result\":{"
        "\"requests_per_s\":1e308,\"total\":{\"cpu_us_per_request\":1e-300}}}",
        "{\"schema\":1,\"status\":\"failed\",\"server\":\"g\",\"reason\":{}}",
    };
    struct compared compared;
    struct made made;
    char *text = NULL;
    size_t size;

    (void)state;
    for (int run = 0; run < 2; run++) {
        begin(&made, run ? "b" : "a");
        for (size_t i = 0; i < LENGTH(lines); i++)
            fprintf(made.trials, "%s\n", lines[i]);
        add(&made,
            (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
        end(&made);
    }
    scratch_write("b/meta.json", "{\"schema\":1,\"machine\":[3]}");
    compared_runs(&compared, "a b");
    assert_int_equal(
        find(&compared, "epoll http c=64", METRIC_REQUESTS_PER_S)->change,
        CHANGE_SAME);
    FILE *file = open_memstream(&text, &size);
    comparison_print(&compared.comparison, file);
    comparison_print_markdown(&compared.comparison, file);
    comparison_print_csv(&compared.comparison, file);
    comparison_print_junit(&compared.comparison, file);
    assert_int_equal(fclose(file), 0);
    free(text);
    compared_free(&compared);
}

static void a_run_without_trials_is_named(void **state)
{
    struct words run = {0};
    struct sides sides;
    struct comparison comparison;
    struct made made;
    char told[300];

    (void)state;
    make_run("a",
             (struct made_cell){"epoll", 64, 0, 8, 1, NULL, NULL, NULL, NULL});
    begin(&made, "b");
    end(&made);
    words_split(&run, "a b", " ");
    capture_begin();
    int result = sides_read(&run, &sides, &comparison);
    capture_end(told, sizeof(told));
    assert_int_equal(result, -1);
    assert_non_null(strstr(told, "b: holds no finished trial"));
    comparison_free(&comparison);
    sides_free(&sides);
    words_free(&run);
}

/* --- what must hold of any figures --- */

/* Between 0.8 and 1.2. */
static double noise(uint64_t *random)
{
    return 0.8 + 0.4 * (double)random_below(random, 100001) / 100000;
}

/* Writes a run of random speeds, `scale` times as fast. */
static void make_random(const char *folder, uint64_t seed, double scale)
{
    uint64_t random = seed;
    const int trials = 3 + (int)random_below(&random, 8);
    double factors[10];

    for (int i = 0; i < trials; i++)
        factors[i] = noise(&random);
    make_run(folder,
             (struct made_cell){"epoll", 64, 0, trials, scale * noise(&random),
                                NULL, NULL, factors, NULL});
}

static void scaling_both_sides_changes_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct compared plain;
        struct compared scaled;
        make_random("a", seed, 1);
        make_random("b", seed + 1000, 1);
        compared_runs(&plain, "a b");
        make_random("a", seed, 37);
        make_random("b", seed + 1000, 37);
        compared_runs(&scaled, "a b");
        assert_int_equal(plain.comparison.findings.n,
                         scaled.comparison.findings.n);
        for (size_t i = 0; i < plain.comparison.findings.n; i++) {
            const struct finding *x = &plain.comparison.findings.finding[i];
            const struct finding *y = find(&scaled, x->cell, x->metric);
            assert_near(y->ratio, x->ratio);
            assert_near(y->low, x->low);
            assert_near(y->high, x->high);
            assert_near(y->p, x->p);
            assert_int_equal(y->change, x->change);
        }
        compared_free(&plain);
        compared_free(&scaled);
    }
}

static void swapping_the_sides_inverts_the_ratio(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct compared there;
        struct compared back;
        make_random("a", seed, 1);
        make_random("b", seed + 1000, seed % 3 == 0 ? 1.5 : 1);
        compared_runs(&there, "a b");
        compared_runs(&back, "b a");
        for (size_t i = 0; i < there.comparison.findings.n; i++) {
            const struct finding *x = &there.comparison.findings.finding[i];
            const struct finding *y = find(&back, x->cell, x->metric);
            const bool turns =
                x->change == CHANGE_FASTER || x->change == CHANGE_SLOWER;
            assert_near(y->ratio, 1 / x->ratio);
            assert_near(y->low, 1 / x->high);
            assert_near(y->high, 1 / x->low);
            assert_near(y->p, x->p);
            assert_int_equal(y->n_base, x->n_side);
            assert_int_equal(y->change == x->change, !turns);
        }
        compared_free(&there);
        compared_free(&back);
    }
}

/* --- the outputs --- */

static void add_finding(struct comparison *comparison, const char *cell,
                        const char *server, size_t side, enum metric metric,
                        double ratio, double low, double high)
{
    const bool many = !isnan(low);
    json_t *axes = json_pack("{s:s, s:s, s:s, s:i, s:b}", "server", server,
                             "protocol", "http", "tool", "loadgen",
                             "connections", 64, "keep_awake", 1);
    const struct finding finding = {
        .cell = strdup(cell),
        .axes = axes,
        .side = side,
        .metric = metric,
        .min_effect = 0.03,
        .ratio = ratio,
        .low = many ? low : ratio,
        .high = many ? high : ratio,
        .p = 0.0125,
        .least_p = many ? 0.001 : 0.1,
        .n_base = many ? 10 : 3,
        .n_side = many ? 9 : 0,
    };

    assert_int_equal(findings_add(&comparison->findings, &finding), 0);
}

static void add_text(struct words *words, const char *text)
{
    assert_int_equal(words_add(words, text, strlen(text)), 0);
}

/* What every output must show, with all that is special in one of them. */
static void make_comparison(struct comparison *comparison)
{
    *comparison = (struct comparison){.command = "compare",
                                      .unit = "trials",
                                      .windows = "trials",
                                      .cells = 3,
                                      .trials = 63};
    add_text(&comparison->sides, "run|a");
    add_text(&comparison->sides, "run,<b>&");
    add_text(&comparison->about, "kernel 6.1");
    add_text(&comparison->about, "kernel 6.12");
    add_text(&comparison->warnings, "the CPU differs: 'a|b' and 'c'");
    add_text(&comparison->unmatched, "poll http c=1: only in A");
    add_finding(comparison, "e\"<|>& http c=64", "e\"<|>&,", 1,
                METRIC_TOTAL_CPU_US, 1.053, 1.041, 1.065);
    add_finding(comparison, "poll http c=64", "poll", 1, METRIC_REQUESTS_PER_S,
                1.001, 0.992, 1.01);
    add_finding(comparison, "few http c=64", "few", 1, METRIC_REQUESTS_PER_S,
                NAN, NAN, NAN);
    add_finding(comparison, "poll http c=64", "poll", 1, METRIC_P99_NS, 0.5,
                0.25, 0.75);
    assert_int_equal(findings_judge(&comparison->findings), 0);
    findings_sort(&comparison->findings);
    comparison->verdict = findings_verdict(&comparison->findings);
}

static void assert_prints(void (*print)(const struct comparison *, FILE *),
                          const struct comparison *comparison,
                          const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    print(comparison, file);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void people_see_a_table(void **state)
{
    struct comparison comparison;

    (void)state;
    make_comparison(&comparison);
    assert_prints(
        comparison_print, &comparison,
        "A: run|a, kernel 6.1 (base)\n"
        "B: run,<b>&, kernel 6.12\n"
        "unit: trials\n"
        "warning: the CPU differs: 'a|b' and 'c'\n"
        "\n"
        "3 cells compared, resting on 63 trials. Changes are against A, with "
        "95 % intervals; less than 3 % is no change.\n"
        "1 slower, 0 faster, 1 same, 1 unclear of 3 that gate:\n"
        "\n"
        "verdict                change        interval  metric             "
        "trials  cell\n"
        "slower                 +5.3 %  +4.1 .. +6.5 %  total CPU/request  "
        "10,9    e\"<|>& http c=64\n"
        "unclear (n too small)       -               -  requests/s         "
        "3,0     few http c=64\n"
        "same                   +0.1 %  -0.8 .. +1.0 %  requests/s         "
        "10,9    poll http c=64\n"
        "\n"
        "The others only describe:\n"
        "\n"
        "verdict   change          interval  metric       trials  cell\n"
        "faster   -50.0 %  -75.0 .. -25.0 %  service p99  10,9    poll http "
        "c=64\n"
        "\n"
        "Not on all sides (1):\n"
        "  poll http c=1: only in A\n");
    comparison_free(&comparison);
}

static void markdown_escapes_what_is_special(void **state)
{
    struct comparison comparison;

    (void)state;
    make_comparison(&comparison);
    assert_prints(
        comparison_print_markdown, &comparison,
        "### muxbench: A run\\|a, kernel 6.1 (base); B run,\\<b>&, kernel "
        "6.12\n"
        "\n"
        "Warnings:\n"
        "\n"
        "- the CPU differs: 'a\\|b' and 'c'\n"
        "\n"
        "3 cells compared, resting on 63 trials. Changes are against A, with "
        "95 % intervals; less than 3 % is no change. The unit is: trials.\n"
        "\n"
        "**slower**: 1 slower, 0 faster, 1 same, 1 unclear of 3 that gate.\n"
        "\n"
        "| verdict | change | interval | metric | trials | cell |\n"
        "| --- | ---: | ---: | --- | --- | --- |\n"
        "| slower | +5.3 % | +4.1 .. +6.5 % | total CPU/request | 10,9 | "
        "e\"\\<\\|>& http c=64 |\n"
        "| unclear (n too small) | - | - | requests/s | 3,0 | few http c=64 "
        "|\n"
        "| same | +0.1 % | -0.8 .. +1.0 % | requests/s | 10,9 | poll http "
        "c=64 |\n"
        "\n"
        "The others only describe:\n"
        "\n"
        "| verdict | change | interval | metric | trials | cell |\n"
        "| --- | ---: | ---: | --- | --- | --- |\n"
        "| faster | -50.0 % | -75.0 .. -25.0 % | service p99 | 10,9 | poll "
        "http "
        "c=64 |\n"
        "\n"
        "Not on all sides:\n"
        "\n"
        "- poll http c=1: only in A\n"
        "\n");
    comparison_free(&comparison);
}

static void csv_quotes_where_it_must(void **state)
{
    struct comparison comparison;

    (void)state;
    make_comparison(&comparison);
    assert_prints(
        comparison_print_csv, &comparison,
        "server,protocol,tool,engine,connections,idle,payload_bytes,pipeline,"
        "requests_per_connection,rate,workers,server_cpus,client_cpus,"
        "placement,keep_awake,file_io,file_bytes,side,metric,"
        "ratio,low,high,p,q,n_a,n_b,verdict\r\n"
        "\"e\"\"<|>&,\",http,loadgen,auto,64,0,auto,1,none,none,auto,auto,auto,"
        "auto,"
        "yes,none,none,\"run,<b>&\",total.cpu_us_per_request,1.053,1.041,1.065,"
        "0.0125,0.0125,10,9,slower\r\n"
        "few,http,loadgen,auto,64,0,auto,1,none,none,auto,auto,auto,auto,yes,"
        "none,none,\"run,<b>&\",requests_per_s,,,,0.0125,0.0125,3,0,"
        "unclear (n too small)\r\n"
        "poll,http,loadgen,auto,64,0,auto,1,none,none,auto,auto,auto,auto,yes,"
        "none,none,\"run,<b>&\",requests_per_s,1.001,0.992,1.01,0.0125,0.0125,"
        "10,9,"
        "same\r\n"
        "poll,http,loadgen,auto,64,0,auto,1,none,none,auto,auto,auto,auto,yes,"
        "none,none,\"run,<b>&\",latency_ns.service.p99,0.5,0.25,0.75,0.0125,,"
        "10,9,"
        "faster\r\n");
    comparison_free(&comparison);
}

static void ci_sees_a_test_a_result(void **state)
{
    struct comparison comparison;

    (void)state;
    make_comparison(&comparison);
    assert_prints(
        comparison_print_junit, &comparison,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"muxbench compare\" tests=\"3\" failures=\"1\" "
        "errors=\"0\" skipped=\"1\">\n"
        "  <testcase classname=\"muxbench.compare\" name=\"e&quot;&lt;|&gt;"
        "&amp; http c=64, total CPU/request\"><failure message=\"slower: "
        "+5.3 % (+4.1 .. +6.5 %), n = 10,9\"/></testcase>\n"
        "  <testcase classname=\"muxbench.compare\" name=\"few http c=64, "
        "requests/s\"><skipped message=\"unclear (n too small): - (-), n = "
        "3,0\"/></testcase>\n"
        "  <testcase classname=\"muxbench.compare\" name=\"poll http c=64, "
        "requests/s\"/>\n"
        "</testsuite>\n");
    comparison_free(&comparison);
}

static void programs_read_json(void **state)
{
    struct comparison comparison;

    (void)state;
    make_comparison(&comparison);
    json_t *object = comparison_json(&comparison);
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    assert_non_null(text);
    assert_string_equal(
        text,
        "{\"schema\":1,\"a\":\"run|a\",\"b\":\"run,<b>&\",\"unit\":"
        "\"trials\",\"warnings\":[\"the CPU differs: 'a|b' and 'c'\"],"
        "\"unmatched\":[\"poll http c=1: only in A\"],\"verdict\":\"slower\","
        "\"cells\":["
        "{\"server\":\"e\\\"<|>&,\",\"protocol\":\"http\",\"tool\":"
        "\"loadgen\",\"connections\":64,\"keep_awake\":true,\"metric\":"
        "\"total.cpu_us_per_request\",\"ratio\":1.053,\"low\":1.041,\"high\":"
        "1.065,\"p\":0.0125,\"q\":0.0125,\"n_a\":10,\"n_b\":9,\"verdict\":"
        "\"slower\"},"
        "{\"server\":\"few\",\"protocol\":\"http\",\"tool\":\"loadgen\","
        "\"connections\":64,\"keep_awake\":true,\"metric\":\"requests_per_s\","
        "\"ratio\":null,\"low\":null,\"high\":null,\"p\":0.0125,\"q\":0.0125,"
        "\"n_a\":3,\"n_b\":0,\"verdict\":\"unclear (n too small)\"},"
        "{\"server\":\"poll\",\"protocol\":\"http\",\"tool\":\"loadgen\","
        "\"connections\":64,\"keep_awake\":true,\"metric\":\"requests_per_s\","
        "\"ratio\":1.001,\"low\":0.992,\"high\":1.01,\"p\":0.0125,\"q\":0.0125,"
        "\"n_a\":10,\"n_b\":9,\"verdict\":\"same\"},"
        "{\"server\":\"poll\",\"protocol\":\"http\",\"tool\":\"loadgen\","
        "\"connections\":64,\"keep_awake\":true,\"metric\":"
        "\"latency_ns.service.p99\",\"ratio\":0.5,\"low\":0.25,\"high\":0.75,"
        "\"p\":0.0125,\"q\":null,\"n_a\":10,\"n_b\":9,\"verdict\":\"faster\"}"
        "]}");
    free(text);
    json_decref(object);
    comparison_free(&comparison);
}

static void ci_sees_what_could_not_be_measured_as_an_error(void **state)
{
    struct comparison comparison;

    (void)state;
    make_comparison(&comparison);
    comparison.command = "regress";
    for (size_t i = 0; i < comparison.findings.n; i++)
        comparison.findings.finding[i].given_up =
            comparison.findings.finding[i].n_side == 0;
    assert_prints(
        comparison_print_junit, &comparison,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"muxbench regress\" tests=\"3\" failures=\"1\" "
        "errors=\"1\" skipped=\"0\">\n"
        "  <testcase classname=\"muxbench.regress\" name=\"e&quot;&lt;|&gt;"
        "&amp; http c=64, total CPU/request\"><failure message=\"slower: "
        "+5.3 % (+4.1 .. +6.5 %), n = 10,9\"/></testcase>\n"
        "  <testcase classname=\"muxbench.regress\" name=\"few http c=64, "
        "requests/s\"><error message=\"unclear (n too small): - (-), n = "
        "3,0\"/></testcase>\n"
        "  <testcase classname=\"muxbench.regress\" name=\"poll http c=64, "
        "requests/s\"/>\n"
        "</testsuite>\n");
    comparison_free(&comparison);
}

static void a_third_side_has_its_letter_and_name(void **state)
{
    struct comparison comparison;
    char *text = NULL;
    size_t size;

    (void)state;
    make_comparison(&comparison);
    add_text(&comparison.sides, "third");
    add_finding(&comparison, "poll http c=64", "poll", 2, METRIC_REQUESTS_PER_S,
                0.5, 0.4, 0.6);
    findings_judge(&comparison.findings);
    findings_sort(&comparison.findings);
    json_t *object = comparison_json(&comparison);
    const json_t *cell = json_array_get(json_object_get(object, "cells"), 0);
    assert_string_equal(json_string_value(json_object_get(cell, "side")),
                        "third");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(object, "others"), 0)),
        "third");
    json_decref(object);
    FILE *file = open_memstream(&text, &size);
    comparison_print(&comparison, file);
    comparison_print_junit(&comparison, file);
    fclose(file);
    assert_non_null(strstr(text, "C: third\n"));
    assert_non_null(strstr(text, "\nslower                 C     -50.0 %  "
                                 "-60.0 .. -40.0 %  requests/s"));
    assert_non_null(
        strstr(text, "name=\"poll http c=64, requests/s, third\"><failure "));
    free(text);
    comparison_free(&comparison);
}

static void the_unit_of_boots_is_told_for_each_kernel(void **state)
{
    struct comparison comparison;
    char *text = NULL;
    size_t size;

    (void)state;
    make_comparison(&comparison);
    comparison.unit = "boots";
    add_text(&comparison.counts, "3 of 6.1");
    add_text(&comparison.counts, "2 of 6.12");
    FILE *file = open_memstream(&text, &size);
    comparison_print(&comparison, file);
    comparison_print_markdown(&comparison, file);
    fclose(file);
    assert_non_null(strstr(text, "\nunit: boots, 3 of 6.1, 2 of 6.12\n"));
    assert_non_null(
        strstr(text, " The unit is: boots, 3 of 6.1, 2 of 6.12.\n"));
    free(text);
    comparison_free(&comparison);
}

/* --- which runs --- */

static void the_folder_is_named_by_the_sides(void **state)
{
    static const struct {
        const char *sides;
        const char *folder;
    } cases[] = {
        {"a b", "r/results/compare-a-b"},
        {"x/a x/y/b c", "r/results/compare-a-b-c"},
        {".. 6.1.0-30+x 6|\"", "r/results/compare-..-6.1.0-30+x-6__"},
    };
    char root[] = "r";
    const struct paths paths = {.root = root};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct words sides = {0};
        words_split(&sides, cases[i].sides, " ");
        char *folder = compare_folder(&paths, &sides);
        assert_string_equal(folder, cases[i].folder);
        free(folder);
        words_free(&sides);
    }
}

static void long_names_of_folders_are_cut_but_differ(void **state)
{
    char root[] = "r";
    const struct paths paths = {.root = root};
    struct words sides = {0};
    char name[150];

    (void)state;
    memset(name, 'x', sizeof(name));
    words_add(&sides, name, sizeof(name));
    words_add(&sides, name, sizeof(name));
    char *first = compare_folder(&paths, &sides);
    sides.word[1][149] = 'y';
    char *second = compare_folder(&paths, &sides);
    assert_int_equal(strlen(first), strlen("r/results/") + 199);
    assert_int_equal(strlen(second), strlen(first));
    assert_memory_equal(first, second, 180);
    assert_string_not_equal(first, second);
    free(first);
    free(second);
    words_free(&sides);
}

static void make_dated(const char *folder, const char *kernel)
{
    struct made made;

    begin_on(&made, folder, kernel, "boot");
    add(&made,
        (struct made_cell){"epoll", 64, 0, 1, 1, NULL, NULL, NULL, NULL});
    end(&made);
}

static void assert_newest(const char *base, const char *other)
{
    char root[] = ".";
    const struct paths paths = {.root = root};
    struct words run = {0};

    assert_int_equal(newest_runs(&paths, &run), 0);
    assert_int_equal(run.n, 2);
    assert_string_equal(run.word[0], base);
    assert_string_equal(run.word[1], other);
    words_free(&run);
}

static void set_time(const char *file, const char *day)
{
    struct tm tm = {0};

    assert_non_null(strptime(day, "%Y-%m-%d", &tm));
    const time_t time = timegm(&tm);
    const struct timespec times[2] = {{.tv_sec = time}, {.tv_sec = time}};
    assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
}

static void the_newest_of_two_kernels_are_the_default(void **state)
{
    char root[] = ".";
    const struct paths paths = {.root = root};
    struct words run = {0};
    struct made made;
    char told[300];

    (void)state;
    mkdir("results", 0777);
    make_dated("results/20260102T000000Z-h-6.1", "6.1");
    capture_begin();
    int result = newest_runs(&paths, &run);
    capture_end(told, sizeof(told));
    assert_int_equal(result, -1);
    assert_non_null(strstr(told, "there are not two runs in results/"));
    make_dated("results/20260101T000000Z-h-6.1", "6.1");
    assert_newest("./results/20260101T000000Z-h-6.1",
                  "./results/20260102T000000Z-h-6.1");
    /* what is no run, or has no trial */
    make_dated("results/compare-a-b", "6.9");
    mkdir("results/baselines", 0777);
    mkdir("results/20270101T000000Z-empty", 0777);
    begin_on(&made, "results/20270102T000000Z-h-6.9", "6.9", "boot");
    end(&made);
    assert_newest("./results/20260101T000000Z-h-6.1",
                  "./results/20260102T000000Z-h-6.1");
    make_dated("results/20251231T000000Z-h-6.12", "6.12");
    assert_newest("./results/20251231T000000Z-h-6.12",
                  "./results/20260102T000000Z-h-6.1");
    /* a name of its own: as old as its meta.json */
    make_dated("results/mine", "6.12");
    set_time("results/mine/meta.json", "2026-06-01");
    assert_newest("./results/20260102T000000Z-h-6.1", "./results/mine");
    set_time("results/mine/meta.json", "2025-06-01");
    assert_newest("./results/20251231T000000Z-h-6.12",
                  "./results/20260102T000000Z-h-6.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changed_stands_first),
        cmocka_unit_test(cells_are_matched_by_all_axes),
        cmocka_unit_test(records_from_before_an_axis_have_its_default),
        cmocka_unit_test(nothing_in_common_is_unclear),
        cmocka_unit_test(between_kernels_the_boot_is_the_unit),
        cmocka_unit_test(two_boots_of_one_kernel_are_two_sides),
        cmocka_unit_test(the_rate_of_starved_cells_is_compared_not_the_latency),
        cmocka_unit_test(starving_on_one_side_is_never_faster),
        cmocka_unit_test(too_few_trials_never_decide),
        cmocka_unit_test(failed_trials_are_told_and_not_compared),
        cmocka_unit_test(fields_of_wrong_types_are_survived),
        cmocka_unit_test(a_run_without_trials_is_named),
        cmocka_unit_test(scaling_both_sides_changes_nothing),
        cmocka_unit_test(swapping_the_sides_inverts_the_ratio),
        cmocka_unit_test(people_see_a_table),
        cmocka_unit_test(markdown_escapes_what_is_special),
        cmocka_unit_test(csv_quotes_where_it_must),
        cmocka_unit_test(ci_sees_a_test_a_result),
        cmocka_unit_test(ci_sees_what_could_not_be_measured_as_an_error),
        cmocka_unit_test(programs_read_json),
        cmocka_unit_test(a_third_side_has_its_letter_and_name),
        cmocka_unit_test(the_unit_of_boots_is_told_for_each_kernel),
        cmocka_unit_test(the_folder_is_named_by_the_sides),
        cmocka_unit_test(long_names_of_folders_are_cut_but_differ),
        cmocka_unit_test(the_newest_of_two_kernels_are_the_default),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
