#include "loadgen/command.h"
#include "loadgen/hgrm.h"
#include "loadgen/load.h"
#include "loadgen/record.h"
#include "loadgen/schedule_print.h"
#include "loadgen/settings.h"
#include "loadgen/table.h"

#include "common/exits.h"
#include "common/msg.h"
#include "common/outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { JSON, HGRM, OUTPUTS };

struct run {
    struct command command;
    struct output output[OUTPUTS];
};

static int write_outputs(struct run *run, const struct result *result)
{
    struct output *json = &run->output[JSON];
    struct output *hgrm = &run->output[HGRM];
    int json_error = 0;
    int hgrm_error = 0;

    if (json->file)
        json_error = record_write(json->file, &run->command.settings, result);
    if (hgrm->file)
        hgrm_error = hgrm_write(hgrm->file, result->service);
    json_error = output_close(json, json_error);
    hgrm_error = output_close(hgrm, hgrm_error);
    return json_error ? json_error : hgrm_error;
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

static int report(struct run *run, const struct result *result)
{
    const struct settings *settings = &run->command.settings;
    bool stdout_taken = outputs_take_stdout(run->output, OUTPUTS);

    tell_errors(settings, result);
    if (result->requests == 0 && faults_total(&result->faults) == 0)
        msg_error("no reply came within the window, and %llu requests wait",
                  (unsigned long long)result->unfinished);
    table_print(stdout_taken ? stderr : stdout, settings, result);
    if (write_outputs(run, result) != 0)
        return EXIT_USAGE;
    if (fflush(stdout) != 0) {
        msg_error("cannot write to stdout: %s", strerror(errno));
        return EXIT_USAGE;
    }
    if (faults_total(&result->faults) > 0 || result->requests == 0)
        return EXIT_NO;
    if (run->command.strict && result->verdict.judgement != VERDICT_OK)
        return EXIT_NO;
    return EXIT_FINE;
}

static int drive(struct run *run)
{
    struct result result;
    int status = EXIT_USAGE;
    int error = load_run(&run->command.settings, &result);

    if (error) {
        msg_error("the run failed: %s", strerror(-error));
    } else if (result.interrupted) {
        msg_error("stopped by SIG%s before the end: nothing is reported",
                  sigabbrev_np(result.signal));
    } else {
        verdict_reach(&run->command.settings, &result);
        status = report(run, &result);
    }
    outputs_discard(run->output, OUTPUTS);
    load_free(&result);
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

int main(int argc, char **argv)
{
    struct run run = {0};

    msg_init(argv[0]);
    command_parse(&run.command, argc, argv);
    if (run.command.print_schedule)
        return print_schedule(&run.command.settings);
    run.output[JSON] =
        (struct output){.option = "--json", .path = run.command.json};
    run.output[HGRM] =
        (struct output){.option = "--hgrm", .path = run.command.hgrm};
    if (outputs_open(run.output, OUTPUTS) != 0)
        return EXIT_USAGE;
    return drive(&run);
}
