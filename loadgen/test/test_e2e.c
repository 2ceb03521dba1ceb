/* The real program against real sockets: servers that serve, and servers that
 * do each thing that a server should not do. */
#include "common/test/test.h"

#include "loadgen/test/stub.h"

#include "common/cpus.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHORT "--duration", "150ms", "--warmup", "20ms"
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct outcome run(enum stub_manner manner, const char *scheme,
                          const char *const *words)
{
    struct stub stub = stub_start(manner);
    struct outcome outcome = run_loadgen(scheme, stub.port, words);

    stub_stop(&stub);
    return outcome;
}

/* What holds of every run without errors in which all are served. */
static void assert_good(const struct outcome *outcome, double connections)
{
    double requests = outcome_number(outcome, "requests");

    if (outcome->status != 0)
        fail_msg("exit %d: %s", outcome->status, outcome->err);
    assert_true(requests > 0);
    assert_true(outcome_number(outcome, "schema") == 1);
    assert_true(outcome_number(outcome, "errors.total") == 0);
    assert_true(outcome_number(outcome, "connections") == connections);
    assert_true(outcome_number(outcome, "connections_established") ==
                connections);
    assert_true(outcome_number(outcome, "connections_served") == connections);
    assert_true(outcome_number(outcome, "latency_ns.service.count") ==
                requests);
    assert_true(outcome_number(outcome, "latency_ns.service.min") <=
                outcome_number(outcome, "latency_ns.service.p50"));
    assert_true(outcome_number(outcome, "latency_ns.service.p9999") <=
                outcome_number(outcome, "latency_ns.service.max"));
    assert_true(outcome_number(outcome, "client.cpu_us_per_request") > 0);
    assert_string_equal(outcome_text(outcome, "mode"), "closed");
    assert_string_equal(outcome_text(outcome, "engine"), loadgen_engine);
}

static void http_is_driven(void **state)
{
    struct outcome outcome = run(STUB_HTTP, "http", WORDS(SHORT, "-c", "3"));

    (void)state;
    assert_good(&outcome, 3);
    assert_true(outcome_number(&outcome, "duration_s") == 0.15);
    assert_true(outcome_number(&outcome, "unfinished") == 3);
    assert_true(outcome_number(&outcome, "jain_fairness") > 0);
    assert_true(json_is_null(json_object_get(outcome.record, "server")));
    assert_true(json_is_null(json_object_get(outcome.record, "total")));
    outcome_free(&outcome);
}

static void echo_is_driven(void **state)
{
    struct outcome outcome = run(STUB_ECHO, "echo", WORDS(SHORT, "-c", "2"));

    (void)state;
    assert_good(&outcome, 2);
    /* Only what stood at the window's edges can make a difference. */
    assert_true(outcome_number(&outcome, "bytes_in") ==
                64 * outcome_number(&outcome, "requests"));
    outcome_free(&outcome);
}

static void threads_share_the_connections(void **state)
{
    struct outcome outcome =
        run(STUB_HTTP, "http", WORDS(SHORT, "-c", "7", "--threads", "3"));

    (void)state;
    assert_good(&outcome, 7);
    assert_int_equal(json_array_size(json_object_get(
                         json_object_get(outcome.record, "client"), "threads")),
                     3);
    outcome_free(&outcome);
}

static void pipelined_requests_are_all_answered(void **state)
{
    struct outcome http =
        run(STUB_HTTP, "http", WORDS(SHORT, "-c", "2", "--pipeline", "16"));
    struct outcome echo =
        run(STUB_ECHO, "echo", WORDS(SHORT, "-c", "2", "--pipeline", "16"));

    (void)state;
    assert_good(&http, 2);
    assert_good(&echo, 2);
    assert_true(outcome_number(&http, "unfinished") > 2);
    outcome_free(&http);
    outcome_free(&echo);
}

/* More than the buffers of both sockets hold: sends are short. */
static void large_messages_come_back_whole(void **state)
{
    struct outcome outcome =
        run(STUB_ECHO, "echo",
            WORDS(SHORT, "--duration", "400ms", "--payload", "8000000"));

    (void)state;
    assert_good(&outcome, 1);
    outcome_free(&outcome);
}

/* Nothing comes back before all is sent: only room in the socket's buffer can
 * make a short send go on. */
static void large_bodies_are_posted_whole(void **state)
{
    struct outcome outcome =
        run(STUB_POST, "http",
            WORDS("--duration", "400ms", "--payload", "8000000"));

    (void)state;
    assert_good(&outcome, 1);
    outcome_free(&outcome);
}

static void replies_may_come_byte_by_byte(void **state)
{
    struct outcome outcome = run(STUB_BYTES, "http", WORDS(SHORT));

    (void)state;
    assert_good(&outcome, 1);
    outcome_free(&outcome);
}

static void announced_ends_are_no_errors(void **state)
{
    struct outcome outcome = run(STUB_CLOSING, "http", WORDS(SHORT, "-c", "2"));

    (void)state;
    assert_good(&outcome, 2);
    assert_true(outcome_number(&outcome, "connections_opened") > 2);
    outcome_free(&outcome);
}

static void the_soft_descriptor_limit_is_raised(void **state)
{
    struct rlimit old;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    const struct rlimit low = {.rlim_cur = 64, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    struct outcome outcome = run(STUB_ECHO, "echo", WORDS(SHORT, "-c", "100"));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(outcome.status, 0);
    assert_true(outcome_number(&outcome, "connections_established") == 100);
    outcome_free(&outcome);
}

static void the_servers_cost_is_read(void **state)
{
    struct stub stub = stub_start(STUB_HTTP);
    char pid[16];

    (void)state;
    snprintf(pid, sizeof(pid), "%d", (int)stub.pid);
    struct outcome outcome =
        run_loadgen("http", stub.port, WORDS(SHORT, "--server-pid", pid));
    stub_stop(&stub);
    assert_good(&outcome, 1);
    assert_true(outcome_number(&outcome, "server.cpu_us_per_request") >= 0);
    assert_true(outcome_number(&outcome, "server.rss_peak_bytes") > 0);
    assert_true(outcome_number(&outcome, "total.cpu_us_per_request") >=
                outcome_number(&outcome, "client.cpu_us_per_request"));
    outcome_free(&outcome);
}

/* Each kind of wrong server: exit 1, its own error, a message that names the
 * address and says what was wrong. */
static void assert_bad(enum stub_manner manner, const char *kind,
                       const char *message)
{
    struct stub stub = stub_start(manner);
    char path[64];
    char authority[32];
    struct outcome outcome =
        run_loadgen("http", stub.port,
                    WORDS("--duration", "300ms", "--warmup", "0s", "-c", "4",
                          "--timeout", "100ms"));

    stub_stop(&stub);
    snprintf(path, sizeof(path), "errors.%s", kind);
    snprintf(authority, sizeof(authority), "127.0.0.1:%u", stub.port);
    if (outcome.status != 1)
        fail_msg("exit %d: %s", outcome.status, outcome.err);
    if (outcome_number(&outcome, path) < 1)
        fail_msg("no %s: %s", kind, outcome.err);
    assert_true(outcome_number(&outcome, "errors.total") >=
                outcome_number(&outcome, path));
    assert_non_null(strstr(outcome.err, authority));
    if (!strstr(outcome.err, message))
        fail_msg("'%s' is not in: %s", message, outcome.err);
    assert_string_equal(outcome_text(&outcome, "verdict"), "invalid");
    assert_true(outcome_has_reason(&outcome, kind));
    outcome_free(&outcome);
}

static void a_refused_connection_is_told(void **state)
{
    (void)state;
    assert_bad(STUB_REFUSES, "connect", "Connection refused");
}

static void a_mute_server_times_out(void **state)
{
    (void)state;
    assert_bad(STUB_MUTE, "timeout", "no whole reply within 100ms");
}

static void garbage_is_a_mismatch(void **state)
{
    (void)state;
    assert_bad(STUB_GARBAGE, "mismatch", "not HTTP/1.1");
}

static void surplus_bytes_are_an_error(void **state)
{
    (void)state;
    assert_bad(STUB_SURPLUS, "surplus", "1 bytes came that nobody asked for");
}

static void a_wrong_status_is_told(void **state)
{
    (void)state;
    assert_bad(STUB_STATUS, "bad_status", "status 404");
}

static void a_wrong_body_is_a_mismatch(void **state)
{
    (void)state;
    assert_bad(STUB_BODY, "mismatch", "body is not that of the first reply");
}

static void an_early_close_is_told(void **state)
{
    (void)state;
    assert_bad(STUB_EARLY, "closed_early", "closed with 1 requests unanswered");
}

static void a_reset_is_told(void **state)
{
    (void)state;
    assert_bad(STUB_RESET, "reset", "reset by peer");
}

/* It serves, then it is gone: the run ends at once and says so. */
static void a_dead_server_ends_the_run(void **state)
{
    struct outcome outcome = run(STUB_DIES, "http",
                                 WORDS("--duration", "10m", "--warmup", "0s",
                                       "-c", "4", "--timeout", "5s"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_true(outcome_number(&outcome, "connections_served") == 4);
    assert_true(outcome_number(&outcome, "requests") >= 90);
    /* Each is opened again once, and refused or reset. */
    assert_true(outcome_number(&outcome, "errors.total") >= 5);
    assert_true(outcome_number(&outcome, "duration_s") < 600);
    assert_non_null(strstr(outcome.err, "no connection is left"));
    outcome_free(&outcome);
}

static void starved_connections_are_shown(void **state)
{
    struct outcome outcome =
        run(STUB_ONE, "http", WORDS(SHORT, "-c", "16", "--strict"));

    (void)state;
    assert_true(outcome_number(&outcome, "connections_established") == 16);
    assert_true(outcome_number(&outcome, "connections_served") == 1);
    assert_true(outcome_number(&outcome, "errors.total") == 0);
    assert_true(outcome_number(&outcome, "unfinished") == 16);
    assert_true(outcome_number(&outcome, "unfinished_oldest_ns") >= 150e6);
    assert_true(outcome_number(&outcome, "jain_fairness") == 1.0 / 16);
    assert_true(outcome_has_reason(&outcome, "starved: 15 of 16"));
    outcome_free(&outcome);
}

static void starved_longer_than_the_timeout_is_a_timeout(void **state)
{
    struct outcome outcome =
        run(STUB_ONE, "http", WORDS(SHORT, "-c", "4", "--timeout", "50ms"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_true(outcome_number(&outcome, "errors.timeout") == 3);
    assert_true(outcome_has_reason(&outcome, "starved: 3 of 4"));
    outcome_free(&outcome);
}

/* Nobody accepts, and the backlog takes only 128 or so of them. */
static void connections_that_do_not_open_are_reported(void **state)
{
    unsigned port;
    int listen_fd = stub_listen(&port);
    struct outcome outcome =
        run_loadgen("http", port,
                    WORDS("--duration", "50ms", "--warmup", "0s", "-c", "140",
                          "--timeout", "200ms"));

    (void)state;
    close(listen_fd);
    assert_int_equal(outcome.status, 1);
    assert_true(outcome_number(&outcome, "errors.connect") >= 1);
    assert_true(outcome_number(&outcome, "errors.connect") +
                    outcome_number(&outcome, "connections_established") ==
                140);
    assert_true(outcome_has_reason(&outcome, "no connection within 200ms"));
    assert_true(outcome_has_reason(&outcome, "could not be opened"));
    outcome_free(&outcome);
}

static void strict_refuses_what_is_not_ok(void **state)
{
    struct outcome lax =
        run(STUB_HANGS, "http", WORDS("--duration", "400ms", "--warmup", "0s"));
    struct outcome strict =
        run(STUB_HANGS, "http",
            WORDS("--duration", "400ms", "--warmup", "0s", "--strict"));

    (void)state;
    assert_int_equal(lax.status, 0);
    assert_string_equal(outcome_text(&lax, "verdict"), "invalid");
    assert_true(outcome_has_reason(&lax, "the server hangs: nothing of"));
    assert_int_equal(strict.status, 1);
    assert_string_equal(outcome_text(&strict, "verdict"), "invalid");
    outcome_free(&lax);
    outcome_free(&strict);
}

/* Whatever the verdict is here. */
static void strict_agrees_with_the_verdict(void **state)
{
    struct stub stub = stub_start(STUB_HTTP);
    char pid[16];

    (void)state;
    snprintf(pid, sizeof(pid), "%d", (int)stub.pid);
    struct outcome outcome =
        run_loadgen("http", stub.port,
                    WORDS("--duration", "400ms", "--warmup", "0s", "-c", "8",
                          "--server-pid", pid, "--strict"));
    stub_stop(&stub);
    assert_true(outcome_number(&outcome, "errors.total") == 0);
    assert_int_equal(outcome.status,
                     strcmp(outcome_text(&outcome, "verdict"), "ok") != 0);
    outcome_free(&outcome);
}

static void a_mute_server_is_told_before_any_timeout(void **state)
{
    struct outcome outcome = run(STUB_MUTE, "http", WORDS(SHORT));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_non_null(strstr(outcome.err, "no reply came within the window"));
    assert_true(
        outcome_has_reason(&outcome, "no reply came within the window"));
    outcome_free(&outcome);
}

/* The CPU that all threads of `pid` but the first are pinned to, or -1. */
static int pinned_cpu(pid_t pid)
{
    static const char key[] = "Cpus_allowed_list:";
    char path[300];
    char line[256];
    int cpu = -1;
    const struct dirent *entry;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    while ((entry = readdir(tasks))) {
        if (entry->d_name[0] == '.' || strtol(entry->d_name, NULL, 10) == pid)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%.20s/status", (int)pid,
                 entry->d_name);
        FILE *file = fopen(path, "re");
        while (file && fgets(line, sizeof(line), file)) {
            if (strncmp(line, key, sizeof(key) - 1) == 0)
                cpu = (int)strtol(line + sizeof(key) - 1, NULL, 10);
        }
        if (file)
            fclose(file);
    }
    closedir(tasks);
    return cpu;
}

/* A connection that the generator has made proves that it is under way. */
static void threads_are_pinned(void **state)
{
    unsigned port;
    int listen_fd = stub_listen(&port);
    cpu_set_t allowed;
    char cpu[16];

    (void)state;
    assert_int_equal(cpus_allowed(&allowed), 0);
    int last = cpus_nth(&allowed, CPU_COUNT(&allowed) - 1);
    snprintf(cpu, sizeof(cpu), "%d", last);
    struct running running =
        start_loadgen("http", port, WORDS("--timeout", "1h", "--cpus", cpu));
    int fd = accept(listen_fd, NULL, NULL);
    assert_true(fd >= 0);
    assert_int_equal(pinned_cpu(running.pid), last);
    kill(running.pid, SIGTERM);
    struct outcome outcome = finish_loadgen(&running);
    close(fd);
    close(listen_fd);
    outcome_free(&outcome);
}

static void assert_stops_at(int signal, const char *message)
{
    unsigned port;
    int listen_fd = stub_listen(&port);
    struct running running = start_loadgen(
        "http", port, WORDS("--duration", "10m", "--timeout", "1h"));
    int fd = accept(listen_fd, NULL, NULL);

    assert_true(fd >= 0);
    assert_int_equal(kill(running.pid, signal), 0);
    struct outcome outcome = finish_loadgen(&running);
    close(fd);
    close(listen_fd);
    assert_null(outcome.record);
    assert_int_equal(outcome.status, 2);
    assert_non_null(strstr(outcome.err, message));
    outcome_free(&outcome);
}

static void signals_stop_it_without_a_record(void **state)
{
    (void)state;
    assert_stops_at(SIGINT, "stopped by SIGINT");
    assert_stops_at(SIGTERM, "stopped by SIGTERM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_is_driven),
        cmocka_unit_test(echo_is_driven),
        cmocka_unit_test(threads_share_the_connections),
        cmocka_unit_test(pipelined_requests_are_all_answered),
        cmocka_unit_test(large_messages_come_back_whole),
        cmocka_unit_test(large_bodies_are_posted_whole),
        cmocka_unit_test(replies_may_come_byte_by_byte),
        cmocka_unit_test(announced_ends_are_no_errors),
        cmocka_unit_test(the_soft_descriptor_limit_is_raised),
        cmocka_unit_test(the_servers_cost_is_read),
        cmocka_unit_test(a_refused_connection_is_told),
        cmocka_unit_test(a_mute_server_times_out),
        cmocka_unit_test(garbage_is_a_mismatch),
        cmocka_unit_test(surplus_bytes_are_an_error),
        cmocka_unit_test(a_wrong_status_is_told),
        cmocka_unit_test(a_wrong_body_is_a_mismatch),
        cmocka_unit_test(an_early_close_is_told),
        cmocka_unit_test(a_reset_is_told),
        cmocka_unit_test(a_dead_server_ends_the_run),
        cmocka_unit_test(starved_connections_are_shown),
        cmocka_unit_test(starved_longer_than_the_timeout_is_a_timeout),
        cmocka_unit_test(connections_that_do_not_open_are_reported),
        cmocka_unit_test(strict_refuses_what_is_not_ok),
        cmocka_unit_test(strict_agrees_with_the_verdict),
        cmocka_unit_test(a_mute_server_is_told_before_any_timeout),
        cmocka_unit_test(threads_are_pinned),
        cmocka_unit_test(signals_stop_it_without_a_record),
    };

    return run_with_each_engine(tests, LENGTH(tests));
}
