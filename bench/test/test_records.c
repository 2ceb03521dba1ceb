#include "common/test/test.h"

#include "bench/report/percentiles.h"
#include "bench/report/summary.h"
#include "bench/report/tables.h"
#include "bench/runner/record.h"
#include "bench/runner/run_dir.h"
#include "bench/runner/wrk.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A record with what matters here; the placeholders are trial, server,
 * connections, repeat, retry, status, foreign share, requests/s, served. */
static const char record_format[] =
    "{\"schema\":1,\"trial\":%d,\"server\":\"%s\",\"protocol\":\"http\","
    "\"tool\":\"loadgen\",\"engine\":\"epoll\",\"connections\":%d,"
    "\"payload_bytes\":0,\"pipeline\":1,\"workers\":null,\"server_cpus\":\"0\","
    "\"client_cpus\":\"1\",\"placement\":\"apart\",\"keep_awake\":true,"
    "\"repeat\":%d,\"retry\":%d,\"status\":\"%s\",\"reason\":\"because\","
    "\"foreign_cpu_share\":%g,\"steal_share\":0,\"noisy\":%s,"
    "\"histogram\":\"h.hgrm\",\"result\":{\"requests\":1000,\"requests_per_s\":"
    "%d,"
    "\"connections_served\":%d,\"verdict\":\"ok\",\"errors\":{\"total\":%d},"
    "\"latency_ns\":{\"service\":{\"p50\":5000,\"p99\":9000}},"
    "\"total\":{\"cpu_us_per_request\":7.5}}}\n";

static size_t add_record(char *text, const char *server, int connections,
                         int repeat, int retry, const char *status,
                         double foreign, int rate, int served)
{
    /* each cell's are its own; a repetition has its trial's */
    int trial = repeat + 10 * connections + 10000 * server[0];

    return (size_t)sprintf(text, record_format, trial, server, connections,
                           repeat, retry, status, foreign,
                           foreign > 0.05 ? "true" : "false", rate, served,
                           strcmp(status, "failed") == 0 ? 3 : 0);
}

/* Puts `with` in place of `what`, which is as long. */
static void replace(char *text, const char *what, const char *with)
{
    char *at = strstr(text, what);

    assert_non_null(at);
    while (*with)
        *at++ = *with++;
}

static void write_run_to(const char *folder, const char *boot,
                         const char *trials)
{
    char name[64];
    char meta[200];

    mkdir(folder, 0777);
    snprintf(name, sizeof(name), "%s/meta.json", folder);
    snprintf(meta, sizeof(meta),
             "{\"schema\":1,\"machine\":{\"kernel\":{\"release\":\"6.1\","
             "\"boot_id\":%s},\"cpu\":{\"model\":\"x\"}}}",
             boot);
    scratch_write(name, meta);
    snprintf(name, sizeof(name), "%s/trials.jsonl", folder);
    scratch_write(name, trials);
}

static void write_run(const char *trials)
{
    write_run_to("run", "null", trials);
}

static void medians_and_ranges_are_over_trials(void **state)
{
    char text[20000];
    size_t at = 0;
    struct summary summary;
    const int rates[] = {100, 300, 200, 900};

    (void)state;
    for (int i = 0; i < 4; i++)
        at +=
            add_record(text + at, "epoll", 16, i, 0, "ok", 0.01, rates[i], 16);
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cells, 1);
    const struct summary_cell *cell = &summary.cell[0];
    assert_int_equal(cell->ok, 4);
    assert_true(cell->metric[METRIC_REQUESTS_PER_S].median == 250);
    assert_true(cell->metric[METRIC_REQUESTS_PER_S].min == 100);
    assert_true(cell->metric[METRIC_REQUESTS_PER_S].max == 900);
    assert_true(cell->metric[METRIC_TOTAL_CPU_US].median == 7.5);
    assert_true(cell->metric[METRIC_P99_NS].median == 9000);
    assert_false(cell->starved);
    summary_free(&summary);
}

static void the_quieter_of_a_noisy_pair_counts(void **state)
{
    char text[20000];
    size_t at = 0;
    struct summary summary;

    (void)state;
    at += add_record(text + at, "epoll", 1, 0, 0, "ok", 0.30, 100, 1);
    at += add_record(text + at, "epoll", 1, 0, 1, "ok", 0.02, 200, 1);
    at += add_record(text + at, "epoll", 1, 1, 0, "ok", 0.10, 300, 1);
    add_record(text + at, "epoll", 1, 1, 1, "ok", 0.20, 400, 1);
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cell[0].ok, 2);
    assert_int_equal(summary.cell[0].noisy, 1);
    assert_true(summary.cell[0].metric[METRIC_REQUESTS_PER_S].min == 200);
    assert_true(summary.cell[0].metric[METRIC_REQUESTS_PER_S].max == 300);
    summary_free(&summary);
}

/* However quiet the other one was. */
static void an_invalid_trial_gives_way_to_its_repetition(void **state)
{
    char text[20000];
    struct summary summary;
    size_t at = add_record(text, "epoll", 1, 0, 0, "ok", 0.01, 100, 1);

    (void)state;
    char *verdict = strstr(text, "\"ok\",\"errors\"");
    assert_non_null(verdict);
    memmove(verdict + 9, verdict + 4, strlen(verdict + 4) + 1);
    memcpy(verdict, "\"invalid\"", 9);
    at += 5;
    add_record(text + at, "epoll", 1, 0, 1, "ok", 0.02, 200, 1);
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cell[0].ok, 1);
    assert_int_equal(summary.cell[0].invalid, 0);
    assert_true(summary.cell[0].metric[METRIC_REQUESTS_PER_S].max == 200);
    summary_free(&summary);
}

static void what_is_worth_another_try(void **state)
{
    static const struct {
        const char *record;
        bool doubtful;
    } cases[] = {
        {"{\"noisy\":false,\"result\":{\"verdict\":\"ok\"}}", false},
        {"{\"noisy\":false,\"result\":{\"verdict\":\"generator-bound\"}}",
         false},
        {"{\"noisy\":false,\"result\":null}", false},
        {"{\"noisy\":true,\"result\":{\"verdict\":\"ok\"}}", true},
        {"{\"noisy\":false,\"result\":{\"verdict\":\"invalid\"}}", true},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        json_t *record = json_loads(cases[i].record, 0, NULL);
        assert_non_null(record);
        assert_int_equal(record_is_doubtful(record), cases[i].doubtful);
        json_decref(record);
    }
}

static void starved_cells_have_no_latency(void **state)
{
    char text[20000];
    struct summary summary;

    (void)state;
    add_record(text, "blocking", 64, 0, 0, "ok", 0, 15000, 1);
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_true(summary.cell[0].starved);
    assert_true(summary.cell[0].served == 1);
    assert_true(isnan(summary.cell[0].metric[METRIC_P50_NS].median));
    assert_true(summary.cell[0].metric[METRIC_REQUESTS_PER_S].median == 15000);
    summary_free(&summary);
}

/* A reply that is longer than the window is no starving, and no rate of 0. */
static void long_files_need_not_be_whole(void **state)
{
    static const char format[] =
        "{\"schema\":1,\"trial\":1,\"server\":\"%s\",\"protocol\":\"http\","
        "\"tool\":\"loadgen\",\"connections\":4,\"file_io\":\"read\","
        "\"file_bytes\":67108864,\"status\":\"ok\",\"result\":{\"requests\":0,"
        "\"requests_per_s\":0,\"connections_served\":0,"
        "\"connections_starved\":%d,\"bytes_per_s\":5e8}}\n";
    struct summary summary;
    char text[2000];

    (void)state;
    for (int starved = 0; starved <= 3; starved += 3) {
        snprintf(text, sizeof(text), format, "epoll", starved);
        write_run(text);
        assert_int_equal(summary_read("run", &summary), 0);
        const struct summary_cell *cell = &summary.cell[0];
        assert_int_equal(summary_load(cell), LOAD_FILES);
        assert_int_equal(cell->starved, starved > 0);
        assert_true(isnan(cell->metric[METRIC_REQUESTS_PER_S].median));
        assert_true(cell->metric[METRIC_BYTES_PER_S].median == 5e8);
        summary_free(&summary);
    }
}

static void failed_trials_are_counted_and_not_averaged(void **state)
{
    char text[20000];
    size_t at = 0;
    struct summary summary;

    (void)state;
    at += add_record(text + at, "epoll", 1, 0, 0, "ok", 0, 100, 1);
    at += add_record(text + at, "epoll", 1, 1, 0, "failed", 0, 900, 1);
    add_record(text + at, "uring", 1, 0, 0, "skipped", 0, 0, 0);
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cells, 2);
    assert_int_equal(summary.cell[0].ok, 1);
    assert_int_equal(summary.cell[0].failed, 1);
    assert_true(summary.cell[0].errors == 3);
    assert_string_equal(summary.cell[0].reason, "because");
    assert_true(summary.cell[0].metric[METRIC_REQUESTS_PER_S].max == 100);
    assert_int_equal(summary.cell[1].skipped, 1);
    assert_true(isnan(summary.cell[1].metric[METRIC_REQUESTS_PER_S].median));
    summary_free(&summary);
}

static void cells_come_in_a_fixed_order(void **state)
{
    static const char *const names[] = {"zebra", "epoll", "blocking", "poll"};
    static const char *const sorted[] = {"blocking", "poll", "epoll", "zebra"};
    char text[20000];
    size_t at = 0;
    struct summary summary;

    (void)state;
    for (int i = 0; i < 4; i++) {
        at += add_record(text + at, names[i], 16, 0, 0, "ok", 0, 1, 16);
        at += add_record(text + at, names[i], 2, 0, 0, "ok", 0, 1, 2);
    }
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cells, 8);
    for (size_t i = 0; i < 8; i++) {
        char value[64];
        assert_string_equal(
            summary_axis(&summary.cell[i], AXIS_SERVER, value, sizeof(value)),
            sorted[i % 4]);
        assert_string_equal(summary_axis(&summary.cell[i], AXIS_CONNECTIONS,
                                         value, sizeof(value)),
                            i < 4 ? "2" : "16");
    }
    summary_free(&summary);
}

static void bad_lines_are_told_and_the_rest_is_used(void **state)
{
    char text[20000];
    char told[600];
    size_t at = 0;
    struct summary summary;

    (void)state;
    at += add_record(text + at, "epoll", 1, 0, 0, "ok", 0, 100, 1);
    at += (size_t)sprintf(text + at, "{\"schema\":1,\n[]\n{}\n");
    at += add_record(text + at, "epoll", 1, 1, 0, "ok", 0, 200, 1);
    sprintf(text + at, "{\"schema\":1,\"torn");
    write_run(text);
    capture_begin();
    int result = summary_read("run", &summary);
    capture_end(told, sizeof(told));
    assert_int_equal(result, 0);
    assert_non_null(strstr(told, "run/trials.jsonl:2: is no record"));
    assert_non_null(strstr(told, "run/trials.jsonl:3: is no record"));
    assert_non_null(strstr(told, "run/trials.jsonl:4: has no schema"));
    assert_non_null(strstr(told, "run/trials.jsonl:6: torn"));
    assert_int_equal(summary.cell[0].ok, 2);
    summary_free(&summary);
}

static void what_is_newer_is_told(void **state)
{
    char text[20000];
    char told[600];
    struct summary summary;

    (void)state;
    size_t at = add_record(text, "epoll", 1, 0, 0, "ok", 0, 100, 1);
    sprintf(text + at, "{\"schema\":99}\n");
    write_run(text);
    capture_begin();
    int result = summary_read("run", &summary);
    capture_end(told, sizeof(told));
    assert_int_equal(result, 0);
    assert_int_equal(summary.cells, 1);
    summary_free(&summary);
    assert_non_null(strstr(told, "run/trials.jsonl:2: newer schema 99"));
    scratch_write("run/meta.json", "{\"schema\":99}");
    capture_begin();
    assert_null(run_dir_read_meta("run"));
    capture_end(told, sizeof(told));
    assert_non_null(strstr(told, "newer schema 99"));
}

static json_t *new_record(int repeat)
{
    char text[2000];

    add_record(text, "epoll", 1, repeat, 0, "ok", 0, 100, 1);
    return json_loads(text, 0, NULL);
}

static void a_run_is_appended_to_and_opened_again(void **state)
{
    struct run_dir dir;
    struct run_dir second;
    json_t *record = new_record(0);
    json_t *next = new_record(1);
    char told[600];

    (void)state;
    assert_int_equal(run_dir_create(".", "./fresh", NULL, &dir), 0);
    assert_int_equal(run_dir_begin(&dir), 0);
    assert_int_equal(run_dir_append(&dir, record), 0);
    capture_begin();
    assert_int_equal(run_dir_open("./fresh", &second), -1);
    capture_end(told, sizeof(told));
    assert_non_null(strstr(told, "another runner is at work"));
    run_dir_close(&second);
    /* a runner that died while it wrote */
    assert_int_equal(write(dir.trials_fd, "{\"schema\":1,\"to", 15), 15);
    run_dir_close(&dir);
    capture_begin();
    int opened = run_dir_open("./fresh", &dir);
    capture_end(told, sizeof(told));
    assert_int_equal(opened, 0);
    assert_non_null(strstr(told, "the torn last line is cut off"));
    assert_int_equal(run_dir_append(&dir, next), 0);
    run_dir_close(&dir);
    json_t *trials = run_dir_read_trials("./fresh", NULL);
    assert_int_equal(json_array_size(trials), 2);
    json_decref(trials);
    json_decref(record);
    json_decref(next);
    capture_begin();
    assert_int_equal(run_dir_create(".", "./fresh", NULL, &dir), -1);
    capture_end(told, sizeof(told));
    assert_non_null(strstr(told, "holds a run already"));
    run_dir_close(&dir);
}

/* As if the disk were full: the file may grow by ten bytes more. */
static void a_full_disk_leaves_the_file_as_it_was(void **state)
{
    struct run_dir dir;
    struct rlimit before;
    struct rlimit small;
    json_t *record = new_record(0);
    json_t *next = new_record(1);

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(run_dir_create(".", "./full", NULL, &dir), 0);
    assert_int_equal(run_dir_begin(&dir), 0);
    assert_int_equal(run_dir_append(&dir, record), 0);
    const off_t whole = dir.size;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = (rlim_t)whole + 10;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int error = run_dir_append(&dir, record);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(error, -EFBIG);
    assert_int_equal(lseek(dir.trials_fd, 0, SEEK_END), whole);
    assert_int_equal(run_dir_append(&dir, next), 0);
    json_decref(record);
    json_decref(next);
    run_dir_close(&dir);
    json_t *trials = run_dir_read_trials("./full", NULL);
    assert_int_equal(json_array_size(trials), 2);
    json_decref(trials);
}

static void percentiles_are_medians_where_samples_suffice(void **state)
{
    char text[20000];
    size_t at = 0;
    struct summary summary;
    struct charted charted[LOADS];
    char *table = NULL;
    size_t size;

    (void)state;
    for (int i = 0; i < 3; i++)
        at += add_record(text + at, "epoll", 16, i, 0, "ok", 0, 100, 16);
    write_run(text);
    scratch_write("run/h.hgrm",
                  "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n"
                  "       1.000     0.000000          1         1.00\n"
                  "       2.000     0.500000        500         2.00\n"
                  "       3.000     0.900000        900        10.00\n"
                  "       9.000     0.990000        990       100.00\n"
                  "      50.000     1.000000       1000          inf\n"
                  "#[Mean    =     2000.000, StdDeviation   =       1.0]\n");
    assert_int_equal(summary_read("run", &summary), 0);
    FILE *file = open_memstream(&table, &size);
    assert_int_equal(charted_collect(&summary, 1, false, charted), 0);
    assert_int_equal(percentiles_write(&charted[LOAD_CLOSED], file), 0);
    fclose(file);
    charted_free(charted);
    assert_non_null(
        strstr(table, "http\tepoll\t16\tnone\t0\t1\t1\t1\t1\t3\t0\n"));
    assert_non_null(
        strstr(table, "http\tepoll\t16\tnone\t90\t10\t3\t3\t3\t3\t0\n"));
    assert_non_null(
        strstr(table, "http\tepoll\t16\tnone\t99\t100\t9\t9\t9\t3\t0\n"));
    /* beyond, fewer than ten samples are left */
    assert_null(strstr(table, "\t50\t"));
    free(table);
    summary_free(&summary);
}

static const char histogram[] =
    "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n"
    "       1.000     0.000000          1         1.00\n"
    "       2.000     0.500000        500         2.00\n"
    "      50.000     1.000000       1000          inf\n";

static void pooled_runs_keep_their_trials_apart(void **state)
{
    static const char *const runs[] = {"one", "two"};
    char text[20000];
    size_t at = 0;
    struct summary summary;
    struct charted charted[LOADS];
    char *table = NULL;
    size_t size;

    (void)state;
    for (int i = 0; i < 2; i++)
        at += add_record(text + at, "epoll", 16, i, 0, "ok", 0.01, 100, 16);
    add_record(text + at, "epoll", 16, 0, 1, "ok", 0, 300, 16);
    write_run_to("one", "\"boot-1\"", text);
    write_run_to("two", "null", text);
    scratch_write("one/h.hgrm", histogram);
    scratch_write("two/h.hgrm", histogram);
    assert_int_equal(summary_read_pooled(runs, 2, &summary), 0);
    assert_int_equal(summary.cells, 1);
    assert_int_equal(summary.cell[0].ok, 4);
    for (unsigned i = 0; i < 4; i++) {
        const json_t *record = summary.cell[0].record[i];
        const char *boot = json_string_value(json_object_get(record, "boot"));
        assert_string_equal(
            json_string_value(json_object_get(record, "folder")), runs[i / 2]);
        assert_string_equal(boot ? boot : "none", i < 2 ? "boot-1" : "none");
    }
    FILE *file = open_memstream(&table, &size);
    assert_int_equal(charted_collect(&summary, 1, false, charted), 0);
    assert_int_equal(percentiles_write(&charted[LOAD_CLOSED], file), 0);
    charted_free(charted);
    fclose(file);
    assert_non_null(
        strstr(table, "http\tepoll\t16\tnone\t0\t1\t1\t1\t1\t4\t0\n"));
    free(table);
    summary_free(&summary);
}

static void one_bad_run_spoils_the_pool(void **state)
{
    static const char *const runs[] = {"one", "nowhere"};
    char text[20000];
    char told[600];
    struct summary summary;

    (void)state;
    add_record(text, "epoll", 16, 0, 0, "ok", 0.01, 100, 16);
    write_run_to("one", "null", text);
    capture_begin();
    int result = summary_read_pooled(runs, 2, &summary);
    capture_end(told, sizeof(told));
    summary_free(&summary);
    assert_int_equal(result, -1);
    assert_non_null(strstr(told, "nowhere/meta.json: No such file"));
}

/* Reduced records have none; that is told, no error, and draws nothing. */
static void a_trial_may_have_no_histogram(void **state)
{
    char text[20000];
    char told[600];
    struct summary summary;
    struct charted charted[LOADS];
    char *table = NULL;
    size_t size;

    (void)state;
    add_record(text, "epoll", 16, 0, 0, "ok", 0.01, 100, 16);
    replace(text, "\"h.hgrm\"", "null    ");
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_false(percentiles_reach(&summary.cell[0]));
    FILE *file = open_memstream(&table, &size);
    assert_int_equal(charted_collect(&summary, 1, false, charted), 0);
    capture_begin();
    assert_int_equal(percentiles_write(&charted[LOAD_CLOSED], file), 0);
    capture_end(told, sizeof(told));
    charted_free(charted);
    fclose(file);
    assert_non_null(strstr(told, "1 trials have no histogram"));
    assert_null(strchr(table, '0'));
    free(table);
    summary_free(&summary);
}

static void cells_are_told_in_few_words(void **state)
{
    char text[20000];
    char name[200];
    size_t at = 0;
    struct summary summary;

    (void)state;
    at += add_record(text + at, "epoll", 16, 0, 0, "ok", 0, 1, 16);
    char *second = text + at;
    add_record(second, "poll", 1, 0, 0, "ok", 0, 1, 1);
    replace(second, "loadgen\"", "wrk\"    ");
    replace(second, "payload_bytes\":0", "payload_bytes\":7");
    replace(second, "pipeline\":1", "pipeline\":4");
    replace(second, "\"apart\"", "\"same\" ");
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_string_equal(summary_cell_brief(&summary.cell[0], summary.varies,
                                           name, sizeof(name)),
                        "epoll http c=16 placement=apart");
    assert_string_equal(
        summary_cell_brief(&summary.cell[1], summary.varies, name,
                           sizeof(name)),
        "poll http wrk c=1 payload=7 pipeline=4 placement=same");
    assert_string_equal(
        summary_cell_brief(&summary.cell[0], summary.varies, name, 8),
        "epoll h");
    summary_free(&summary);
}

enum { TEXT_MAX = 20000 };

/* Appends a record with other values for some keys of it, and of its result. */
static void add_special(char *text, const char *server, int trial,
                        json_t *changes, json_t *result)
{
    const size_t at = strlen(text);
    char plain[2000];

    sprintf(plain, record_format, trial, server, 16, trial, 0, "ok", 0.0,
            "false", 100, 16, 0);
    json_t *record = json_loads(plain, 0, NULL);
    assert_non_null(record);
    assert_int_equal(json_object_update(record, changes), 0);
    assert_int_equal(
        json_object_update(json_object_get(record, "result"), result), 0);
    char *dump = json_dumps(record, JSON_COMPACT);
    snprintf(text + at, TEXT_MAX - at, "%s\n", dump);
    free(dump);
    json_decref(record);
    json_decref(changes);
    json_decref(result);
}

static void open_loop_has_its_own_cells_and_times(void **state)
{
    char text[TEXT_MAX] = "";
    struct summary summary;
    char value[64];

    (void)state;
    add_special(text, "epoll", 1, json_object(), json_object());
    add_special(text, "epoll", 2,
                json_pack("{s:s, s:i, s:{s:s, s:f}}", "rate", "80%",
                          "rate_per_s", 800, "rate_of", "server", "poll",
                          "requests_per_s", 1000.0),
                json_pack("{s:i, s:{s:{s:i, s:i}, s:{s:i, s:i}}}",
                          "connections_served", 15, "latency_ns", "response",
                          "p50", 70, "p99", 90, "connect", "p50", 1, "p99", 2));
    add_special(text, "epoll", 3, json_pack("{s:s}", "rate", "9%"),
                json_object());
    add_special(text, "epoll", 4, json_pack("{s:i}", "rate", 500),
                json_object());
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cells, 4);
    static const char *const rates[] = {"9%", "80%", "500", "none"};
    for (size_t i = 0; i < 4; i++) {
        const struct summary_cell *cell = &summary.cell[i];
        assert_string_equal(summary_axis(cell, AXIS_RATE, value, sizeof(value)),
                            rates[i]);
        assert_int_equal(summary_load(cell), i < 3 ? LOAD_OPEN : LOAD_CLOSED);
        assert_true(summary_is_usual(cell));
    }
    /* one of 16 was not asked for anything */
    const struct summary_cell *cell = &summary.cell[1];
    assert_false(cell->starved);
    assert_true(cell->metric[METRIC_RESPONSE_P50_NS].median == 70);
    assert_true(cell->metric[METRIC_RESPONSE_P99_NS].median == 90);
    assert_true(isnan(cell->metric[METRIC_CONNECT_P99_NS].median));
    assert_true(cell->rate_per_s == 800);
    assert_true(cell->whole_per_s == 1000);
    assert_string_equal(cell->slowest, "poll");
    assert_true(isnan(summary.cell[3].rate_per_s));
    assert_false(summary_share_charts(cell, &summary.cell[3]));
    assert_true(summary_share_charts(cell, &summary.cell[0]));
    summary_free(&summary);
}

static void churn_tells_of_connecting(void **state)
{
    char text[TEXT_MAX] = "";
    char name[200];
    struct summary summary;

    (void)state;
    add_special(
        text, "epoll", 1,
        json_pack("{s:i, s:i}", "requests_per_connection", 1, "idle", 9),
        json_pack("{s:{s:{s:i, s:i}}}", "latency_ns", "connect", "p50", 30,
                  "p99", 50));
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    const struct summary_cell *cell = &summary.cell[0];
    assert_int_equal(summary_load(cell), LOAD_CHURN);
    assert_true(cell->metric[METRIC_CONNECT_P50_NS].median == 30);
    assert_true(cell->metric[METRIC_CONNECT_P99_NS].median == 50);
    assert_string_equal(
        summary_cell_name(&summary, cell, name, sizeof(name)),
        "epoll, http, 16 connections, payload 0 B, 9 idle connections, 1 "
        "request a connection");
    /* idle connections are not the usual */
    assert_false(summary_is_usual(cell));
    summary_free(&summary);
}

/* They only tell what shares of a rate are of. */
static void trials_that_calibrate_are_no_cells(void **state)
{
    char text[TEXT_MAX] = "";
    char told[3000];
    struct summary summary;

    (void)state;
    add_special(text, "epoll", 1, json_pack("{s:b}", "calibration", 1),
                json_object());
    add_special(text, "epoll", 2,
                json_pack("{s:b, s:s, s:s}", "calibration", 1, "status",
                          "failed", "reason", "no luck"),
                json_object());
    add_special(text, "epoll", 3, json_pack("{s:b}", "calibration", 0),
                json_object());
    write_run(text);
    assert_int_equal(summary_read("run", &summary), 0);
    assert_int_equal(summary.cells, 1);
    assert_int_equal(summary.cell[0].ok, 1);
    assert_int_equal(summary.cell[0].failed, 0);
    assert_int_equal(summary.calibrations_failed, 1);
    FILE *file = fmemopen(told, sizeof(told), "w");
    assert_non_null(file);
    tables_print(&summary, file);
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(
        told, "\n1 trials that tell what shares of a rate are of FAILED: no "
              "luck\n"));
    summary_free(&summary);
}

static void wrk_speaks_in_our_words(void **state)
{
    static const char output[] =
        "Running 1s test\n  1 threads\n"
        "{\"requests\":1000,\"duration_us\":2000000,\"bytes\":5000,"
        "\"connect\":1,\"read\":2,\"write\":3,\"status\":4,\"timeout\":5,"
        "\"min_us\":10,\"p50_us\":20,\"p90_us\":30,\"p99_us\":40,"
        "\"p999_us\":50,\"max_us\":60,\"mean_us\":21.5,\"stdev_us\":1.5}\n";
    const struct cell cell = {.axis = {[AXIS_CONNECTIONS] = "64",
                                       [AXIS_PAYLOAD] = "0",
                                       [AXIS_PIPELINE] = "1",
                                       [AXIS_FILE_BYTES] = "none"}};
    const struct cost server = {.cpu_ns = 4000000};
    json_t *result = wrk_result(output, &cell, &server, 6000000);

    (void)state;
    assert_non_null(result);
    assert_true(summary_number(result, "requests_per_s") == 500);
    assert_true(summary_number(result, "errors.total") == 15);
    assert_true(summary_number(result, "errors.reset") == 5);
    assert_true(summary_number(result, "server.cpu_us_per_request") == 4);
    assert_true(summary_number(result, "client.cpu_us_per_request") == 6);
    assert_true(summary_number(result, "total.cpu_us_per_request") == 10);
    assert_true(summary_number(result, "latency_ns.wrk_corrected.p99") ==
                40000);
    assert_true(isnan(summary_number(result, "latency_ns.service.p99")));
    assert_true(isnan(summary_number(result, "bytes_per_s")));
    assert_true(isnan(summary_number(result, "total.cpu_s_per_gib")));
    json_decref(result);
    assert_null(wrk_result("unable to connect\n", &cell, &server, 0));
}

/* wrk's own count of bytes has the heads, too. */
static void wrk_tells_the_bytes_of_files(void **state)
{
    static const char output[] =
        "{\"requests\":2048,\"duration_us\":2000000,\"bytes\":1234567890}\n";
    const struct cell cell = {.axis = {[AXIS_CONNECTIONS] = "4",
                                       [AXIS_PAYLOAD] = "0",
                                       [AXIS_PIPELINE] = "1",
                                       [AXIS_FILE_BYTES] = "1048576"}};
    const struct cost server = {.cpu_ns = 500000000};
    json_t *result = wrk_result(output, &cell, &server, 1500000000);

    (void)state;
    assert_non_null(result);
    assert_true(summary_number(result, "body_bytes") == 2147483648.0);
    assert_true(summary_number(result, "bytes_per_s") == 1073741824.0);
    assert_true(summary_number(result, "server.cpu_s_per_gib") == 0.25);
    assert_true(summary_number(result, "client.cpu_s_per_gib") == 0.75);
    assert_true(summary_number(result, "total.cpu_s_per_gib") == 1);
    json_decref(result);
}

static void quantities_that_are_none_are_nan(void **state)
{
    double none[] = {(double)NAN, (double)NAN};
    double some[] = {3, (double)NAN, 1};

    (void)state;
    assert_true(isnan(stats_spread(none, 2).median));
    assert_int_equal(stats_spread(none, 2).n, 0);
    assert_true(stats_spread(some, 3).median == 2);
    assert_int_equal(stats_spread(some, 2).n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_and_ranges_are_over_trials),
        cmocka_unit_test(the_quieter_of_a_noisy_pair_counts),
        cmocka_unit_test(an_invalid_trial_gives_way_to_its_repetition),
        cmocka_unit_test(what_is_worth_another_try),
        cmocka_unit_test(starved_cells_have_no_latency),
        cmocka_unit_test(long_files_need_not_be_whole),
        cmocka_unit_test(failed_trials_are_counted_and_not_averaged),
        cmocka_unit_test(cells_come_in_a_fixed_order),
        cmocka_unit_test(bad_lines_are_told_and_the_rest_is_used),
        cmocka_unit_test(what_is_newer_is_told),
        cmocka_unit_test(a_run_is_appended_to_and_opened_again),
        cmocka_unit_test(a_full_disk_leaves_the_file_as_it_was),
        cmocka_unit_test(percentiles_are_medians_where_samples_suffice),
        cmocka_unit_test(pooled_runs_keep_their_trials_apart),
        cmocka_unit_test(one_bad_run_spoils_the_pool),
        cmocka_unit_test(a_trial_may_have_no_histogram),
        cmocka_unit_test(cells_are_told_in_few_words),
        cmocka_unit_test(open_loop_has_its_own_cells_and_times),
        cmocka_unit_test(churn_tells_of_connecting),
        cmocka_unit_test(trials_that_calibrate_are_no_cells),
        cmocka_unit_test(wrk_speaks_in_our_words),
        cmocka_unit_test(wrk_tells_the_bytes_of_files),
        cmocka_unit_test(quantities_that_are_none_are_nan),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
