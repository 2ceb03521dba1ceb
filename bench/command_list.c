#include "bench/commands.h"

#include "bench/suite.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int take_nothing(int key, const char *value, void *input)
{
    (void)key;
    (void)input;
    msg_error("list takes no '%s'", value);
    return -1;
}

/* Every server tells its own summary: "NAME<TAB>SUMMARY". */
static void list_server(const struct paths *paths, const char *name)
{
    char *command;
    char line[256] = "";
    FILE *pipe;

    if (asprintf(&command, "'%s/servers/%s' --summary", paths->programs, name) <
        0)
        return;
    pipe = popen(command, "re"); // NOLINT(cert-env33-c): our own program
    free(command);
    if (!pipe)
        return;
    if (!fgets(line, sizeof(line), pipe))
        line[0] = '\0';
    pclose(pipe);
    const char *tab = strchr(line, '\t');
    line[strcspn(line, "\n")] = '\0';
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
