#include "bench/commands.h"

#include "bench/baseline.h"
#include "bench/compare/fingerprint.h"
#include "bench/report/tables.h"
#include "bench/runner/run_dir.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WORDS = 3 };

struct request {
    const char *word[WORDS];
    size_t words;
};

/* What is told of a baseline; points into its summary. */
struct facts {
    const char *started; /* its first trial */
    const char *kernel;
    const char *host;
    const char *cpu;
    const char *suite;
    size_t cells;
    unsigned trials;
    double kib;
};

static const char *text_or_dash(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && *text ? text : "-";
}

static const char *first_start(const json_t *trials)
{
    const char *first = "-";
    size_t i;
    const json_t *record;

    json_array_foreach(trials, i, record)
    {
        const char *started =
            json_string_value(json_object_get(record, "started"));
        if (started && (*first == '-' || strcmp(started, first) < 0))
            first = started;
    }
    return first;
}

static struct facts facts_of(const struct summary *summary, const char *folder)
{
    const json_t *machine = json_object_get(summary->meta, "machine");
    const json_t *cpu = json_object_get(machine, "cpu");
    const char *kernel = fingerprint_kernel(summary->meta);
    struct facts facts = {
        .started = first_start(summary->trials),
        .kernel = *kernel ? kernel : "-",
        .host = text_or_dash(json_object_get(machine, "host")),
        .cpu = text_or_dash(json_object_get(cpu, "model")),
        .suite = text_or_dash(json_object_get(summary->meta, "suite")),
        .cells = summary->cells,
        .kib = baseline_kib(folder),
    };

    for (size_t i = 0; i < summary->cells; i++)
        facts.trials += summary->cell[i].ok;
    return facts;
}

static void print_row(const char *name, const struct facts *facts)
{
    printf("%-20s %-10.10s %-18s %-12s %-12s %6zu %6u %6.0f  %s\n", name,
           facts->started, facts->kernel, facts->host, facts->suite,
           facts->cells, facts->trials, facts->kib, facts->cpu);
}

/* 0, also for a damaged one, which is listed with the reason; -1 after telling
 * what else is wrong. */
static int list_one(const struct paths *paths, const char *name)
{
    char *folder = baseline_folder(paths, name);
    struct words faults = {0};
    struct summary summary = {0};
    int error = folder ? 0 : -1;

    if (!error) {
        json_decref(run_dir_scan_meta(folder, &faults));
        json_decref(run_dir_scan_trials(folder, &faults, NULL));
    }
    if (!error && faults.n == 0)
        error = summary_read(folder, &summary);
    if (!error && faults.n == 0 && summary.cells > 0) {
        const struct facts facts = facts_of(&summary, folder);
        print_row(name, &facts);
    } else if (!error) {
        printf("%-20s damaged: %s\n", name,
               faults.n ? faults.word[0] : "no finished trial in it");
    }
    words_free(&faults);
    summary_free(&summary);
    free(folder);
    return error;
}

static int list(const struct paths *paths, const struct request *request)
{
    struct words names = {0};
    int error = baseline_names(paths, &names);

    (void)request;
    if (!error && names.n == 0)
        printf("No baselines yet; save one with: %s baseline save NAME\n",
               msg_program());
    else if (!error)
        printf("%-20s %-10s %-18s %-12s %-12s %6s %6s %6s  %s\n", "name",
               "date", "kernel", "host", "suite", "cells", "trials", "KiB",
               "CPU");
    for (size_t i = 0; i < names.n && !error; i++)
        error = list_one(paths, names.word[i]);
    words_free(&names);
    return error;
}

static void print_facts(const char *folder, const struct facts *facts)
{
    printf("folder  %s\ndate    %s\nkernel  %s\nhost    %s\nCPU     %s\n"
           "suite   %s\ncells   %zu\ntrials  %u\nKiB     %.0f\n",
           folder, facts->started, facts->kernel, facts->host, facts->cpu,
           facts->suite, facts->cells, facts->trials, facts->kib);
}

static int show(const struct paths *paths, const struct request *request)
{
    char *folder = baseline_folder(paths, request->word[1]);
    struct summary summary = {0};
    int error = folder ? summary_read(folder, &summary) : -1;

    if (!error && summary.cells == 0) {
        msg_error("%s: holds no finished trial", folder);
        error = -1;
    }
    if (!error) {
        const struct facts facts = facts_of(&summary, folder);
        print_facts(folder, &facts);
        tables_print(&summary, stdout);
    }
    summary_free(&summary);
    free(folder);
    return error;
}

static int save(const struct paths *paths, const struct request *request)
{
    char *run = paths_run(paths, request->word[2]);
    int error = run ? 0 : -1;

    /* a limit on files is an error to be told, not the end */
    if (!error && signal(SIGXFSZ, SIG_IGN) == SIG_ERR) {
        msg_error("signals can't be set up: %s", strerror(errno));
        error = -1;
    }
    if (!error)
        error = baseline_save(paths, run, request->word[1]);
    if (!error)
        printf("Baseline: %s/results/baselines/%s\n", paths->root,
               request->word[1]);
    free(run);
    return error;
}

static const struct {
    const char *name;
    size_t least; /* words, its own included */
    size_t most;
    const char *usage;
    int (*act)(const struct paths *, const struct request *);
} actions[] = {
    {"save", 2, 3, "save NAME [RUN]", save},
    {"list", 1, 1, "list", list},
    {"show", 2, 2, "show NAME", show},
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static int take(int key, const char *value, void *input)
{
    struct request *request = input;

    (void)key;
    if (request->words == WORDS) {
        msg_error("baseline %s takes no '%s'", request->word[0], value);
        return -1;
    }
    request->word[request->words++] = value;
    return 0;
}

/* The index of the action, or -1 after telling what is wrong. */
static int action_of(const struct request *request)
{
    const char *names[ACTIONS];
    int i;

    for (i = 0; i < ACTIONS; i++)
        names[i] = actions[i].name;
    if (request->words == 0) {
        msg_error("baseline what? save NAME [RUN], list or show NAME");
        return -1;
    }
    i = options_choice("baseline", request->word[0], names, ACTIONS);
    if (i >= 0 && (request->words < actions[i].least ||
                   request->words > actions[i].most)) {
        msg_error("the command is: baseline %s", actions[i].usage);
        return -1;
    }
    return i;
}

int command_baseline(const struct paths *paths, int argc, char **argv)
{
    static const struct argp_option table[] = {{0}};
    static const struct options options = {
        .command = "baseline",
        .table = table,
        .words = "save NAME [RUN] | list | show NAME",
        .about = "Keep a run (default: the last one) in results/baselines/, "
                 "small enough to commit, to compare later runs with; list "
                 "what is kept; show one.",
        .take = take,
    };
    struct request request = {0};
    int action;

    options_parse(&options, argc, argv, &request);
    action = action_of(&request);
    if (action < 0 || actions[action].act(paths, &request) != 0)
        return EXIT_USAGE;
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE;
}
