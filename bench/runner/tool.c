#include "bench/runner/tool.h"

#include "bench/runner/wrk.h"
#include "common/clock.h"
#include "common/cost.h"
#include "common/cpus.h"
#include "common/exits.h"
#include "common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A connection that waits through the whole trial has starved, which is a
 * result, so the generator's own time-out comes only after it. */
static const uint64_t reply_limit_ns = 2 * NS_PER_S;
const uint64_t tool_interval_ns = 10 * NS_PER_MS;
/* What a busy machine may take beyond. */
static const uint64_t slack_ns = 10 * NS_PER_S;
/* What a disk does that is slow, but not broken. */
static const uint64_t slowest_bytes_per_s = 32 << 20;

/* Everything that was printed into a memory file, as a string to be freed. */
static char *contents(int fd)
{
    struct stat about;
    char *text;
    ssize_t n = 0;

    if (fstat(fd, &about) != 0 || !(text = malloc((size_t)about.st_size + 1)))
        return NULL;
    n = pread(fd, text, (size_t)about.st_size, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* Starts the command, which may use `out_fd` and the histogram by their
 * numbers, and sees it end, in `limit_ns` at most. */
static void run_command(const char *name, const struct words *command,
                        const struct placement *placement, int stdout_fd,
                        int out_fd, uint64_t limit_ns, struct tool_run *run,
                        struct child *child, struct outcome *outcome)
{
    const int inherit[] = {out_fd, run->hist_fd, run->hlog_fd};
    const struct child_setup setup = {
        .argv = (const char *const *)command->word,
        .cpus = &placement->client,
        .stdout_fd = stdout_fd,
        .stderr_fd = run->log_fd,
        .inherit = inherit,
        .inherits = run->hlog_fd < 0 ? 2 : 3,
    };
    int error = child_start(&setup, child);

    if (error == -ENOENT)
        outcome_set(outcome, OUTCOME_SKIPPED, "%s is not installed", name);
    else if (error)
        outcome_set(outcome, OUTCOME_FAILED, "%s: can't be started: %s", name,
                    strerror(-error));
    if (error)
        return;
    switch (child_wait(child, -1, clock_ns() + limit_ns)) {
    case CHILD_ENDED:
        run->cpu_ns = child->cpu_ns;
        return;
    case CHILD_INTERRUPT:
        outcome_set(outcome, OUTCOME_INTERRUPTED, "interrupted");
        break;
    case CHILD_LATE:
    case CHILD_READABLE:
        outcome_set(outcome, OUTCOME_FAILED, "%s did not end in time", name);
        break;
    }
    child_kill(child);
}

bool tool_saw_replies(const struct cell *cell, const json_t *result)
{
    const json_t *bytes = json_object_get(result, "body_bytes");

    return json_integer_value(json_object_get(result, "requests")) > 0 ||
           (cell_has_file(cell) && json_number_value(bytes) > 0);
}

/* What the result itself, or its absence, says of the trial. */
static void judge(const struct cell *cell, const struct tool_run *run,
                  const struct child *child, struct outcome *outcome)
{
    char line[300];
    char fate[80];
    const json_t *errors = json_object_get(run->result, "errors");
    json_int_t total = json_integer_value(json_object_get(errors, "total"));

    if (WIFEXITED(child->status) &&
        WEXITSTATUS(child->status) == EXIT_NOT_HERE) {
        outcome_set(outcome, OUTCOME_SKIPPED, "%s",
                    outcome_last_line(run->log_fd, line, sizeof(line)));
    } else if (!run->result) {
        outcome_last_line(run->log_fd, line, sizeof(line));
        outcome_set(
            outcome, OUTCOME_FAILED, "the generator gave no result: %s%s%s",
            child_fate(child, fate, sizeof(fate)), line[0] ? ": " : "", line);
    } else if (!WIFEXITED(child->status) || WEXITSTATUS(child->status) > 1) {
        outcome_set(outcome, OUTCOME_FAILED, "the generator failed: %s: %s",
                    child_fate(child, fate, sizeof(fate)),
                    outcome_last_line(run->log_fd, line, sizeof(line)));
    } else if (total > 0) {
        char *kinds = json_dumps(errors, JSON_COMPACT);
        outcome_set(outcome, OUTCOME_FAILED, "%lld errors: %s",
                    (long long)total, kinds ? kinds : "");
        free(kinds);
    } else if (!tool_saw_replies(cell, run->result)) {
        outcome_set(outcome, OUTCOME_FAILED, "no reply came within the window");
    }
}

/* A long reply takes its time, and connections share what there is. */
static uint64_t timeout_ns(const struct cell *cell)
{
    const struct settings *settings = &cell->section->settings;
    const uint64_t bytes =
        cell_count(cell, AXIS_FILE_BYTES) * cell_count(cell, AXIS_CONNECTIONS);

    return settings->warmup_ns + settings->duration_ns + reply_limit_ns +
           bytes * NS_PER_S / slowest_bytes_per_s;
}

/* What only some loads ask of the generator. */
static int add_special(const struct cell *cell, int hlog_fd,
                       struct words *command)
{
    int error = 0;

    if (cell_is_open(cell))
        error |= words_format(command, "--rate=%" PRIu64, cell->offered.per_s);
    if (!cell_is(cell, AXIS_REQUESTS_PER_CONNECTION, AXIS_NONE))
        error |= words_format(command, "--requests-per-connection=%s",
                              cell->axis[AXIS_REQUESTS_PER_CONNECTION]);
    if (!cell_is(cell, AXIS_IDLE, "0"))
        error |= words_format(command, "--idle=%s", cell->axis[AXIS_IDLE]);
    if (hlog_fd >= 0) {
        error |= words_format(command, "--hlog=/proc/self/fd/%d", hlog_fd);
        error |=
            words_format(command, "--interval=%" PRIu64 "ns", tool_interval_ns);
    }
    return error;
}

static int loadgen_command(const struct tool_paths *paths,
                           const struct tool_load *load, int out_fd,
                           const struct tool_run *run, struct words *command)
{
    const struct cell *cell = load->cell;
    const struct service *service = load->service;
    char cpus[256];
    char path[32] = "";
    int error = words_format(command, "%s/loadgen", paths->programs);

    cpus_format(cpus, sizeof(cpus), &load->placement->client);
    error |=
        words_format(command, "--connections=%s", cell->axis[AXIS_CONNECTIONS]);
    error |= words_format(command, "--pipeline=%s", cell->axis[AXIS_PIPELINE]);
    error |= words_format(command, "--payload=%s", cell->axis[AXIS_PAYLOAD]);
    error |= words_format(command, "--engine=%s", cell->axis[AXIS_ENGINE]);
    error |= words_format(command, "--duration=%" PRIu64 "ns",
                          cell->section->settings.duration_ns);
    error |= words_format(command, "--warmup=%" PRIu64 "ns",
                          cell->section->settings.warmup_ns);
    error |= words_format(command, "--timeout=%" PRIu64 "ns", timeout_ns(cell));
    error |= words_format(command, "--cpus=%s", cpus);
    error |= words_format(command, "--seed=%" PRIu64, load->seed);
    error |= words_format(command, "--server-pid=%d", (int)service->child.pid);
    error |= words_format(command, "--json=/proc/self/fd/%d", out_fd);
    error |= words_format(command, "--hgrm=/proc/self/fd/%d", run->hist_fd);
    error |= add_special(cell, run->hlog_fd, command);
    if (cell_is(cell, AXIS_PROTOCOL, "http"))
        cell_path(cell, path, sizeof(path));
    error |= words_format(command, "%s://%s:%s%s", cell->axis[AXIS_PROTOCOL],
                          service->address, service->port, path);
    return error;
}

static void run_loadgen(const struct words *command,
                        const struct tool_load *load, int out_fd,
                        struct tool_run *run, struct outcome *outcome)
{
    const struct cell *cell = load->cell;
    struct child child = {0};

    /* in open loop the last replies are awaited as long again */
    run_command("loadgen", command, load->placement, -1, out_fd,
                2 * timeout_ns(cell) + slack_ns, run, &child, outcome);
    if (outcome->status != OUTCOME_OK)
        return;
    char *json = contents(out_fd);
    run->result = json ? json_loads(json, 0, NULL) : NULL;
    free(json);
    judge(cell, run, &child, outcome);
}

static int wrk_command(const struct tool_paths *paths, const struct cell *cell,
                       const struct service *service, struct words *command)
{
    char path[32];
    int error = words_format(command, "wrk");

    error |= words_format(command, "--threads=1");
    error |=
        words_format(command, "--connections=%s", cell->axis[AXIS_CONNECTIONS]);
    error |= words_format(command, "--duration=%" PRIu64 "s",
                          cell->section->settings.duration_ns / NS_PER_S);
    error |= words_format(command, "--script=%s", paths->wrk_script);
    error |= words_format(command, "http://%s:%s%s", service->address,
                          service->port, cell_path(cell, path, sizeof(path)));
    error |= words_format(command, "--");
    error |= words_format(command, "%s", cell->axis[AXIS_PAYLOAD]);
    error |= words_format(command, "%s", cell->axis[AXIS_PIPELINE]);
    return error;
}

/* wrk knows nothing of the server's costs, so they are read around it. */
static void run_wrk(const struct words *command, const struct tool_load *load,
                    int out_fd, struct tool_run *run, struct outcome *outcome)
{
    const struct cell *cell = load->cell;
    struct child child = {0};
    struct cost before = {0};
    struct cost after = {0};
    const pid_t server = load->service->child.pid;
    int error = cost_of_tree_cpu(server, &before);

    run_command("wrk", command, load->placement, out_fd, out_fd,
                cell->section->settings.duration_ns + slack_ns, run, &child,
                outcome);
    if (outcome->status != OUTCOME_OK)
        return;
    if (!error)
        error = cost_of_tree(server, &after);
    if (error) {
        outcome_set(outcome, OUTCOME_FAILED, "the server's costs: %s",
                    strerror(-error));
        return;
    }
    struct cost between = cost_between(&before, &after);
    char *output = contents(out_fd);
    run->result =
        output ? wrk_result(output, cell, &between, run->cpu_ns) : NULL;
    free(output);
    judge(cell, run, &child, outcome);
}

void tool_run(const struct tool_paths *paths, const struct tool_load *load,
              struct tool_run *run, struct outcome *outcome)
{
    const bool wrk = cell_is(load->cell, AXIS_TOOL, "wrk");
    struct words command = {0};
    int out_fd = memfd_create("result", MFD_CLOEXEC);
    int error;

    *run = (struct tool_run){
        .hist_fd = memfd_create("histogram", MFD_CLOEXEC),
        .hlog_fd = load->intervals ? memfd_create("hlog", MFD_CLOEXEC) : -1,
        .log_fd = memfd_create("tool-log", MFD_CLOEXEC),
    };
    if (out_fd < 0 || run->hist_fd < 0 || run->log_fd < 0 ||
        (load->intervals && run->hlog_fd < 0))
        error = -errno;
    else if (wrk)
        error = wrk_command(paths, load->cell, load->service, &command);
    else
        error = loadgen_command(paths, load, out_fd, run, &command);
    if (error)
        outcome_set(outcome, OUTCOME_FAILED, "%s can't be prepared: %s",
                    load->cell->axis[AXIS_TOOL], strerror(-error));
    else if (wrk)
        run_wrk(&command, load, out_fd, run, outcome);
    else
        run_loadgen(&command, load, out_fd, run, outcome);
    words_free(&command);
    if (out_fd >= 0)
        close(out_fd);
}

void tool_close(struct tool_run *run)
{
    json_decref(run->result);
    run->result = NULL;
    if (run->hist_fd >= 0)
        close(run->hist_fd);
    if (run->hlog_fd >= 0)
        close(run->hlog_fd);
    if (run->log_fd >= 0)
        close(run->log_fd);
    run->hist_fd = run->hlog_fd = run->log_fd = -1;
}
