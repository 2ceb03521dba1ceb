#include "common/test/test.h"

#include "bench/child.h"
#include "bench/paths.h"
#include "bench/report/charts.h"
#include "bench/report/report.h"
#include "bench/report/tables.h"
#include "bench/test/drawn.h"
#include "bench/test/made_files.h"
#include "bench/test/made_run.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIVE "blocking threaded select poll epoll"
#define ODD "my_model~x a_rather^long{name}of_a_model epoll"

static struct paths paths;
static char scripts[4200];

static const char *const charts[] = {"churn",    "cpu",         "heat",
                                     "p99",      "percentiles", "rate",
                                     "response", "throughput"};

/* Makes the run, and writes the tables of it; what is told is in `told`. */
static void tell(const struct made_run *run, struct summary *summary,
                 char *told, size_t size)
{
    made_run_read("run", run, summary);
    capture_begin();
    int result = tables_write(summary, "run");
    capture_end(told, size);
    assert_int_equal(result, 0);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    if (!file || getdelim(&text, &size, '\0', file) < 0)
        fail_msg("%s: can't be read", path);
    else
        fclose(file);
    return text;
}

static void assert_has(const char *path, const char *part)
{
    char *text = read_file(path);

    if (!strstr(text, part))
        fail_msg("%s: '%s' is missing in: %s", path, part, text);
    free(text);
}

static void every_script_draws_its_load(void **state)
{
    static const struct made_run runs[] = {
        {"6.1", NULL, NULL, FIVE, "64", "http", 2, 1, "25% 50% 80%", "1"},
        {"6.1", NULL, NULL, FIVE, "1 64", "echo http", 2, 1, "50% 90%", "1 9"},
        {"6.1", NULL, NULL, ODD, "16", "http", 2, 1, "500 1000", "3"},
        {"6.1", NULL, NULL, "epoll", "16", "echo", 1, 1, "50%", "1"},
    };

    for (size_t i = 0; i < LENGTH(runs); i++) {
        struct words drawn = {0};
        struct summary summary;
        char told[600];
        tell(&runs[i], &summary, told, sizeof(told));
        assert_string_equal(told, "");
        assert_int_equal(charts_draw(scripts, "run", &drawn), 0);
        assert_int_equal(drawn.n, LENGTH(charts));
        for (size_t k = 0; k < LENGTH(charts); k++)
            assert_draws_quietly(scripts, "run", charts[k]);
        words_free(&drawn);
        summary_free(&summary);
        assert_int_equal(scratch_teardown(state), 0);
        assert_int_equal(scratch_setup(state), 0);
    }
}

static void a_load_that_was_not_measured_has_no_chart(void **state)
{
    static const struct made_run closed = {.kernel = "6.1",
                                           .servers = "epoll",
                                           .connections = "64",
                                           .protocols = "http",
                                           .repeats = 2,
                                           .cost = 1};
    struct words drawn = {0};
    struct summary summary;
    char told[600];
    char text[200];

    (void)state;
    tell(&closed, &summary, told, sizeof(told));
    assert_int_equal(charts_draw(scripts, "run", &drawn), 0);
    assert_string_equal(words_join(&drawn, " ", text, sizeof(text)),
                        "cpu p99 percentiles throughput");
    words_free(&drawn);
    summary_free(&summary);
}

static const struct made_run two_rates = {
    "6.1", NULL, NULL, "blocking epoll", "64", "http", 3, 1, "50% 90%", "1"};

static void tables_part_the_loads(void **state)
{
    struct summary summary;
    char told[600];

    (void)state;
    tell(&two_rates, &summary, told, sizeof(told));
    assert_has("run/open.tsv", "\nepoll\thttp\tloadgen\tepoll\t64\t0\t0\t1\t"
                               "none\t50%\tauto\t");
    assert_has("run/churn.tsv", "\nblocking\thttp\tloadgen\tepoll\t64\t0\t0\t1"
                                "\t1\tnone\tauto\t");
    assert_has("run/response.tsv", "http\tepoll\t64\t90%\t90\t10\t30\t30\t30\t"
                                   "3\t0\n");
    assert_has("run/labels.gp", "open_servers = 'epoll'\n");
    assert_has("run/labels.gp", "open_rates = '50% 90%'\n");
    assert_has("run/labels.gp", "open_skipped = 'blocking'\n");
    assert_has("run/labels.gp", "open_connections = 64\n");
    assert_has("run/labels.gp", "churn_servers = 'blocking epoll'\n");
    assert_has("run/labels.gp", "heat_rate = '50%'\n");
    summary_free(&summary);
}

/* Spans of time count from the first interval; those of latency are tenths of a
 * power of ten. */
static void heat_counts_requests_by_time_and_latency(void **state)
{
    struct summary summary;
    char told[600];

    (void)state;
    tell(&two_rates, &summary, told, sizeof(told));
    char *text = read_file("run/heat.tsv");
    unsigned long total = 0;
    unsigned rows = 0;
    for (char *line = strchr(text, '\n') + 1; *line;
         line = strchr(line, '\n') + 1) {
        double from;
        double to;
        double low;
        double high;
        unsigned trial;
        unsigned long count;
        assert_int_equal(sscanf(line,
                                "http\tepoll\t%u\t%lf\t%lf\t%lf\t%lf\t%lu",
                                &trial, &from, &to, &low, &high, &count),
                         6);
        assert_true(from >= 0 && to <= 50 && to - from == 10);
        assert_true(high > 1.25 * low && high < 1.27 * low);
        total += count;
        rows++;
    }
    assert_int_equal(total, 500);
    assert_true(rows > 5);
    free(text);
    summary_free(&summary);
}

static void a_damaged_log_is_told_and_left_out(void **state)
{
    struct words drawn = {0};
    struct summary summary;
    char told[600];

    (void)state;
    made_run_read("run", &two_rates, &summary);
    scratch_write("run/hist/all.hlog", "Tag=response,nonsense\n");
    capture_begin();
    assert_int_equal(tables_write(&summary, "run"), 0);
    capture_end(told, sizeof(told));
    assert_non_null(strstr(told, "run/hist/all.hlog:1: no latency over time"));
    assert_int_equal(charts_draw(scripts, "run", &drawn), 0);
    assert_true(words_have(&drawn, "rate"));
    assert_false(words_have(&drawn, "heat"));
    words_free(&drawn);
    summary_free(&summary);
}

static const char *find_after(const char *text, const char *part)
{
    const char *found = strstr(text, part);

    if (!found)
        fail_msg("'%s' does not come where it should in: %s", part, text);
    return found ? found : text;
}

static void find_in_order(const char *text, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text = find_after(text, parts[i]);
}

static void find_in_tables(const struct summary *summary,
                           const char *const *parts, size_t n)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    tables_print(summary, file);
    assert_int_equal(fclose(file), 0);
    find_in_order(text, parts, n);
    free(text);
}

static void the_report_leads_with_latency_at_equal_load(void **state)
{
    static const char *const order[] = {
        "What to know first",
        "open loop at 50%: 0 trials failed, 3 were skipped: starves",
        "Latency at equal load",
        "epoll, http, 64 connections, payload 0 B, open loop at 50%</td>",
        "alt=\"response\"",
        "alt=\"rate\"",
        "alt=\"heat\"",
        "alt=\"churn\"",
        "alt=\"cpu\"",
        "alt=\"percentiles\"",
        "<h2>Churn</h2>",
        "1 request a connection</td>",
        "<h2>Closed loop</h2>",
        "they only restate connections / rate",
    };
    struct words drawn = {0};
    struct summary summary;
    char told[600];

    (void)state;
    tell(&two_rates, &summary, told, sizeof(told));
    assert_int_equal(charts_draw(scripts, "run", &drawn), 0);
    assert_int_equal(report_write(&summary, scripts, "run", &drawn), 0);
    char *text = read_file("run/report.html");
    find_in_order(text, order, LENGTH(order));
    free(text);
    words_free(&drawn);
    summary_free(&summary);
}

static void the_table_leads_with_it_too(void **state)
{
    static const char *const order[] = {
        "\nhttp, by our generator, payload 0 B, open loop at 50%, c=64: ",
        "5.00 k/s of 10.0 k/s, which select reaches in closed loop\n",
        "blocking ",
        " skipped: starves\n",
        "epoll ",
        "  25.0 us  90.0 us ",
        "open loop at 90%, c=64: 9.00 k/s of",
        "\nhttp, by our generator, payload 0 B\n",
        "\nhttp, by our generator, payload 0 B, 1 request a connection\n",
        " connect p50 30.0 us, p99 90.0 us",
        "\nOpen loop: p50 and p99 are of the response time",
        "\nClosed loop: they are of the service time; at saturation p50 only",
    };
    struct summary summary;

    (void)state;
    made_run_read("run", &two_rates, &summary);
    find_in_tables(&summary, order, LENGTH(order));
    summary_free(&summary);
}

static const struct made_files all_ways = {
    .servers = "blocking threaded poll epoll",
    .ways = "read mmap sendfile splice direct aio",
    .sizes = "1024 16384 262144 4194304 67108864",
    .repeats = 3,
    .cost = 1,
};

/* Makes a run that has the usual loads, too, and reads it. */
static void make_with_files(const struct made_run *run,
                            const struct made_files *files,
                            struct summary *summary)
{
    made_run_write("run", run);
    made_files_add("run", files);
    assert_int_equal(summary_read("run", summary), 0);
}

static void files_have_a_chart_of_their_own(void **state)
{
    static const struct made_files few = {.servers = "odd_model~x epoll",
                                          .ways = "read aio",
                                          .sizes = "1000",
                                          .repeats = 1,
                                          .cost = 1};
    static const struct made_files *const files[] = {&all_ways, &few};

    for (size_t i = 0; i < LENGTH(files); i++) {
        struct words drawn = {0};
        struct summary summary;
        make_with_files(&two_rates, files[i], &summary);
        assert_int_equal(tables_write(&summary, "run"), 0);
        assert_int_equal(charts_draw(scripts, "run", &drawn), 0);
        assert_true(words_have(&drawn, "files"));
        assert_true(words_have(&drawn, "throughput"));
        assert_draws_quietly(scripts, "run", "files");
        words_free(&drawn);
        summary_free(&summary);
        assert_int_equal(scratch_teardown(state), 0);
        assert_int_equal(scratch_setup(state), 0);
    }
}

static void files_are_in_no_other_chart(void **state)
{
    struct summary summary;

    (void)state;
    make_with_files(&two_rates, &all_ways, &summary);
    assert_int_equal(tables_write(&summary, "run"), 0);
    assert_has("run/files.tsv", "\tapart\tyes\tmmap\t4194304\t3\t0\t0\t");
    assert_has("run/labels.gp",
               "file_panels = 'blocking:1 threaded:4 poll:4 epoll:4'\n");
    assert_has("run/labels.gp",
               "file_ways = 'read mmap sendfile splice aio'\n");
    assert_has("run/labels.gp",
               "file_sizes = '1024 16384 262144 4194304 67108864'\n");
    assert_has("run/labels.gp", "file_skipped = 'direct'\n");
    assert_has("run/labels.gp", "connection_counts = '64'\n");
    char *text = read_file("run/connections.tsv");
    assert_null(strstr(text, "4194304"));
    free(text);
    summary_free(&summary);
}

static void files_are_told_by_bytes(void **state)
{
    static const char *const order[] = {
        "\nhttp, by our generator, payload 0 B, files of 1 KiB\n",
        "  server       file_io  connec.    bytes/s  range",
        "\n  blocking     read           1 ",
        "\n  blocking     mmap           1 ",
        "\n  blocking     direct         1 ",
        " skipped: no O_DIRECT\n",
        "\n  epoll        aio            4 ",
        "payload 0 B, files of 64 MiB\n",
        "\n  epoll        sendfile       4   1.67 GiB  1.59 GiB .. 1.75 GiB ",
        " generator-bound in 3\n",
        "\nFiles: CPU/GiB is what server and generator used",
    };
    struct summary summary;

    (void)state;
    make_with_files(&two_rates, &all_ways, &summary);
    find_in_tables(&summary, order, LENGTH(order));
    summary_free(&summary);
}

static void the_report_has_a_table_of_files(void **state)
{
    static const char *const order[] = {
        "<h2>Files</h2>",
        "<th>GiB/s</th>",
        "epoll, http, 4 connections, payload 0 B, a file of 64 MiB by mmap",
        "</td><td>1.",
        "<h2>Closed loop</h2>",
    };
    struct words drawn = {0};
    struct summary summary;

    (void)state;
    make_with_files(&two_rates, &all_ways, &summary);
    assert_int_equal(report_write(&summary, scripts, "run", &drawn), 0);
    char *text = read_file("run/report.html");
    find_in_order(text, order, LENGTH(order));
    free(text);
    summary_free(&summary);
}

static int set_up(void **state)
{
    (void)state;
    if (child_signals() != 0 || paths_find(&paths) != 0)
        return -1;
    snprintf(scripts, sizeof(scripts), "%s/plots", paths.root);
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
        IN_SCRATCH(every_script_draws_its_load),
        IN_SCRATCH(a_load_that_was_not_measured_has_no_chart),
        IN_SCRATCH(tables_part_the_loads),
        IN_SCRATCH(heat_counts_requests_by_time_and_latency),
        IN_SCRATCH(a_damaged_log_is_told_and_left_out),
        IN_SCRATCH(the_report_leads_with_latency_at_equal_load),
        IN_SCRATCH(the_table_leads_with_it_too),
        IN_SCRATCH(files_have_a_chart_of_their_own),
        IN_SCRATCH(files_are_in_no_other_chart),
        IN_SCRATCH(files_are_told_by_bytes),
        IN_SCRATCH(the_report_has_a_table_of_files),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
