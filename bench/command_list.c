#include "bench/commands.h"

#include "bench/child.h"
#include "bench/runner/outcome.h"
#include "bench/runner/suite.h"
#include "common/clock.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"
#include "common/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint64_t limit_ns = 5 * NS_PER_S;

static int take_nothing(int key, const char *value, void *input)
{
    (void)key;
    (void)input;
    msg_error("list takes no '%s'", value);
    return -1;
}

/* Every server tells its own summary: "NAME<TAB>SUMMARY". One that does not is
 * listed all the same. */
static void list_server(const struct paths *paths, const char *name)
{
    char *program = NULL;
    char line[256] = "";
    int out_fd = memfd_create("summary", MFD_CLOEXEC);
    struct child child = {0};

    if (asprintf(&program, "%s/servers/%s", paths->programs, name) >= 0) {
        const char *const argv[] = {program, "--summary", NULL};
        const struct child_setup setup = {
            .argv = argv, .stdout_fd = out_fd, .stderr_fd = -1};
        if (child_start(&setup, &child) == 0)
            (void)child_wait(&child, -1, clock_ns() + limit_ns);
        child_kill(&child);
        outcome_last_line(out_fd, line, sizeof(line));
        free(program);
    }
    if (out_fd >= 0)
        close(out_fd);
    const char *tab = strchr(line, '\t');
    printf("  %-12s %s\n", name, tab ? tab + 1 : "(tells no summary)");
}

static int list_suite(const struct paths *paths, const char *name,
                      const struct words *servers)
{
    struct suite suite = {0};
    char *file = paths_suite_file(paths, name);
    int error = file ? suite_read(file, servers, &suite) : -1;

    if (!error)
        printf("  %-12s %s\n", name, suite.summary ? suite.summary : "");
    suite_free(&suite);
    free(file);
    return error;
}

int command_list(const struct paths *paths, int argc, char **argv)
{
    static const struct argp_option table[] = {{0}};
    static const struct options options = {
        .command = "list",
        .table = table,
        .about = "List models and suites with a line each.",
        .take = take_nothing,
    };
    struct words servers = {0};
    struct words suites = {0};
    int error;

    options_parse(&options, argc, argv, NULL);
    error = paths_servers(paths, &servers) || paths_suites(paths, &suites);
    if (!error) {
        printf("Models (build/servers/NAME):\n");
        for (size_t i = 0; i < servers.n; i++)
            list_server(paths, servers.word[i]);
        printf("\nSuites (make bench SUITE=NAME):\n");
        for (size_t i = 0; i < suites.n; i++)
            error |= list_suite(paths, suites.word[i], &servers);
    }
    words_free(&servers);
    words_free(&suites);
    return error || fflush(stdout) != 0 ? EXIT_USAGE : EXIT_FINE;
}
