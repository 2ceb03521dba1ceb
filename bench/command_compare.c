#include "bench/commands.h"

#include "bench/baseline.h"
#include "bench/child.h"
#include "bench/compare/answer.h"
#include "bench/compare/compare.h"
#include "bench/compare/compare_folder.h"
#include "bench/compare/compare_publish.h"
#include "bench/compare/newest.h"
#include "bench/compare/sides.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum key { KEY_GATE = 256, KEY_ANYWAY, KEY_EFFECT };

/* What the command line says. */
struct request {
    struct words run; /* as given */
    struct answer answer;
    bool gate;
    bool anyway;
    double min_effect;
};

static const struct argp_option table[] = {
    {"gate", KEY_GATE, NULL, 0,
     "Exit 1 when anything that gates is slower, 3 when unclear", 0},
    {"anyway", KEY_ANYWAY, NULL, 0,
     "Let a baseline of another machine gate, too", 0},
    {"min-effect", KEY_EFFECT, "PERCENT", 0,
     "The least change that matters (default: 3%)", 0},
    ANSWER_OPTIONS,
    {0},
};

/* 0 or -1 after telling. */
static int add_word(struct words *words, const char *word)
{
    if (words_add(words, word, strlen(word)) == 0)
        return 0;
    msg_error("out of memory");
    return -1;
}

static int take(int key, const char *value, void *input)
{
    struct request *request = input;

    switch (key) {
    case OPTIONS_WORD:
        return add_word(&request->run, value);
    case KEY_EFFECT:
        return options_percent("--min-effect", value, &request->min_effect);
    case KEY_GATE:
        request->gate = true;
        return 0;
    case KEY_ANYWAY:
        request->anyway = true;
        return 0;
    default:
        answer_take(&request->answer, key, value);
        return 0;
    }
}

/* Adds the run's folder; refuses one that is there already. */
static int add_folder(const struct paths *paths, const char *name,
                      struct words *folder)
{
    char *path = paths_run(paths, name);
    int error = -1;

    if (path && words_have(folder, path))
        msg_error("%s is given twice; a run can't be compared with itself",
                  name);
    else if (path)
        error = add_word(folder, path);
    free(path);
    return error;
}

/* The folders of the runs to compare. 0 or -1 after telling. */
static int find_folders(const struct paths *paths, const struct words *run,
                        struct words *folder)
{
    int error = 0;

    if (run->n == 0)
        return newest_runs(paths, folder);
    if (run->n == 1) {
        msg_error("with what is %s to be compared? name two runs or more, or "
                  "none for the newest",
                  run->word[0]);
        return -1;
    }
    for (size_t i = 0; i < run->n && !error; i++)
        error = add_folder(paths, run->word[i], folder);
    return error;
}

static int exit_code(const struct request *request,
                     const struct comparison *comparison)
{
    if (comparison->cells == 0) {
        msg_error("nothing to compare: no cell has a right trial on two sides");
        return EXIT_USAGE;
    }
    if (!request->gate)
        return EXIT_FINE;
    if (comparison->verdict == CHANGE_SLOWER)
        return EXIT_NO;
    return comparison->verdict == CHANGE_UNCLEAR ? EXIT_UNCLEAR : EXIT_FINE;
}

/* Charts, report, and where they are. 0 or -1 after telling what failed. */
static int publish(const struct paths *paths, const struct sides *sides,
                   const struct comparison *comparison, FILE *to)
{
    char *folder = compare_folder(paths, &comparison->sides);
    int error = -1;

    if (folder)
        error =
            compare_publish(paths, sides->side, sides->n, comparison, folder);
    else
        msg_error("out of memory");
    if (!error)
        fprintf(to, "\nCharts: %s/plots/\nReport: %s/report.html\n", folder,
                folder);
    free(folder);
    return error;
}

/* Compares, writes and tells. Returns an exit code. */
static int compare(const struct paths *paths, struct request *request,
                   const struct sides *sides, struct comparison *comparison)
{
    if (compare_runs(sides->side, sides->n, sides->by_boot, request->min_effect,
                     comparison) != 0) {
        msg_error("out of memory");
        return EXIT_USAGE;
    }
    int error = answer_write(&request->answer, comparison);
    /* charts that can't be drawn are told; the table stands without them */
    (void)publish(paths, sides, comparison, answer_notes(&request->answer));
    error |= answer_verdict(&request->answer, comparison);
    if (error)
        return EXIT_USAGE;
    return exit_code(request, comparison);
}

/* Figures of another machine say nothing of the code. */
static bool may_gate(const struct request *request, const struct words *folder)
{
    return !request->gate || request->anyway ||
           baseline_check_gate(folder) == 0;
}

static int compare_folders(const struct paths *paths, struct request *request,
                           const struct words *folder)
{
    struct sides sides;
    struct comparison comparison;
    int code = EXIT_USAGE;

    if (sides_read(folder, &sides, &comparison) == 0 &&
        may_gate(request, folder) && answer_open(&request->answer) == 0)
        code = compare(paths, request, &sides, &comparison);
    comparison_free(&comparison);
    sides_free(&sides);
    return code;
}

int command_compare(const struct paths *paths, int argc, char **argv)
{
    static const struct options options = {
        .command = "compare",
        .table = table,
        .words = "[A B [C...]]",
        .about =
            "Compare runs cell by cell: the first is the base. A run is a "
            "folder, or a name in results/. Without any: the newest run of "
            "each of the two kernels seen last, else the two newest.",
        .take = take,
    };
    struct request request = {.min_effect = 0.03};
    struct words folder = {0};
    int code = EXIT_USAGE;

    options_parse(&options, argc, argv, &request);
    if (child_signals() != 0)
        msg_error("signals can't be set up: %s", strerror(errno));
    else if (find_folders(paths, &request.run, &folder) == 0)
        code = compare_folders(paths, &request, &folder);
    words_free(&folder);
    words_free(&request.run);
    return code;
}
