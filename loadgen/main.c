#include "loadgen/command.h"
#include "loadgen/hgrm.h"
#include "loadgen/load.h"
#include "loadgen/record.h"
#include "loadgen/settings.h"
#include "loadgen/table.h"

#include "common/exits.h"
#include "common/msg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A file to write after the run, opened before it. */
struct output {
    const char *option;
    const char *path; /* NULL: not wanted */
    FILE *file;
};

struct run {
    struct command command;
    struct output json;
    struct output hgrm;
};

static int open_output(struct output *output)
{
    if (!output->path)
        return 0;
    output->file =
        strcmp(output->path, "-") == 0 ? stdout : fopen(output->path, "we");
    if (!output->file) {
        msg_error("%s: cannot write '%s': %s", output->option, output->path,
                  strerror(errno));
        return -1;
    }
    return 0;
}

static bool same_file(const struct output *a, const struct output *b)
{
    struct stat x;
    struct stat y;

    return a->file && b->file && fstat(fileno(a->file), &x) == 0 &&
           fstat(fileno(b->file), &y) == 0 && S_ISREG(x.st_mode) &&
           x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int open_outputs(struct run *run)
{
    if (open_output(&run->json) != 0 || open_output(&run->hgrm) != 0)
        return -1;
    if (run->json.file == stdout && run->hgrm.file == stdout) {
        msg_error("--hgrm: stdout is already taken by --json");
        return -1;
    }
    if (same_file(&run->json, &run->hgrm)) {
        msg_error("--hgrm: '%s' is the file of --json", run->hgrm.path);
        return -1;
    }
    return 0;
}

/* Closes what was written; `error` is what the writing returned. */
static int close_output(const struct output *output, int error)
{
    if (!output->file)
        return 0;
    if (output->file != stdout && fclose(output->file) != 0)
        error = -errno;
    if (error)
        msg_error("%s: cannot write '%s': %s", output->option, output->path,
                  strerror(-error));
    return error;
}

static int write_outputs(const struct run *run, const struct result *result)
{
    int json_error = 0;
    int hgrm_error = 0;

    if (run->json.file)
        json_error =
            record_write(run->json.file, &run->command.settings, result);
    if (run->hgrm.file)
        hgrm_error = hgrm_write(run->hgrm.file, result->service);
    json_error = close_output(&run->json, json_error);
    hgrm_error = close_output(&run->hgrm, hgrm_error);
    return json_error ? json_error : hgrm_error;
}

static void tell_errors(const struct settings *settings,
                        const struct result *result)
{
    for (int i = 0; i < FAULTS; i++) {
        if (result->faults.counts[i])
            msg_error("%s: %" PRIu64 " x %s, first: %s",
                      settings->target.authority, result->faults.counts[i],
                      fault_name((enum fault)i), result->faults.first[i]);
    }
    if (result->lost == settings->connections)
        msg_error("%s: no connection is left; the run ended early",
                  settings->target.authority);
}

static int report(const struct run *run, const struct result *result)
{
    const struct settings *settings = &run->command.settings;
    bool stdout_taken = run->json.file == stdout || run->hgrm.file == stdout;

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

static int drive(const struct run *run)
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
    load_free(&result);
    return status;
}

int main(int argc, char **argv)
{
    struct run run = {0};

    msg_init(argv[0]);
    command_parse(&run.command, argc, argv);
    run.json = (struct output){"--json", run.command.json, NULL};
    run.hgrm = (struct output){"--hgrm", run.command.hgrm, NULL};
    if (open_outputs(&run) != 0)
        return EXIT_USAGE;
    return drive(&run);
}
