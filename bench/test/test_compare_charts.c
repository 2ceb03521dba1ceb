#include "common/test/test.h"

#include "bench/child.h"
#include "bench/compare/compare_publish.h"
#include "bench/test/drawn.h"
#include "bench/test/made_files.h"
#include "bench/test/made_run.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SIDES = 4 };

static struct paths paths;
static char scripts[4200];

/* Some runs, read, and what is said of them. */
struct compared {
    struct summary side[MOST_SIDES];
    size_t sides;
    struct comparison comparison;
};

static void find(struct comparison *comparison, size_t side,
                 const struct summary *summary, const struct summary_cell *cell,
                 enum metric metric)
{
    char name[500];
    const bool more = finding_more_is_better(metric);

    summary_cell_name(summary, cell, name, sizeof(name));
    assert_int_equal(findings_add(&comparison->findings,
                                  &(struct finding){.cell = strdup(name),
                                                    .axes = json_object(),
                                                    .side = side,
                                                    .metric = metric,
                                                    .min_effect = 0.03,
                                                    .ratio = more ? 0.9 : 1.1,
                                                    .low = more ? 0.85 : 1.05,
                                                    .high = more ? 0.95 : 1.15,
                                                    .p = 0.001,
                                                    .least_p = 0.0001,
                                                    .n_base = cell->ok,
                                                    .n_side = cell->ok}),
                     0);
}

/* Reads the runs as RUN1, RUN2, ... and finds every cell slower. */
static void compare(const struct made_run *runs, size_t sides,
                    struct compared *compared)
{
    struct comparison *comparison = &compared->comparison;

    *compared = (struct compared){.sides = sides};
    comparison->unit = "trials";
    for (size_t i = 0; i < sides; i++) {
        char name[64];
        snprintf(name, sizeof(name), "my_run<%zu>", i + 1);
        made_run_read(name, &runs[i], &compared->side[i]);
        assert_int_equal(words_format(&comparison->sides, "%s", name), 0);
        for (size_t k = 0; k < compared->side[i].cells && i > 0; k++) {
            const struct summary *side = &compared->side[i];
            find(comparison, i, side, &side->cell[k], METRIC_TOTAL_CPU_US);
            find(comparison, i, side, &side->cell[k], METRIC_REQUESTS_PER_S);
            find(comparison, i, side, &side->cell[k], METRIC_P99_NS);
        }
    }
    assert_int_equal(findings_judge(&comparison->findings), 0);
    comparison->verdict = findings_verdict(&comparison->findings);
}

static void forget(struct compared *compared)
{
    for (size_t i = 0; i < compared->sides; i++)
        summary_free(&compared->side[i]);
    findings_free(&compared->comparison.findings);
    words_free(&compared->comparison.sides);
    words_free(&compared->comparison.warnings);
    words_free(&compared->comparison.unmatched);
}

/* Publishes it into the folder `out`; what is told is in `told`. */
static int publish(const struct compared *compared, char *told, size_t size)
{
    capture_begin();
    int result = compare_publish(&paths, compared->side, compared->sides,
                                 &compared->comparison, "out");
    capture_end(told, size);
    return result;
}

/* A file's text, to be freed. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    if (getdelim(&text, &size, '\0', file) < 0)
        fail_msg("%s: is empty", path);
    fclose(file);
    return text;
}

static void assert_file(const char *path, const char *expected)
{
    char *text = read_file(path);

    assert_string_equal(text, expected);
    free(text);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is missing", part);
}

/* Fails unless every tag of the page is closed where it must be. */
static void assert_balanced(const char *text)
{
    const char *open[64] = {NULL};
    size_t depth = 0;

    while ((text = strchr(text, '<'))) {
        const char *end = strchr(++text, '>');
        assert_non_null(end);
        const size_t length = strcspn(text, " />");
        if (*text == '/') {
            const size_t closing = strcspn(++text, ">");
            if (depth == 0 || strncmp(open[--depth], text, closing) != 0)
                fail_msg("closes no open tag: %.40s", text);
        } else if (*text != '!' && end[-1] != '/') {
            assert_true(length > 0 && depth < LENGTH(open));
            open[depth++] = text;
        }
        text = end;
    }
    assert_int_equal(depth, 0);
}

static const char *const charts[] = {"cpu", "forest", "p99", "percentiles",
                                     "throughput"};
static const char *const load_charts[] = {"response", "rate", "churn"};

static const struct made_run one_cell[] = {
    {"6.1", NULL, NULL, "epoll", "64", "http", 3, 1, NULL, NULL},
    {"6.12_x", NULL, NULL, "epoll", "64", "http", 2, 1.1, NULL, NULL},
};

/* No response time in closed loop, connections that stay, and no files. */
#define NO_OTHERS                                                              \
    "\tnan\tnan\tnan\tnan\tnan\tnan\tnan\tnan\tnan\tnan\tnan\tnan"             \
    "\tnan\tnan\tnan\tnan\tnan\tnan\tnan\tnan\n"

static void tables_hold_all_sides(void **state)
{
    struct compared compared;
    char told[600];

    (void)state;
    compare(one_cell, 2, &compared);
    assert_int_equal(publish(&compared, told, sizeof(told)), 0);
    assert_string_equal(told, "");
    assert_file(
        "out/connections.tsv",
        "side\tserver\tprotocol\ttool\tengine\tconnections\tidle\t"
        "payload_bytes\tpipeline\trequests_per_connection\trate\tworkers\t"
        "server_cpus\tclient_cpus\tplacement\tkeep_awake\tfile_io\tfile_bytes\t"
        "ok\tfailed\tskipped\tnoisy\tgenerator_bound\tinvalid\terrors\tserved\t"
        "starved\trequests_per_s\trequests_per_s_min\trequests_per_s_max\t"
        "total_cpu_us\ttotal_cpu_us_min\ttotal_cpu_us_max\tserver_cpu_us\t"
        "client_cpu_us\trate_per_s\tp50_us\tp50_us_min\tp50_us_max\tp99_us\t"
        "p99_us_min\tp99_us_max\tresponse_p50_us\tresponse_p50_us_min\t"
        "response_p50_us_max\tresponse_p99_us\tresponse_p99_us_min\t"
        "response_p99_us_max\tconnect_p50_us\tconnect_p50_us_min\t"
        "connect_p50_us_max\tconnect_p99_us\tconnect_p99_us_min\t"
        "connect_p99_us_max\tbytes_per_s\tbytes_per_s_min\tbytes_per_s_max\t"
        "total_cpu_s_per_gib\ttotal_cpu_s_per_gib_min\t"
        "total_cpu_s_per_gib_max\tserver_cpu_s_per_gib\t"
        "client_cpu_s_per_gib\n"
        "1\tepoll\thttp\tloadgen\tepoll\t64\t0\t0\t1\tnone\tnone\tauto\t0\t1\ta"
        "part\tyes\tnone\tnone\t"
        "3\t0\t0\t0\t0\t0\t0\t64\t0\t19692.3\t19497.3\t19891.2\t10\t9.9\t10.1\t"
        "4\t6\tnan\t640\t633.6\t646.4\t1280\t1267.2\t1292.8" NO_OTHERS
        "2\tepoll\thttp\tloadgen\tepoll\t64\t0\t0\t1\tnone\tnone\tauto\t0\t1\ta"
        "part\tyes\tnone\tnone\t"
        "2\t0\t0\t0\t0\t0\t0\t64\t0\t17992.5\t17902.1\t18082.9\t10.945\t10.89\t"
        "11\t4.378\t6.567\tnan\t700.48\t696.96\t704\t1400.96\t1393.92\t"
        "1408" NO_OTHERS);
    assert_file("out/labels.gp",
                "run_title = 'A: my\\_run<1>, kernel 6.1, x <\\&> y'.\"\\n\"."
                "'B: my\\_run<2>, kernel 6.12\\_x, x <\\&> y'\n"
                "note = 'one server CPU: cost, not scaling'\n"
                "servers = 'epoll'\nprotocols = 'http'\n"
                "connection_counts = '64'\npercentile_servers = 'epoll'\n"
                "percentile_starved = ''\nopen_servers = ''\n"
                "open_protocols = ''\nopen_rates = ''\nchurn_servers = ''\n"
                "churn_protocols = ''\nchurn_counts = ''\n"
                "file_ways = ''\nfile_sizes = ''\nopen_skipped = ''\n"
                "file_panels = ''\nfile_skipped = ''\n"
                "percentile_connections = 64\nopen_connections = 0\n"
                "churn_connections = 0\nlatency_cells = 2\n"
                "percentile_rows = 2\nresponse_rows = 0\ncost_cells = 2\n"
                "sides = 2\nside_names = 'A B'\nforest_rows = 3\n");
    char *percentiles = read_file("out/percentiles.tsv");
    assert_has(percentiles,
               "side\tprotocol\tserver\tconnections\trate\tpercentile");
    assert_has(percentiles,
               "\n1\thttp\tepoll\t64\tnone\t90\t10\t30\t30\t30\t3\t0\n");
    assert_has(percentiles,
               "\n2\thttp\tepoll\t64\tnone\t90\t10\t33\t33\t33\t2\t0\n");
    free(percentiles);
    forget(&compared);
}

static void a_long_name_keeps_its_kernel(void **state)
{
    struct compared compared;
    char told[600];
    char name[401];

    (void)state;
    compare(one_cell, 1, &compared);
    for (size_t i = 0; i < sizeof(name) - 1; i += 2)
        memcpy(name + i, "ü", 2);
    name[sizeof(name) - 1] = '\0';
    free(compared.comparison.sides.word[0]);
    compared.comparison.sides.word[0] = strdup(name);
    assert_int_equal(publish(&compared, told, sizeof(told)), 0);
    char *labels = read_file("out/labels.gp");
    const char *cut = strstr(labels, "ü…ü");
    assert_non_null(cut);
    assert_has(cut, "ü, kernel 6.1, x");
    assert_int_equal(cut - labels, strlen("run_title = 'A: ") + 172);
    free(labels);
    forget(&compared);
}

#define RATES "25% 50% 80%"
#define FIVE "blocking threaded select poll epoll"
#define ODD                                                                    \
    "my_model~x a_rather^long{name}of_a_model fork prefork nonblock epoll-et " \
    "epoll libuv"

static void every_script_draws_any_number_of_sides(void **state)
{
    static const struct {
        size_t sides;
        struct made_run runs[MOST_SIDES];
    } rows[] = {
        {1, {{"6.1", NULL, NULL, FIVE, "1 64", "echo http", 2, 1, NULL, NULL}}},
        {2,
         {{"6.1", NULL, NULL, "epoll", "1", "http", 3, 1, NULL, NULL},
          {"6.2", NULL, NULL, "epoll", "1", "http", 3, 1.1, NULL, NULL}}},
        {2,
         {{"6.1", NULL, NULL, "poll epoll", "1 16 64 256", "echo http", 3, 1,
           NULL, NULL},
          {"6.2", NULL, NULL, "poll epoll", "1 16 64 256", "echo http", 3, 1.1,
           NULL, NULL}}},
        {2,
         {{"6.1", NULL, NULL, FIVE, "64", "http", 3, 1, RATES, "1"},
          {"6.2", NULL, NULL, FIVE, "64", "http", 3, 1.1, RATES, "1"}}},
        {2,
         {{"6.1", NULL, NULL, "epoll", "64", "echo http", 3, 1, "900", "1 9"},
          {"6.2", NULL, NULL, "epoll", "64", "echo http", 3, 1, "900", "1"}}},
        {2,
         {{"6.1", NULL, NULL, ODD, "1 64", "echo", 2, 1, NULL, NULL},
          {"6.2", NULL, NULL, ODD, "1 64", "echo", 2, 1.1, NULL, NULL}}},
        {4,
         {{"6.1", NULL, NULL, FIVE, "1 64", "echo http", 2, 1, RATES, "1 9"},
          {"6.2", NULL, NULL, "epoll", "1 64", "http", 2, 1.1, "50%", "1"},
          {"6.3", NULL, NULL, FIVE, "64 1024", "echo", 2, 1.2, NULL, NULL},
          {"6.4", NULL, NULL, "uring", "1", "http", 1, 0.8, NULL, NULL}}},
    };

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct compared compared;
        char told[600];
        compare(rows[i].runs, rows[i].sides, &compared);
        int result = publish(&compared, told, sizeof(told));
        assert_string_equal(told, "");
        assert_int_equal(result, 0);
        for (size_t k = 0; k < LENGTH(charts); k++) {
            if (rows[i].sides > 1 || strcmp(charts[k], "forest") != 0)
                assert_draws_quietly(scripts, "out", charts[k]);
        }
        for (size_t k = 0; k < LENGTH(load_charts); k++) {
            if (rows[i].runs[0].rates)
                assert_draws_quietly(scripts, "out", load_charts[k]);
            else
                assert_chart("out", load_charts[k], false);
        }
        forget(&compared);
        assert_int_equal(scratch_teardown(state), 0);
        assert_int_equal(scratch_setup(state), 0);
    }
}

static void files_of_all_sides_share_a_chart(void **state)
{
    static const struct made_files files[] = {
        {"blocking epoll", "read sendfile", "1024 67108864", 3, 1},
        {"blocking epoll", "read aio", "1024 4194304 67108864", 3, 1.2},
    };
    struct compared compared = {.sides = 2};
    char told[600];

    (void)state;
    for (size_t i = 0; i < compared.sides; i++) {
        char name[64];
        snprintf(name, sizeof(name), "my_run<%zu>", i + 1);
        made_run_write(name, &one_cell[i]);
        made_files_add(name, &files[i]);
        assert_int_equal(summary_read(name, &compared.side[i]), 0);
        assert_int_equal(words_format(&compared.comparison.sides, "%s", name),
                         0);
    }
    assert_int_equal(publish(&compared, told, sizeof(told)), 0);
    assert_string_equal(told, "");
    assert_draws_quietly(scripts, "out", "files");
    assert_chart("out", "throughput", true);
    char *table = read_file("out/files.tsv");
    assert_has(table, "\n1\tblocking\thttp\t");
    assert_has(table, "\n2\tepoll\thttp\t");
    free(table);
    forget(&compared);
}

static void the_report_is_one_well_formed_page(void **state)
{
    struct compared compared;
    char told[600];
    struct comparison *comparison = &compared.comparison;

    (void)state;
    compare(one_cell, 2, &compared);
    comparison->findings.finding[1].change = CHANGE_SAME;
    assert_int_equal(words_format(&comparison->warnings, "a <b> & \"c\""), 0);
    assert_int_equal(words_format(&comparison->unmatched, "only <one>"), 0);
    assert_int_equal(publish(&compared, told, sizeof(told)), 0);
    char *report = read_file("out/report.html");
    assert_balanced(report);
    assert_has(report, "<h1>my_run&lt;2> against my_run&lt;1></h1>");
    assert_has(report, "Verdict: <span class=\"slower\">slower</span>");
    assert_has(report, "1 slower, 1 same, of 2 findings that decide");
    assert_has(report, "<li>epoll, http, 64 connections, payload 0 B: total "
                       "CPU per request +10.0 % (95 %: +5.0 to +15.0 %) in "
                       "B</li>");
    assert_has(report, "<li>a &lt;b> &amp; &quot;c&quot;</li>");
    assert_has(report, "<li>only &lt;one></li>");
    assert_has(report, "<tr><td>kernel.release</td><td>6.1</td>"
                       "<td>6.12_x</td></tr>");
    assert_has(report, "<td>B</td><td>p99 of service time</td><td>+10.0 %</td>"
                       "<td>+5.0 to +15.0 %</td><td>3 %</td><td>0.001</td>"
                       "<td>2</td><td>2</td><td class=\"slower\">slower</td>");
    for (size_t i = 0; i < LENGTH(charts); i++) {
        char image[64];
        snprintf(image, sizeof(image), "<img alt=\"%s\" src=\"data:image/svg",
                 charts[i]);
        assert_has(report, image);
    }
    assert_null(strstr(report, "src=\"http"));
    free(report);
    forget(&compared);
}

static void what_charts_do_not_show_leaves_the_forest(void **state)
{
    static const struct made_run runs[] = {
        {"6.1", "wrk", NULL, "epoll", "64", "http", 3, 1, NULL, NULL},
        {"6.2", "wrk", NULL, "epoll", "64", "http", 3, 1.1, NULL, NULL},
        {"6.3", "wrk", NULL, "epoll", "64", "http", 3, 1.1, NULL, NULL},
    };
    struct compared compared;
    char told[600];

    (void)state;
    compare(runs, LENGTH(runs), &compared);
    assert_int_equal(publish(&compared, told, sizeof(told)), 0);
    assert_string_equal(told, "");
    for (size_t i = 0; i < LENGTH(charts); i++)
        assert_chart("out", charts[i], strcmp(charts[i], "forest") == 0);
    forget(&compared);
}

static void charts_show_cells_of_one_kind(void **state)
{
    static const struct made_run runs[] = {
        {"6.1", NULL, NULL, "epoll", "64", "http", 3, 1, NULL, NULL},
        {"6.2", NULL, "same", "epoll", "64", "http", 3, 1, NULL, NULL},
    };
    struct compared compared;
    char told[600];

    (void)state;
    compare(runs, LENGTH(runs), &compared);
    assert_int_equal(publish(&compared, told, sizeof(told)), 0);
    char *table = read_file("out/connections.tsv");
    assert_has(table, "\n1\tepoll\t");
    assert_null(strstr(table, "\n2\tepoll\t"));
    free(table);
    forget(&compared);
}

static void without_gnuplot_there_is_a_report(void **state)
{
    struct compared compared;
    char told[600];
    const char *known = getenv("PATH");
    char *path = strdup(known ? known : "");

    (void)state;
    compare(one_cell, 2, &compared);
    assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
    int result = publish(&compared, told, sizeof(told));
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
    assert_int_equal(result, -1);
    assert_has(told, "install gnuplot-nox for charts");
    char *report = read_file("out/report.html");
    assert_balanced(report);
    assert_has(report, "None could be drawn");
    free(report);
    forget(&compared);
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    struct compared compared;
    char told[600];

    (void)state;
    compare(one_cell, 2, &compared);
    scratch_write("out", "a file");
    assert_int_equal(publish(&compared, told, sizeof(told)), -1);
    assert_has(told, "out/connections.tsv: can't be written: Not a directory");
    capture_begin();
    int result = compare_publish(&paths, compared.side, 2, &compared.comparison,
                                 "none/out");
    capture_end(told, sizeof(told));
    assert_int_equal(result, -1);
    assert_has(told, "none/out: can't be made: No such file");
    forget(&compared);
}

static int set_up(void **state)
{
    (void)state;
    if (child_signals() != 0 || paths_find(&paths) != 0)
        return -1;
    snprintf(scripts, sizeof(scripts), "%s/plots/compare", paths.root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    paths_free(&paths);
    return 0;
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(tables_hold_all_sides),
        IN_SCRATCH(a_long_name_keeps_its_kernel),
        IN_SCRATCH(every_script_draws_any_number_of_sides),
        IN_SCRATCH(files_of_all_sides_share_a_chart),
        IN_SCRATCH(the_report_is_one_well_formed_page),
        IN_SCRATCH(what_charts_do_not_show_leaves_the_forest),
        IN_SCRATCH(charts_show_cells_of_one_kind),
        IN_SCRATCH(without_gnuplot_there_is_a_report),
        IN_SCRATCH(a_folder_that_cannot_be_made_is_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
