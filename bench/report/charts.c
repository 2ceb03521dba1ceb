#include "bench/report/charts.h"

#include "bench/child.h"
#include "bench/paths.h"
#include "bench/runner/outcome.h"
#include "bench/runner/run_dir.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t limit_ns = 60 * NS_PER_S;

/* What the scripts share, not one of them. */
static const char shared[] = "style";

/* 0, -EINTR when the runner is told to stop, or -1 after telling what is wrong:
 * in gnuplot's own words, if it has any. */
static int draw(const char *script, const char *folder)
{
    /* Without a locale of that encoding it warns that it can't write a degree
     * sign. */
    const char *const argv[] = {"env",  "LC_ALL=C.UTF-8", "gnuplot", "-c",
                                script, folder,           NULL};
    char line[300];
    struct child child = {0};
    int log_fd = memfd_create("gnuplot", MFD_CLOEXEC);
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = -1, .stderr_fd = log_fd};
    int error = child_start(&setup, &child);

    if (error) {
        msg_error("gnuplot: can't be started: %s", strerror(-error));
    } else {
        enum child_event event = child_wait(&child, -1, clock_ns() + limit_ns);
        child_kill(&child);
        error = event == CHILD_ENDED && child.status == 0 ? 0 : -1;
        if (event == CHILD_INTERRUPT)
            error = -EINTR;
        else if (event == CHILD_LATE)
            msg_error("%s: gnuplot did not end", script);
        else if (error)
            msg_error("%s: %s", script,
                      outcome_last_line(log_fd, line, sizeof(line)));
    }
    if (log_fd >= 0)
        close(log_fd);
    return error;
}

/* Before any old chart is removed. */
static bool have_gnuplot(void)
{
    const char *const argv[] = {"gnuplot", "--version", NULL};
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = -1, .stderr_fd = -1};
    struct child child;

    if (child_start(&setup, &child) != 0) {
        msg_error("gnuplot is not installed; install gnuplot-nox for charts");
        return false;
    }
    (void)child_wait(&child, -1, clock_ns() + limit_ns);
    child_kill(&child);
    return true;
}

/* No chart is better than an old one, or half of one. */
static void remove_chart(const char *target, const char *name)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/%s.svg", target, name);
    unlink(path);
    snprintf(path, sizeof(path), "%s/%s.png", target, name);
    unlink(path);
}

/* Draws one chart; a script without anything to draw leaves none. Returns as
 * draw() does, or -ENOMEM. */
static int draw_chart(const char *scripts, const char *name, const char *folder,
                      const char *target, struct words *names)
{
    char path[4200];
    int error;

    remove_chart(target, name);
    snprintf(path, sizeof(path), "%s/%s.gp", scripts, name);
    error = draw(path, folder);
    snprintf(path, sizeof(path), "%s/%s.svg", target, name);
    if (error)
        remove_chart(target, name);
    else if (access(path, R_OK) == 0)
        error = words_add(names, name, strlen(name));
    return error;
}

int charts_draw(const char *scripts, const char *folder, struct words *names)
{
    char *target = run_dir_file(folder, "plots");
    struct words all = {0};
    int result = 0;

    if (!target || paths_list(scripts, ".gp", &all) != 0) {
        msg_error("%s: no scripts to draw with", scripts);
        result = -1;
    } else if (mkdir(target, 0777) != 0 && errno != EEXIST) {
        msg_error("%s: can't be made: %s", target, strerror(errno));
        result = -1;
    } else if (!have_gnuplot()) {
        result = -1;
    }
    bool ready = result == 0;
    for (size_t i = 0; i < all.n && ready && result != -EINTR; i++) {
        if (strcmp(all.word[i], shared) == 0)
            continue;
        int error = draw_chart(scripts, all.word[i], folder, target, names);
        result = error ? error : result;
    }
    words_free(&all);
    free(target);
    return result;
}
