#include "bench/commands.h"

#include "bench/child.h"
#include "bench/compare/answer.h"
#include "bench/compare/compare_publish.h"
#include "bench/files.h"
#include "bench/regress/base_tree.h"
#include "bench/regress/regress.h"
#include "bench/regress/slices.h"
#include "bench/regress/trees.h"
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

struct request {
    const char *base;
    const char *suite;
    const char *out;
    bool has_seed;
    uint64_t seed;
    uint64_t budget_ns;
    double min_effect[METRICS];
    struct narrowing narrowing;
    struct answer answer;
};

enum key {
    KEY_BASE = 256,
    KEY_SUITE,
    KEY_BUDGET,
    KEY_SERVERS,
    KEY_MIN_EFFECT,
    KEY_SEED,
    KEY_OUT,
};

static const struct argp_option table[] = {
    {"base", KEY_BASE, "REV|DIR", 0,
     "What to measure against: a revision, built in a worktree of its own, or "
     "another checkout",
     0},
    {"suite", KEY_SUITE, "NAME", 0,
     "A suite of bench/suites, or a file (default: regress)", 0},
    {"budget", KEY_BUDGET, "D", 0,
     "Measure for this long at most (default: 5m)", 0},
    {"servers", KEY_SERVERS, "LIST", 0, "Narrow the suite to these models", 0},
    {"min-effect", KEY_MIN_EFFECT, "PERCENT", 0,
     "The least change that matters (default: 1% of total CPU per request, 3% "
     "of requests per second)",
     0},
    {"seed", KEY_SEED, "N", 0, "Of the order of slices (default: random)", 0},
    {"out", KEY_OUT, "DIR", 0,
     "The folder for the figures (default: one below results/)", 0},
    ANSWER_OPTIONS,
    {0},
};

/* One percentage for all metrics. */
static int take_min_effect(struct request *request, const char *value)
{
    double share;

    if (options_percent("--min-effect", value, &share) != 0)
        return -1;
    for (int metric = 0; metric < METRICS; metric++)
        request->min_effect[metric] = share;
    return 0;
}

static int take(int key, const char *value, void *input)
{
    struct request *request = input;

    switch (key) {
    case OPTIONS_WORD:
        msg_error("regress takes no '%s'; see --help", value);
        return -1;
    case KEY_BASE:
        request->base = value;
        return 0;
    case KEY_SUITE:
        request->suite = value;
        return 0;
    case KEY_OUT:
        request->out = value;
        return 0;
    case KEY_SERVERS:
        request->narrowing.axis[AXIS_SERVER] = value;
        return 0;
    case KEY_MIN_EFFECT:
        return take_min_effect(request, value);
    case KEY_SEED:
        request->has_seed = true;
        return options_count("--seed", value, 0, INT64_MAX, &request->seed);
    case KEY_BUDGET:
        return options_duration("--budget", value, NS_PER_S,
                                UINT64_C(24) * 3600 * NS_PER_S,
                                &request->budget_ns);
    default:
        answer_take(&request->answer, key, value);
        return 0;
    }
}

static FILE *open_slices(const struct run *run)
{
    char *path = run_dir_file(run->dir.path, "slices.tsv");
    FILE *file = path ? fopen(path, "wxe") : NULL;

    if (!file)
        msg_error("%s: can't be written: %s", path ? path : "slices.tsv",
                  strerror(errno));
    else
        slices_write_header(file);
    free(path);
    return file;
}

static enum regress_end measure(const struct request *request,
                                const struct run *run,
                                const struct base_tree *base,
                                struct comparison *comparison)
{
    struct docroot docroot;
    char *copies[DUEL_SIDES] = {run_dir_file(run->dir.path, "base"),
                                run_dir_file(run->dir.path, "this")};
    struct regress_setup setup = {
        .duel = {.tools = run->setup.paths,
                 .programs = {base->programs, run->setup.paths.programs},
                 .copies = {copies[0], copies[1]},
                 .docroot = &docroot},
        .seed = request->seed,
        .budget_ns = request->budget_ns,
        .slices = open_slices(run),
    };
    enum regress_end end = REGRESS_FAILED;

    memcpy(setup.min_effect, request->min_effect, sizeof(setup.min_effect));
    if (docroot_make(&docroot, run->dir.path, &run->plan, request->seed) == 0 &&
        setup.slices && copies[0] && copies[1])
        end = regress_run(&setup, &run->plan, comparison);
    docroot_remove(&docroot);
    if (setup.slices)
        fclose(setup.slices);
    free(copies[0]);
    free(copies[1]);
    if (end == REGRESS_INTERRUPTED)
        msg_error("interrupted; the slices so far are in %s", run->dir.path);
    return end;
}

static int exit_code(enum regress_end end, const struct comparison *comparison)
{
    if (comparison->verdict == CHANGE_SLOWER)
        return EXIT_NO;
    if (end == REGRESS_GAVE_UP || comparison->cells == 0)
        return EXIT_USAGE;
    return comparison->verdict == CHANGE_UNCLEAR ? EXIT_UNCLEAR : EXIT_FINE;
}

static int write_json(const void *comparison, FILE *to)
{
    return comparison_write_json(comparison, to);
}

/* Tells what was found. Returns an exit code; charts that can't be drawn are
 * told, and change no verdict. */
static int tell(const struct paths *paths, struct request *request,
                const struct run *run, enum regress_end end,
                const struct comparison *comparison)
{
    const struct summary side[DUEL_SIDES] = {{.meta = run->meta},
                                             {.meta = run->meta}};
    int error = answer_write(&request->answer, comparison);

    if (files_write(run->dir.path, "comparison.json", write_json, comparison) !=
        0)
        error = -1;
    if (compare_publish(paths, side, DUEL_SIDES, comparison, run->dir.path) ==
        0)
        fprintf(answer_notes(&request->answer),
                "\nCharts: %s/plots/\nReport: %s/report.html\n", run->dir.path,
                run->dir.path);
    error |= answer_verdict(&request->answer, comparison);
    return error ? EXIT_USAGE : exit_code(end, comparison);
}

/* meta.json says what it was measured against. 0, or -1 after telling. */
static int record_base(struct run *run, const struct request *request,
                       const struct base_tree *base)
{
    int error = json_object_set_new(
        run->meta, "base",
        json_pack("{s:s, s:s, s:f}", "name", base->name, "path", base->path,
                  "budget_s", (double)request->budget_ns / (double)NS_PER_S));

    if (!error)
        error = run_dir_write_meta(&run->dir, run->meta);
    if (error)
        msg_error("%s: meta.json can't be written", run->dir.path);
    return error;
}

/* From a prepared suite and a built base to an exit code. */
static int compare(const struct paths *paths, struct request *request,
                   struct run *run, const struct base_tree *base)
{
    struct comparison comparison = {0};
    enum regress_end end = REGRESS_FAILED;
    int code = EXIT_USAGE;

    if (trees_introduce(run, base, &comparison) == 0 &&
        record_base(run, request, base) == 0)
        end = measure(request, run, base, &comparison);
    else
        run_dir_drop(&run->dir);
    if (end == REGRESS_DONE || end == REGRESS_GAVE_UP)
        code = tell(paths, request, run, end, &comparison);
    comparison_free(&comparison);
    return code;
}

/* The names of the plan's servers. */
static int list_servers(const struct plan *plan, struct words *servers)
{
    int error = 0;

    for (size_t i = 0; i < plan->cells && !error; i++) {
        const char *server = plan->cell[i].axis[AXIS_SERVER];
        if (!words_have(servers, server))
            error = words_add(servers, server, strlen(server));
    }
    if (error)
        msg_error("out of memory");
    return error;
}

/* Of a rate, both sides would answer as many requests as are sent, unless one is
 * far too slow. 0, or -1 after telling. */
static int check_closed(const struct run *run)
{
    for (size_t i = 0; i < run->plan.cells; i++) {
        const struct section *section = run->plan.cell[i].section;
        if (!cell_is_open(&run->plan.cell[i]))
            continue;
        msg_error("%s:%u: [%s]: regress measures in closed loop and takes no "
                  "rate; name another suite",
                  run->suite.path, section->line, section->name);
        return -1;
    }
    return 0;
}

static int perform(const struct paths *paths, struct request *request,
                   struct run *run, struct base_tree *base)
{
    struct words servers = {0};
    char *file = paths_suite_file(paths, request->suite);
    int code = EXIT_USAGE;

    if (file && run_prepare(run, paths, file, &request->narrowing) == 0 &&
        check_closed(run) == 0 && answer_open(&request->answer) == 0 &&
        list_servers(&run->plan, &servers) == 0 &&
        run_make_folder(run, paths->root, request->out, "regress") == 0) {
        if (base_tree_open(paths, request->base, &servers, base) == 0)
            code = compare(paths, request, run, base);
        else
            run_dir_drop(&run->dir);
    }
    words_free(&servers);
    free(file);
    return code;
}

/* 0, or -1 after telling. */
static int check(struct request *request)
{
    if (!request->base) {
        msg_error("against what? name it with --base REV, as --base HEAD~1");
        return -1;
    }
    if (!request->has_seed &&
        getrandom(&request->seed, sizeof(uint32_t), 0) != sizeof(uint32_t)) {
        msg_error("no random seed to be had: %s", strerror(errno));
        return -1;
    }
    if (child_signals() != 0) {
        msg_error("signals can't be set up: %s", strerror(errno));
        return -1;
    }
    return 0;
}

int command_regress(const struct paths *paths, int argc, char **argv)
{
    static const struct options options = {
        .command = "regress",
        .table = table,
        .about =
            "Measure this tree's servers against those of another revision, in "
            "short slices in turn, until every cell is decided.\vExit status: "
            "0 none is slower, 1 something is, 2 it could not be measured, 3 "
            "it could not be told.",
        .take = take,
    };
    struct request request = {
        .suite = "regress",
        .budget_ns = 300 * NS_PER_S,
        .min_effect = {[METRIC_REQUESTS_PER_S] = 0.03,
                       [METRIC_TOTAL_CPU_US] = 0.01,
                       [METRIC_SERVER_CPU_US] = 0.01,
                       [METRIC_CLIENT_CPU_US] = 0.01,
                       [METRIC_P50_NS] = 0.03,
                       [METRIC_P99_NS] = 0.03,
                       [METRIC_RESPONSE_P50_NS] = 0.03,
                       [METRIC_RESPONSE_P99_NS] = 0.03,
                       [METRIC_CONNECT_P50_NS] = 0.03,
                       [METRIC_CONNECT_P99_NS] = 0.03,
                       [METRIC_BYTES_PER_S] = 0.03,
                       [METRIC_TOTAL_CPU_GIB] = 0.01,
                       [METRIC_SERVER_CPU_GIB] = 0.01,
                       [METRIC_CLIENT_CPU_GIB] = 0.01},
    };
    struct run run = RUN_EMPTY;
    struct base_tree base = BASE_TREE_NONE;
    int code = EXIT_USAGE;

    options_parse(&options, argc, argv, &request);
    if (check(&request) == 0 && run_set_up(&run, paths, request.seed) == 0)
        code = perform(paths, &request, &run, &base);
    base_tree_close(&base);
    run_free(&run);
    return code;
}
