/* The engines side by side: on the same server, each must count the same and
 * complain about the same. */
#include "common/test/test.h"

#include "loadgen/test/model.h"
#include "loadgen/test/stub.h"

#include "loadgen/engine.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void need_all_engines(void)
{
    const char *lacks;

    for (int i = 0; i < ENGINES; i++) {
        if (engines[i]->probe && engines[i]->probe(&lacks) != 0)
            skip();
    }
}

/* A busy machine may keep all from the CPUs for the whole of a window: that is
 * tried again. */
static struct outcome run_until_served(const char *scheme, unsigned port,
                                       const char *const *words)
{
    enum { TRIES = 20 };
    struct outcome outcome = run_loadgen(scheme, port, words);

    for (int i = 1; i < TRIES && outcome_number(&outcome, "requests") == 0 &&
                    outcome_number(&outcome, "errors.total") == 0;
         i++) {
        outcome_free(&outcome);
        outcome = run_loadgen(scheme, port, words);
    }
    return outcome;
}

/* Runs against a fresh stub with each engine. */
static void run_all(enum stub_manner manner, const char *scheme,
                    const char *const *words, struct outcome *outcomes)
{
    for (int i = 0; i < ENGINES; i++) {
        struct stub stub = stub_start(manner);
        loadgen_engine = engines[i]->name;
        outcomes[i] = run_until_served(scheme, stub.port, words);
        stub_stop(&stub);
    }
}

static void free_all(struct outcome *outcomes)
{
    for (int i = 0; i < ENGINES; i++)
        outcome_free(&outcomes[i]);
}

/* Every request that was sent is answered or waits, whole. */
static void assert_exact(const struct outcome *outcome, double request_bytes,
                         double reply_bytes)
{
    double requests = outcome_number(outcome, "requests");

    if (outcome->status != 0)
        fail_msg("exit %d: %s", outcome->status, outcome->err);
    assert_true(requests > 0);
    assert_true(outcome_number(outcome, "bytes_in") == reply_bytes * requests);
    assert_true(outcome_number(outcome, "bytes_out") ==
                request_bytes *
                    (requests + outcome_number(outcome, "unfinished")));
}

static void requests_and_bytes_are_exact(void **state)
{
    static const char *const pipelines[] = {"1", "7", "64"};
    struct outcome outcomes[ENGINES];

    (void)state;
    need_all_engines();
    for (size_t i = 0; i < LENGTH(pipelines); i++) {
        run_all(STUB_ECHO, "echo",
                WORDS("-c", "3", "--duration", "100ms", "--warmup", "0s",
                      "--payload", "99", "--pipeline", pipelines[i]),
                outcomes);
        for (int k = 0; k < ENGINES; k++)
            assert_exact(&outcomes[k], 99, 99);
        free_all(outcomes);
    }
}

/* The text that `err` gives as the first error of the kind, up to its end. */
static void first_error(const char *err, const char *kind, char *text,
                        size_t size)
{
    char mark[64];

    snprintf(mark, sizeof(mark), " x %s, first: ", kind);
    const char *at = strstr(err, mark);
    at = at ? at + strlen(mark) : "";
    snprintf(text, size, "%.*s", (int)strcspn(at, "\n"), at);
}

static void assert_same_errors(const struct outcome *a, const struct outcome *b)
{
    for (int fault = 0; fault < FAULTS; fault++) {
        const char *kind = fault_name((enum fault)fault);
        char path[64];
        char text_a[200];
        char text_b[200];
        snprintf(path, sizeof(path), "errors.%s", kind);
        if ((outcome_number(a, path) > 0) != (outcome_number(b, path) > 0))
            fail_msg("%s: %s\n%s", kind, a->err, b->err);
        first_error(a->err, kind, text_a, sizeof(text_a));
        first_error(b->err, kind, text_b, sizeof(text_b));
        assert_string_equal(text_a, text_b);
    }
}

/* Servers that do wrong, and how many right replies a connection has before:
 * what is being opened or asked at the end makes the only difference. */
static void wrong_servers_give_the_same_errors(void **state)
{
    static const struct {
        enum stub_manner manner;
        double right;
    } cases[] = {
        {STUB_REFUSES, 0}, {STUB_MUTE, 0}, {STUB_GARBAGE, 0}, {STUB_SURPLUS, 1},
        {STUB_STATUS, 0},  {STUB_BODY, 9}, {STUB_EARLY, 9},   {STUB_RESET, 9},
    };
    const double connections = 4;
    struct outcome outcomes[ENGINES];

    (void)state;
    need_all_engines();
    for (size_t i = 0; i < LENGTH(cases); i++) {
        bool mute = cases[i].manner == STUB_MUTE;
        /* Without a right reply none is opened again, and the run ends. */
        run_all(cases[i].manner, "http",
                WORDS("-c", "4", "--duration",
                      cases[i].right == 0 ? "1m" : "400ms", "--warmup", "0s",
                      "--timeout", mute ? "100ms" : "20s"),
                outcomes);
        for (int k = 0; k < ENGINES; k++) {
            double total = outcome_number(&outcomes[k], "errors.total");
            double requests = outcome_number(&outcomes[k], "requests");
            assert_int_equal(outcomes[k].status, 1);
            if (cases[i].right == 0) {
                assert_true(total == connections && requests == 0);
                continue;
            }
            assert_true(requests >= cases[i].right * total);
            assert_true(requests <= cases[i].right * (total + connections));
        }
        assert_same_errors(&outcomes[0], &outcomes[1]);
        free_all(outcomes);
    }
}

static void announced_ends_reopen(void **state)
{
    struct outcome outcomes[ENGINES];

    (void)state;
    need_all_engines();
    run_all(STUB_CLOSING, "http",
            WORDS("-c", "4", "--duration", "100ms", "--warmup", "0s"),
            outcomes);
    for (int k = 0; k < ENGINES; k++) {
        const struct outcome *outcome = &outcomes[k];
        double requests = outcome_number(outcome, "requests");
        double connects = outcome_number(outcome, "connections_opened");
        assert_int_equal(outcome->status, 0);
        assert_true(connects >= requests && connects <= requests + 4);
    }
    free_all(outcomes);
}

static double reply_bytes(const struct outcome *outcome)
{
    return outcome_number(outcome, "bytes_in") /
           outcome_number(outcome, "requests");
}

/* A fresh server for each engine; how long requests and replies are must come
 * out alike. */
static void compare_on_model(const char *name)
{
    double http_bytes = 0;

    for (int i = 0; i < ENGINES; i++) {
        const char *const *words =
            WORDS("-c", "4", "--duration", "100ms", "--warmup", "0s");
        loadgen_engine = engines[i]->name;
        struct model model = model_start(name, "echo");
        struct outcome echo = run_until_served("echo", model.port, words);
        model_stop(&model);
        assert_exact(&echo, 64, 64);
        outcome_free(&echo);
        model = model_start(name, "http");
        struct outcome http = run_until_served("http", model.port, words);
        model_stop(&model);
        if (i == 0)
            http_bytes = reply_bytes(&http);
        /* The port is in the Host field, and as long each time. */
        char head[100];
        int request = snprintf(head, sizeof(head),
                               "GET / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n",
                               model.port);
        assert_exact(&http, request, http_bytes);
        outcome_free(&http);
    }
}

static void every_model_is_driven_alike(void **state)
{
    const char *build = getenv("BUILD");
    const struct dirent *entry;
    char path[4096];

    (void)state;
    need_all_engines();
    snprintf(path, sizeof(path), "%s/servers", build ? build : "build");
    DIR *models = opendir(path);
    assert_non_null(models);
    while ((entry = readdir(models))) {
        if (entry->d_name[0] != '.')
            compare_on_model(entry->d_name);
    }
    closedir(models);
}

/* More than a submission queue and its buffers hold at once. */
static void many_connections_are_all_served(void **state)
{
    (void)state;
    need_all_engines();
    for (int i = 0; i < ENGINES; i++) {
        struct model model = model_start("epoll", "echo");
        loadgen_engine = engines[i]->name;
        struct outcome outcome = run_until_served(
            "echo", model.port,
            WORDS("-c", "1500", "--duration", "300ms", "--warmup", "0s",
                  "--pipeline", "3", "--threads", "2"));
        model_stop(&model);
        assert_exact(&outcome, 64, 64);
        assert_true(outcome_number(&outcome, "connections_established") ==
                    1500);
        outcome_free(&outcome);
    }
}

static void large_messages_are_driven_alike(void **state)
{
    struct outcome outcomes[ENGINES];

    (void)state;
    need_all_engines();
    run_all(STUB_ECHO, "echo",
            WORDS("-c", "2", "--duration", "300ms", "--payload", "1048576",
                  "--pipeline", "2"),
            outcomes);
    for (int i = 0; i < ENGINES; i++) {
        assert_int_equal(outcomes[i].status, 0);
        assert_true(outcome_number(&outcomes[i], "requests") > 0);
    }
    free_all(outcomes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_bytes_are_exact),
        cmocka_unit_test(wrong_servers_give_the_same_errors),
        cmocka_unit_test(announced_ends_reopen),
        cmocka_unit_test(every_model_is_driven_alike),
        cmocka_unit_test(many_connections_are_all_served),
        cmocka_unit_test(large_messages_are_driven_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
