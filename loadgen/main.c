#include "loadgen/command.h"
#include "loadgen/load.h"
#include "loadgen/outputs/hgrm.h"
#include "loadgen/outputs/record.h"
#include "loadgen/outputs/table.h"
#include "loadgen/plan/find_rate.h"
#include "loadgen/plan/schedule_print.h"
#include "loadgen/settings.h"
#include "loadgen/watch.h"

#include "common/exits.h"
#include "common/msg.h"
#include "common/outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JSON, HGRM, HLOG, SERIES, OUTPUTS };

struct run {
    struct command command;
    struct output output[OUTPUTS];
    struct watch watch;
    struct found *found; /* by --find-rate; or NULL */
};

/* Writes what is told at the end, and closes all. 0, or -1 after telling. */
static int write_outputs(struct run *run, const struct result *result)
{
    const struct settings *settings = &run->command.settings;
    int error[OUTPUTS] = {
        [HLOG] = run->watch.hlog_error,
        [SERIES] = run->watch.series_error,
    };
    int failed = 0;

    if (run->output[JSON].file)
        error[JSON] =
            record_write(run->output[JSON].file, settings, result, run->found);
    if (run->output[HGRM].file)
        error[HGRM] = hgrm_write(run->output[HGRM].file,
                                 result->times.response ? result->times.response
                                                        : result->service);
    for (int i = 0; i < OUTPUTS; i++)
        failed |= output_close(&run->output[i], error[i]);
    return failed;
}

static void tell_errors(const struct settings *settings,
                        const struct result *result)
{
    for (int i = 0; i < FAULTS; i++) {
        if (result->faults.counts[i])
            msg_error("%s: %" PRIu64 " x %s, first: %s",
                      target_name(&settings->target), result->faults.counts[i],
                      fault_name((enum fault)i), result->faults.first[i]);
    }
    if (result->lost == settings->connections)
        msg_error("%s: no connection is left; the run ended early",
                  target_name(&settings->target));
}

/* What is for people goes there. */
static FILE *people(const struct run *run)
{
    return outputs_take_stdout(run->output, OUTPUTS) ? stderr : stdout;
}

static int report(struct run *run, const struct result *result)
{
    const struct settings *settings = &run->command.settings;

    tell_errors(settings, result);
    const bool nothing = result->requests == 0 && result->body_bytes == 0;
    if (nothing && faults_total(&result->faults) == 0)
        msg_error("no reply came within the window, and %llu requests wait",
                  (unsigned long long)result->unfinished);
    table_print(people(run), settings, result);
    if (write_outputs(run, result) != 0)
        return EXIT_USAGE;
    if (fflush(stdout) != 0) {
        msg_error("cannot write to stdout: %s", strerror(errno));
        return EXIT_USAGE;
    }
    if (faults_total(&result->faults) > 0 || nothing)
        return EXIT_NO;
    if (run->command.strict && result->verdict.judgement != VERDICT_OK)
        return EXIT_NO;
    return EXIT_FINE;
}

static int report_found(struct run *run, const struct result *result)
{
    char words[240];
    int status = found_exit(run->found, words, sizeof(words));

    if (!search_over(&run->found->search))
        tell_errors(&run->command.settings, result);
    fprintf(people(run), "# %s\n", words);
    if (write_outputs(run, result) != 0)
        return EXIT_USAGE;
    if (fflush(stdout) != 0) {
        msg_error("cannot write to stdout: %s", strerror(errno));
        return EXIT_USAGE;
    }
    return status == EXIT_FINE && run->command.strict &&
                   result->verdict.judgement != VERDICT_OK
               ? EXIT_NO
               : status;
}

static int measure(struct run *run, struct result *result)
{
    struct settings *settings = &run->command.settings;

    if (run->found)
        return find_rate(settings, &run->command.goal, people(run), run->found,
                         result);
    int error = load_run(settings, NULL, result);
    if (!error && !result->interrupted)
        verdict_reach(settings, result);
    return error;
}

static int drive(struct run *run)
{
    struct result result;
    int status = EXIT_USAGE;
    int error = measure(run, &result);

    if (error) {
        msg_error("the run failed: %s", strerror(-error));
    } else if (result.interrupted) {
        msg_error("stopped by SIG%s before the end: nothing is reported",
                  sigabbrev_np(result.signal));
    } else {
        status = run->found ? report_found(run, &result) : report(run, &result);
    }
    outputs_discard(run->output, OUTPUTS);
    result_free(&result);
    return status;
}

/* --print-schedule: what would be sent when. */
static int print_schedule(const struct settings *settings)
{
    int error = schedule_print(stdout, settings);

    if (error)
        msg_error("cannot write to stdout: %s", strerror(-error));
    return error ? EXIT_USAGE : EXIT_FINE;
}

static int open_outputs(struct run *run)
{
    const struct command *command = &run->command;
    struct output *output = run->output;

    output[JSON] = (struct output){.option = "--json", .path = command->json};
    output[HGRM] = (struct output){.option = "--hgrm", .path = command->hgrm};
    output[HLOG] = (struct output){.option = "--hlog", .path = command->hlog};
    output[SERIES] =
        (struct output){.option = "--series", .path = command->series};
    if (outputs_open(output, OUTPUTS) != 0)
        return -1;
    run->watch.hlog = output[HLOG].file;
    run->watch.series = output[SERIES].file;
    if (command->live && isatty(STDERR_FILENO))
        run->watch.live = stderr;
    run->command.settings.watcher = watch_begin(&run->watch);
    return 0;
}

int main(int argc, char **argv)
{
    struct run run = {0};

    msg_init(argv[0]);
    command_parse(&run.command, argc, argv);
    if (run.command.print_schedule)
        return print_schedule(&run.command.settings);
    if (open_outputs(&run) != 0)
        return EXIT_USAGE;
    if (run.command.goal.text) {
        run.found = calloc(1, sizeof(*run.found));
        if (!run.found) {
            msg_error("--find-rate: %s", strerror(ENOMEM));
            return EXIT_USAGE;
        }
    }
    int status = drive(&run);
    free(run.found);
    return status;
}
