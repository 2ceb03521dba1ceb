#include "bench/commands.h"

#include "bench/child.h"
#include "bench/runner/run.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"
#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum key {
    KEY_SUITE = 256,
    KEY_OUT,
    KEY_RESUME,
    KEY_SEED,
    KEY_LABEL,
    KEY_DURATION,
    KEY_REPEATS,
    KEY_DRY_RUN,
    KEY_NO_REPORT,
    KEY_AXIS, /* + axis */
};

/* What the command line says. */
struct request {
    const char *suite;
    const char *out;
    const char *resume;
    const char *label;
    bool has_seed;
    uint64_t seed;
    bool dry_run;
    bool no_report;
    struct narrowing narrowing;
};

static const struct argp_option table[] = {
    {"suite", KEY_SUITE, "NAME", 0,
     "A suite of bench/suites, or a file (default: quick)", 0},
    {"out", KEY_OUT, "DIR", 0,
     "The run's own folder (default: one below results/)", 0},
    {"resume", KEY_RESUME, "DIR", 0, "Go on with an interrupted run", 0},
    {"seed", KEY_SEED, "N", 0,
     "Of the trials' order and the generator's choices (default: random)", 0},
    {"label", KEY_LABEL, "TEXT", 0, "At the end of the folder's name", 0},
    {"servers", KEY_AXIS + AXIS_SERVER, "LIST", 0,
     "Narrow the suite to these models", 1},
    {"connections", KEY_AXIS + AXIS_CONNECTIONS, "LIST", 0,
     "Narrow it to these numbers of connections, or add them", 1},
    {"protocol", KEY_AXIS + AXIS_PROTOCOL, "LIST", 0,
     "Narrow it to echo or http", 1},
    {"tool", KEY_AXIS + AXIS_TOOL, "LIST", 0, "Narrow it to loadgen or wrk", 1},
    {"duration", KEY_DURATION, "D", 0, "Measured time of every trial", 1},
    {"repeats", KEY_REPEATS, "N", 0, "Trials of every cell", 1},
    {"dry-run", KEY_DRY_RUN, NULL, 0,
     "Print the cells and the time they will take, run nothing", 2},
    {"no-report", KEY_NO_REPORT, NULL, 0,
     "Leave out the tables, charts and report at the end", 2},
    {0},
};

static int take_label(struct request *request, const char *label)
{
    static const char *const allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";

    if (label[0] == '\0' || strlen(label) > 64 ||
        label[strspn(label, allowed)] != '\0') {
        msg_error("--label: '%s' is not 1 to 64 letters, digits, '.', '_', '+' "
                  "or '-'",
                  label);
        return -1;
    }
    request->label = label;
    return 0;
}

static int take(int key, const char *value, void *input)
{
    struct request *request = input;

    switch (key) {
    case OPTIONS_WORD:
        msg_error("run takes no '%s'; see --help", value);
        return -1;
    case KEY_SUITE:
        request->suite = value;
        return 0;
    case KEY_OUT:
        request->out = value;
        return 0;
    case KEY_RESUME:
        request->resume = value;
        return 0;
    case KEY_SEED:
        request->has_seed = true;
        return options_count("--seed", value, 0, INT64_MAX, &request->seed);
    case KEY_LABEL:
        return take_label(request, value);
    case KEY_DURATION:
        return options_duration("--duration", value, NS_PER_MS, 3600 * NS_PER_S,
                                &request->narrowing.duration_ns);
    case KEY_REPEATS:
        return options_count("--repeats", value, 1, 10000,
                             &request->narrowing.repeats);
    case KEY_DRY_RUN:
        request->dry_run = true;
        return 0;
    case KEY_NO_REPORT:
        request->no_report = true;
        return 0;
    default:
        request->narrowing.axis[key - KEY_AXIS] = value;
        return 0;
    }
}

static bool narrows(const struct narrowing *narrowing)
{
    bool any = narrowing->duration_ns || narrowing->repeats;

    for (enum axis axis = 0; axis < AXES; axis++)
        any = any || narrowing->axis[axis];
    return any;
}

static int dry_run(const struct run *run)
{
    char cell_text[100];
    char time[16];
    size_t calibrating = 0;

    for (size_t i = 0; i < run->plan.cells; i++) {
        const struct cell *cell = &run->plan.cell[i];
        printf("%-40s %3llu x %-8s [%s]%s\n",
               cell_describe(cell, cell_text, sizeof(cell_text)),
               (unsigned long long)cell->repeats,
               units_format_duration(time, sizeof(time),
                                     (double)plan_trial_ns(cell)),
               cell->section->name,
               cell->calibrates ? " first, to know what shares are of" : "");
        calibrating += cell->calibrates;
    }
    printf("%zu cells, %zu trials, about %.0f s, and up to %.0f s more for "
           "repeats of noisy trials\n",
           run->plan.cells - calibrating, run->plan.trials,
           (double)run_planned_ns(run) / 1e9,
           (double)run_planned_ns(run) * RUN_RETRY_SHARE / 1e9);
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE;
}

/* From a prepared request to an exit code. */
static int perform(const struct paths *paths, const struct request *request,
                   struct run *run)
{
    if (request->resume) {
        if (run_start_again(run, paths, request->resume) != 0)
            return EXIT_USAGE;
    } else {
        char *file = paths_suite_file(paths, request->suite);
        int error =
            file ? run_prepare(run, paths, file, &request->narrowing) : -1;
        free(file);
        if (error)
            return EXIT_USAGE;
        if (request->dry_run)
            return dry_run(run);
        if (run_start_new(run, paths->root, request->out, request->label) != 0)
            return EXIT_USAGE;
    }
    run->setup.suite = run->suite.name;
    if (run_trials(run) != 0)
        return EXIT_USAGE;
    if (!request->no_report) {
        int code = report_run(paths, run->dir.path, false, true);
        if (code != EXIT_FINE)
            return code;
    }
    return run->failed > 0 ? EXIT_NO : EXIT_FINE;
}

int command_run(const struct paths *paths, int argc, char **argv)
{
    static const struct options options = {
        .command = "run",
        .table = table,
        .about = "Measure all combinations that a suite names, in random "
                 "order, and keep every trial.\vExit status: 0 all trials are "
                 "right, 1 some failed, 2 wrong usage or interrupted (go on "
                 "with --resume).",
        .take = take,
    };
    struct request request = {.suite = "quick"};
    struct run run = RUN_EMPTY;
    int code;

    options_parse(&options, argc, argv, &request);
    if (request.resume &&
        (narrows(&request.narrowing) || request.out || request.has_seed ||
         request.label || request.dry_run)) {
        msg_error("--resume goes on with a run as it was begun; it takes no "
                  "other option but --no-report");
        return EXIT_USAGE;
    }
    if (!request.has_seed &&
        getrandom(&request.seed, sizeof(uint32_t), 0) != sizeof(uint32_t)) {
        msg_error("no random seed to be had: %s", strerror(errno));
        return EXIT_USAGE;
    }
    if (child_signals() != 0) {
        msg_error("signals can't be set up: %s", strerror(errno));
        return EXIT_USAGE;
    }
    code = run_set_up(&run, paths, request.seed) == 0
               ? perform(paths, &request, &run)
               : EXIT_USAGE;
    run_free(&run);
    return code;
}
