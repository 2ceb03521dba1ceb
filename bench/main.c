/* muxbench: the runner. Each command is a file of its own. */
#include "bench/commands.h"

#include "common/exits.h"
#include "common/msg.h"
#include "common/nearest.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *summary;
    int (*run)(const struct paths *, int, char **);
} commands[] = {
    {"run", "measure a suite", command_run},
    {"regress", "is this tree slower than a revision?", command_regress},
    {"report", "redraw tables, charts and report of a run", command_report},
    {"compare", "set runs side by side: table, charts, verdict",
     command_compare},
    {"baseline", "keep a run to compare later ones with", command_baseline},
    {"list", "models and suites with a line each", command_list},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int print_help(void)
{
    printf("Usage: muxbench COMMAND [OPTION...]\n"
           "What does each way of doing I/O cost, on this kernel, on this "
           "machine?\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].summary);
    printf("\nEach has a --help of its own; the manual is muxbench(1).\n");
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE;
}

static int unknown(const char *word)
{
    const char *known[COMMANDS];
    char phrase[96];

    for (size_t i = 0; i < COMMANDS; i++)
        known[i] = commands[i].name;
    msg_error("unknown command '%s'%s; see --help", word,
              nearest_phrase(phrase, sizeof(phrase), word, known, COMMANDS));
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct paths paths;
    int code = -1;

    msg_init(argv[0]);
    if (argc < 2) {
        msg_error("which command? see --help");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0) {
        printf("muxbench (muxbench) %s\n", MUXBENCH_VERSION);
        return EXIT_FINE;
    }
    if (paths_find(&paths) != 0)
        return EXIT_USAGE;
    for (size_t i = 0; i < COMMANDS && code < 0; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            code = commands[i].run(&paths, argc - 1, argv + 1);
    }
    paths_free(&paths);
    return code < 0 ? unknown(argv[1]) : code;
}
