/* What the real program tells of a run over time, in files and on a terminal,
 * and what it leaves of them when the run fails. */
#include "common/test/test.h"

#include "loadgen/intervals/part.h"
#include "loadgen/outputs/hlog.h"
#include "loadgen/test/stub.h"

#include "common/units.h"

#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

struct scratch {
    char folder[64];
    char series[80];
    char hlog[80];
};

static void set_up(struct scratch *scratch)
{
    *scratch = (struct scratch){.folder = "/tmp/muxbench-intervals-XXXXXX"};
    assert_non_null(mkdtemp(scratch->folder));
    snprintf(scratch->series, sizeof(scratch->series), "%s/series",
             scratch->folder);
    snprintf(scratch->hlog, sizeof(scratch->hlog), "%s/hlog", scratch->folder);
}

/* No file under another name may be left. */
static void tear_down(const struct scratch *scratch)
{
    unlink(scratch->series);
    unlink(scratch->hlog);
    assert_int_equal(rmdir(scratch->folder), 0);
}

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        fail_msg("%s is not there", path);
    return file;
}

struct sums {
    unsigned rows;
    double end_s;
    double requests;
    double errors;
    double max_ns;
    unsigned server_known;
};

/* Adds the rows, and checks that each begins where the last one ended. */
static struct sums read_series(const char *path)
{
    static const char head[] =
        "start_s\tduration_s\trequests\terrors\trequests_per_s\tp50_ns\tp99_"
        "ns\tmax_ns\tclient_cpu_share\tserver_cpu_share\n";
    struct sums sums = {0};
    FILE *file = open_file(path);
    char line[400];

    assert_non_null(fgets(line, sizeof(line), file));
    assert_string_equal(line, head);
    while (fgets(line, sizeof(line), file)) {
        double column[10];
        char *at = line;
        for (size_t i = 0; i < LENGTH(column); i++) {
            char *end;
            column[i] = strtod(at, &end);
            assert_true(end > at && *end == (i < 9 ? '\t' : '\n'));
            at = end + 1;
        }
        assert_true(column[0] >= sums.end_s - 1e-8 &&
                    column[0] <= sums.end_s + 1e-8);
        assert_true(column[1] > 0);
        sums.rows++;
        sums.end_s = column[0] + column[1];
        sums.requests += column[2];
        sums.errors += column[3];
        if (column[7] > sums.max_ns)
            sums.max_ns = column[7];
        assert_true(column[8] >= 0);
        sums.server_known += column[9] >= 0;
    }
    fclose(file);
    return sums;
}

static void the_rows_add_up_to_the_window(void **state)
{
    struct scratch scratch;
    struct stub stub = stub_start(STUB_HTTP);

    (void)state;
    set_up(&scratch);
    struct outcome outcome = run_loadgen(
        "http", stub.port,
        WORDS("-c", "5", "--threads", "2", "--duration", "490ms", "--warmup",
              "20ms", "--series", scratch.series, "--interval", "50ms"));
    stub_stop(&stub);
    assert_int_equal(outcome.status, 0);
    struct sums sums = read_series(scratch.series);
    assert_true(sums.rows >= 1 && sums.rows <= 10);
    assert_true(sums.requests == outcome_number(&outcome, "requests"));
    assert_true(sums.errors == 0);
    assert_true(sums.max_ns ==
                outcome_number(&outcome, "latency_ns.service.max"));
    assert_true(sums.end_s > 0.49 - 1e-8 && sums.end_s < 0.49 + 1e-8);
    assert_int_equal(sums.server_known, 0);
    outcome_free(&outcome);
    tear_down(&scratch);
}

static void errors_are_in_the_rows(void **state)
{
    struct scratch scratch;
    struct stub stub = stub_start(STUB_EARLY);

    (void)state;
    set_up(&scratch);
    struct outcome outcome =
        run_loadgen("http", stub.port,
                    WORDS("-c", "2", "--duration", "500ms", "--warmup", "0s",
                          "--series", scratch.series, "--interval", "10ms"));
    stub_stop(&stub);
    assert_int_equal(outcome.status, 1);
    struct sums sums = read_series(scratch.series);
    assert_true(sums.errors > 0);
    assert_true(sums.errors <= outcome_number(&outcome, "errors.total"));
    assert_true(sums.requests == outcome_number(&outcome, "requests"));
    outcome_free(&outcome);
    tear_down(&scratch);
}

static void the_servers_share_is_in_the_rows(void **state)
{
    struct scratch scratch;
    struct stub stub = stub_start(STUB_HTTP);
    char pid[16];

    (void)state;
    set_up(&scratch);
    snprintf(pid, sizeof(pid), "%d", (int)stub.pid);
    struct outcome outcome = run_loadgen(
        "http", stub.port,
        WORDS("--duration", "800ms", "--warmup", "0s", "--server-pid", pid,
              "--series", scratch.series, "--interval", "100ms"));
    stub_stop(&stub);
    assert_int_equal(outcome.status, 0);
    struct sums sums = read_series(scratch.series);
    assert_true(sums.server_known >= 1);
    outcome_free(&outcome);
    tear_down(&scratch);
}

/* All entries of a log, by what they are tagged with. */
struct logged {
    struct histogram sum[LATENCIES];
    uint64_t end_ns[LATENCIES];
};

static int add_entry(void *whom, const struct hlog_entry *entry)
{
    struct logged *logged = whom;
    int tag = 0;

    while (tag < LATENCIES &&
           strcmp(entry->tag, latency_name((enum latency)tag)) != 0)
        tag++;
    if (tag == LATENCIES)
        return -1;
    if (tag != LATENCY_CONNECT)
        assert_int_equal(entry->start_ns, logged->end_ns[tag]);
    logged->end_ns[tag] = entry->start_ns + entry->length_ns;
    histogram_merge(&logged->sum[tag], &entry->histogram);
    return 0;
}

static void read_log(const char *path, struct logged *logged)
{
    FILE *file = open_file(path);
    unsigned long line;

    for (int i = 0; i < LATENCIES; i++) {
        histogram_clear(&logged->sum[i]);
        logged->end_ns[i] = 0;
    }
    assert_int_equal(hlog_read(file, add_entry, logged, &line), 0);
    fclose(file);
}

/* What the record says of a time is what the log says of all intervals. */
static void assert_logged(const struct outcome *outcome,
                          const struct logged *logged, enum latency tag)
{
    static const struct {
        const char *name;
        double percent;
    } quantiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"max", 100}};
    const struct histogram *sum = &logged->sum[tag];
    char path[80];

    snprintf(path, sizeof(path), "latency_ns.%s.count", latency_name(tag));
    assert_true((double)sum->count == outcome_number(outcome, path));
    for (size_t i = 0; i < LENGTH(quantiles); i++) {
        snprintf(path, sizeof(path), "latency_ns.%s.%s", latency_name(tag),
                 quantiles[i].name);
        assert_int_equal(
            histogram_index((uint64_t)outcome_number(outcome, path)),
            histogram_index(histogram_percentile(sum, quantiles[i].percent)));
    }
}

static void the_log_adds_up_to_the_record(void **state)
{
    static struct logged logged;
    struct scratch scratch;
    struct stub stub = stub_start(STUB_CLOSING);

    (void)state;
    set_up(&scratch);
    struct outcome outcome =
        run_loadgen("http", stub.port,
                    WORDS("-c", "3", "--duration", "400ms", "--warmup", "10ms",
                          "--hlog", scratch.hlog, "--interval", "10ms"));
    stub_stop(&stub);
    assert_int_equal(outcome.status, 0);
    read_log(scratch.hlog, &logged);
    assert_int_equal(logged.end_ns[LATENCY_SERVICE], 400 * NS_PER_MS);
    assert_logged(&outcome, &logged, LATENCY_SERVICE);
    assert_logged(&outcome, &logged, LATENCY_CONNECT);
    assert_int_equal(logged.sum[LATENCY_RESPONSE].count, 0);
    outcome_free(&outcome);
    tear_down(&scratch);
}

/* What comes after the window, but was planned in it, counts, too. */
static void an_open_loop_adds_up(void **state)
{
    static struct logged logged;
    struct scratch scratch;
    struct stub stub = stub_start(STUB_HTTP);

    (void)state;
    set_up(&scratch);
    struct outcome outcome = run_loadgen(
        "http", stub.port,
        WORDS("-c", "4", "--threads", "2", "--rate", "3000", "--duration",
              "400ms", "--warmup", "10ms", "--hlog", scratch.hlog, "--series",
              scratch.series, "--interval", "10ms"));
    stub_stop(&stub);
    assert_int_equal(outcome.status, 0);
    read_log(scratch.hlog, &logged);
    for (int i = 0; i < LATENCIES; i++) {
        if (i == LATENCY_CONNECT)
            continue;
        assert_logged(&outcome, &logged, (enum latency)i);
        assert_int_equal(logged.end_ns[i], 400 * NS_PER_MS);
    }
    assert_int_equal(logged.sum[LATENCY_CONNECT].count, 0);
    struct sums sums = read_series(scratch.series);
    assert_true(sums.requests == outcome_number(&outcome, "requests"));
    assert_true(sums.max_ns ==
                outcome_number(&outcome, "latency_ns.response.max"));
    assert_true(sums.end_s > 0.4 - 1e-8 && sums.end_s < 0.4 + 1e-8);
    outcome_free(&outcome);
    tear_down(&scratch);
}

/* The former file stays, and nothing is left beside it. */
static void an_interrupted_run_leaves_files_alone(void **state)
{
    struct scratch scratch;
    unsigned port;
    char found[8] = "";
    int listen_fd = stub_listen(&port);

    (void)state;
    set_up(&scratch);
    FILE *file = fopen(scratch.series, "we");
    assert_non_null(file);
    fputs("old", file);
    fclose(file);
    struct running running =
        start_loadgen("http", port,
                      WORDS("--duration", "10m", "--timeout", "1h", "--series",
                            scratch.series, "--hlog", scratch.hlog));
    int fd = accept(listen_fd, NULL, NULL);
    assert_true(fd >= 0);
    assert_int_equal(kill(running.pid, SIGTERM), 0);
    struct outcome outcome = finish_loadgen(&running);
    close(fd);
    close(listen_fd);
    assert_int_equal(outcome.status, 2);
    file = open_file(scratch.series);
    assert_int_equal(fread(found, 1, sizeof(found) - 1, file), 3);
    fclose(file);
    assert_string_equal(found, "old");
    assert_int_equal(access(scratch.hlog, F_OK), -1);
    outcome_free(&outcome);
    tear_down(&scratch);
}

/* How often `part` is in `text`. */
static unsigned count(const char *text, const char *part)
{
    unsigned n = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        n++;
    return n;
}

static const char live_part[] = "/s  p50 ";

static void live_is_silent_without_a_terminal(void **state)
{
    struct stub stub = stub_start(STUB_HTTP);
    struct outcome outcome =
        run_loadgen("http", stub.port,
                    WORDS("--duration", "500ms", "--warmup", "0s", "--live",
                          "--interval", "100ms"));

    (void)state;
    stub_stop(&stub);
    assert_int_equal(outcome.status, 0);
    assert_int_equal(count(outcome.err, live_part), 0);
    outcome_free(&outcome);
}

/* Runs the program on a terminal; what it prints there goes to `text`. Its exit
 * code. */
static int run_on_terminal(unsigned port, char *text, size_t size)
{
    const char *build = getenv("BUILD");
    char program[4096];
    char target[64];
    size_t len = 0;
    ssize_t n;
    int status;
    int fd;

    snprintf(program, sizeof(program), "%s/loadgen", build ? build : "build");
    snprintf(target, sizeof(target), "http://127.0.0.1:%u", port);
    pid_t pid = forkpty(&fd, NULL, NULL, NULL);
    assert_true(pid >= 0);
    if (pid == 0) {
        execl(program, program, "--engine", loadgen_engine, "--live",
              "--interval", "100ms", "--duration", "500ms", "--warmup", "0s",
              target, (char *)NULL);
        _exit(127);
    }
    /* EIO tells that the other side has been closed. */
    while (len < size - 1 && (n = read(fd, text + len, size - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(fd);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void live_tells_each_interval_on_a_terminal(void **state)
{
    struct stub stub = stub_start(STUB_HTTP);
    char text[8192];
    int status = run_on_terminal(stub.port, text, sizeof(text));

    (void)state;
    stub_stop(&stub);
    assert_int_equal(status, 0);
    unsigned lines = count(text, live_part);
    if (lines < 1 || lines > 5)
        fail_msg("%u lines in: %s", lines, text);
    assert_int_equal(count(text, "errors 0"), lines);
    assert_non_null(strstr(text, "0.500 s"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_add_up_to_the_window),
        cmocka_unit_test(errors_are_in_the_rows),
        cmocka_unit_test(the_servers_share_is_in_the_rows),
        cmocka_unit_test(the_log_adds_up_to_the_record),
        cmocka_unit_test(an_open_loop_adds_up),
        cmocka_unit_test(an_interrupted_run_leaves_files_alone),
        cmocka_unit_test(live_is_silent_without_a_terminal),
        cmocka_unit_test(live_tells_each_interval_on_a_terminal),
    };

    return run_with_each_engine(tests, LENGTH(tests));
}
