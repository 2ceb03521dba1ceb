#include "bench/charts.h"

#include "bench/child.h"
#include "bench/outcome.h"
#include "bench/run_dir.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t limit_ns = 60 * NS_PER_S;

/* What the scripts share, not one of them. */
static const char shared[] = "style";

/* gnuplot's own words when it fails, its exit status when it has none. */
static int draw(const char *script, const char *run)
{
    const char *const argv[] = {"gnuplot", "-c", script, run, NULL};
    char line[300];
    struct child child;
    int log_fd = memfd_create("gnuplot", MFD_CLOEXEC);
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = -1, .stderr_fd = log_fd};
    int error = child_start(&setup, &child);

    if (error == -ENOENT)
        msg_error("gnuplot is not installed; install gnuplot-nox for charts");
    else if (error)
        msg_error("gnuplot: can't be started: %s", strerror(-error));
    if (!error &&
        child_wait(&child, -1, clock_ns() + limit_ns) != CHILD_ENDED) {
        child_kill(&child);
        msg_error("%s: gnuplot did not end", script);
        error = -1;
    } else if (!error && child.status != 0) {
        msg_error("%s: %s", script,
                  outcome_last_line(log_fd, line, sizeof(line)));
        error = -1;
    }
    close(log_fd);
    return error;
}

/* What is there afterwards is of this call. */
static void remove_old(const char *target, const char *name)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/%s.svg", target, name);
    unlink(path);
    snprintf(path, sizeof(path), "%s/%s.png", target, name);
    unlink(path);
}

int charts_draw(const struct paths *paths, const char *run, struct words *names)
{
    char *folder = run_dir_file(paths->root, "plots");
    char *target = run_dir_file(run, "plots");
    struct words scripts = {0};
    int result = 0;

    if (!folder || !target || paths_list(folder, ".gp", &scripts) != 0) {
        msg_error("%s: no scripts to draw with", folder ? folder : "plots");
        result = -1;
    } else if (mkdir(target, 0777) != 0 && errno != EEXIST) {
        msg_error("%s: can't be made: %s", target, strerror(errno));
        result = -1;
    }
    for (size_t i = 0; i < scripts.n && result != -ENOENT; i++) {
        char name[4200];
        if (strcmp(scripts.word[i], shared) == 0)
            continue;
        snprintf(name, sizeof(name), "%s/%s.gp", folder, scripts.word[i]);
        remove_old(target, scripts.word[i]);
        int error = draw(name, run);
        /* a script without anything to draw leaves no chart */
        snprintf(name, sizeof(name), "%s/%s.svg", target, scripts.word[i]);
        if (!error && access(name, R_OK) == 0)
            error = words_add(names, scripts.word[i], strlen(scripts.word[i]));
        result = error ? error : result;
    }
    words_free(&scripts);
    free(folder);
    free(target);
    return result ? -1 : 0;
}
