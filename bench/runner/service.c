#include "bench/runner/service.h"

#include "common/clock.h"
#include "common/cpus.h"
#include "common/exits.h"
#include "common/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t ready_limit_ns = 5 * NS_PER_S;
/* The servers promise 3 s; the rest is for a busy machine. */
static const uint64_t stop_limit_ns = 4 * NS_PER_S;

/* Ended before it was ready: why, in its own words if it has any. */
static void tell_early_end(struct service *service, const char *what,
                           struct outcome *outcome)
{
    char fate[80];
    char line[300];
    int status = service->child.status;

    outcome_last_line(service->log_fd, line, sizeof(line));
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_HERE)
        outcome_set(outcome, OUTCOME_SKIPPED, "%s", line);
    else
        outcome_set(outcome, OUTCOME_FAILED, "the server ended %s: %s%s%s",
                    what, child_fate(&service->child, fate, sizeof(fate)),
                    line[0] ? ": " : "", line);
}

/* Reads what is there of the ready line; 1 when it is whole, 0 when more must
 * come, -1 when it is none or output has ended. */
static int read_ready(int fd, char *line, size_t size, size_t *have)
{
    ssize_t n = read(fd, line + *have, size - 1 - *have);

    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    *have += (size_t)n;
    line[*have] = '\0';
    if (strchr(line, '\n'))
        return 1;
    return *have < size - 1 ? 0 : -1;
}

static void await_ready(struct service *service, int fd,
                        struct outcome *outcome)
{
    const uint64_t deadline_ns = clock_ns() + ready_limit_ns;
    char line[200] = "";
    size_t have = 0;
    int whole = 0;

    while (whole == 0 && outcome->status == OUTCOME_OK) {
        switch (child_wait(&service->child, fd, deadline_ns)) {
        case CHILD_ENDED:
            tell_early_end(service, "before it was ready", outcome);
            break;
        case CHILD_LATE:
            outcome_set(outcome, OUTCOME_FAILED,
                        "the server was not ready within 5 s");
            break;
        case CHILD_READABLE:
            whole = read_ready(fd, line, sizeof(line), &have);
            break;
        case CHILD_INTERRUPT:
            outcome_set(outcome, OUTCOME_INTERRUPTED, "interrupted");
            break;
        }
        if (whole < 0) {
            /* end of output: wait for its end, which tells more */
            fd = -1;
            whole = 0;
        }
    }
    if (outcome->status == OUTCOME_OK &&
        sscanf(line, "ready %*s %63s %7s", service->address, service->port) !=
            2)
        outcome_set(outcome, OUTCOME_FAILED,
                    "the server's first line is no ready line: %.100s", line);
}

static int server_command(const char *programs, const char *root,
                          const struct cell *cell,
                          const struct placement *placement,
                          struct words *command)
{
    char cpus[256];
    int error = words_format(command, "%s/servers/%s", programs,
                             cell->axis[AXIS_SERVER]);

    cpus_format(cpus, sizeof(cpus), &placement->server);
    error |= words_format(command, "--port=0");
    error |= words_format(command, "--protocol=%s", cell->axis[AXIS_PROTOCOL]);
    error |= words_format(command, "--cpus=%s", cpus);
    if (!cell_is(cell, AXIS_WORKERS, AXIS_AUTO))
        error |=
            words_format(command, "--workers=%s", cell->axis[AXIS_WORKERS]);
    if (cell_has_file(cell)) {
        error |= words_format(command, "--root=%s", root);
        error |=
            words_format(command, "--file-io=%s", cell->axis[AXIS_FILE_IO]);
    }
    return error;
}

static void start(const struct words *command,
                  const struct placement *placement, int stdout_fd,
                  struct service *service, struct outcome *outcome)
{
    const struct child_setup setup = {
        .argv = (const char *const *)command->word,
        .cpus = &placement->server,
        .stdout_fd = stdout_fd,
        .stderr_fd = service->log_fd,
    };
    int error = child_start(&setup, &service->child);

    if (error)
        outcome_set(outcome, OUTCOME_FAILED, "%s: can't be started: %s",
                    command->word[0], strerror(-error));
}

void service_start(const char *programs, const char *root,
                   const struct cell *cell, const struct placement *placement,
                   struct service *service, struct outcome *outcome)
{
    int pipe_fd[2] = {-1, -1};
    struct words command = {0};

    *service =
        (struct service){.log_fd = memfd_create("server-log", MFD_CLOEXEC)};
    if (service->log_fd < 0 || pipe2(pipe_fd, O_CLOEXEC) != 0) {
        outcome_set(outcome, OUTCOME_FAILED, "no descriptor for the server: %s",
                    strerror(errno));
        return;
    }
    if (server_command(programs, root, cell, placement, &command) != 0)
        outcome_set(outcome, OUTCOME_FAILED, "out of memory");
    else
        start(&command, placement, pipe_fd[1], service, outcome);
    words_free(&command);
    close(pipe_fd[1]);
    if (outcome->status == OUTCOME_OK)
        await_ready(service, pipe_fd[0], outcome);
    close(pipe_fd[0]);
    if (outcome->status != OUTCOME_OK)
        child_kill(&service->child);
}

void service_stop(struct service *service, struct outcome *outcome)
{
    char fate[80];
    bool running = service->child.pid != 0;

    if (running && child_wait(&service->child, -1, 0) == CHILD_ENDED) {
        /* its death is the cause of whatever the generator saw */
        if (outcome->status == OUTCOME_FAILED)
            outcome->status = OUTCOME_OK;
        tell_early_end(service, "during the trial", outcome);
        return;
    }
    if (!child_stop(&service->child, stop_limit_ns))
        outcome_set(outcome, OUTCOME_FAILED,
                    "the server did not stop within 3 s of SIGTERM");
    else if (running && service->child.status != 0)
        outcome_set(outcome, OUTCOME_FAILED, "the server stopped with %s",
                    child_fate(&service->child, fate, sizeof(fate)));
}

void service_close(struct service *service)
{
    if (service->log_fd >= 0)
        close(service->log_fd);
    service->log_fd = -1;
}
