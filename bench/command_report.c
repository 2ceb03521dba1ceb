#include "bench/commands.h"

#include "bench/child.h"
#include "bench/report/charts.h"
#include "bench/report/report.h"
#include "bench/report/tables.h"
#include "bench/runner/run_dir.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
    const char *run;
    bool only_charts;
};

/* Whether there is anything to draw. */
static bool has_chart(const struct summary *summary)
{
    for (size_t i = 0; i < summary->cells; i++) {
        if (summary_is_usual(&summary->cell[i]) && summary->cell[i].ok > 0)
            return true;
    }
    return false;
}

/* Charts, report, and where they are. 0 or -1 after telling what failed. */
static int draw_and_tell(const struct paths *paths,
                         const struct summary *summary, const char *run,
                         bool only_charts)
{
    char *scripts = run_dir_file(paths->root, "plots");
    struct words charts = {0};
    int error = 0;

    if (!scripts) {
        msg_error("out of memory");
        return -1;
    }
    if (has_chart(summary))
        error = charts_draw(scripts, run, &charts);
    else
        msg_error("no right trial by our generator: no charts");
    if (error == -EINTR) {
        msg_error("interrupted; draw the rest with: %s report %s",
                  program_invocation_name, run);
    } else if (!only_charts &&
               report_write(summary, scripts, run, &charts) != 0) {
        error = -1;
    }
    if (charts.n > 0)
        printf("\nCharts: %s/plots/\n", run);
    if (!only_charts && !error)
        printf("Report: %s/report.html\n", run);
    words_free(&charts);
    free(scripts);
    return error ? -1 : 0;
}

int report_run(const struct paths *paths, const char *run, bool only_charts,
               bool print)
{
    struct summary summary;
    int error = summary_read(run, &summary);

    if (!error && summary.cells == 0) {
        msg_error("%s: holds no finished trial", run);
        error = -1;
    }
    if (!error)
        error = tables_write(&summary, run);
    if (!error && print)
        tables_print(&summary, stdout);
    if (!error)
        error = draw_and_tell(paths, &summary, run, only_charts);
    summary_free(&summary);
    return error || fflush(stdout) != 0 ? EXIT_USAGE : EXIT_FINE;
}

static int take(int key, const char *value, void *input)
{
    struct request *request = input;

    if (key == 'p') {
        request->only_charts = true;
    } else if (request->run) {
        msg_error("report takes one run; what is '%s'?", value);
        return -1;
    } else {
        request->run = value;
    }
    return 0;
}

int command_report(const struct paths *paths, int argc, char **argv)
{
    static const struct argp_option table[] = {
        {"plots", 'p', NULL, 0, "Only the tables and charts", 0},
        {0},
    };
    static const struct options options = {
        .command = "report",
        .table = table,
        .words = "[RUN]",
        .about = "Redraw the tables, charts and report of a run: a folder, or "
                 "a name in results/ (default: the last run).",
        .take = take,
    };
    struct request request = {0};

    options_parse(&options, argc, argv, &request);
    if (child_signals() != 0) {
        msg_error("signals can't be set up: %s", strerror(errno));
        return EXIT_USAGE;
    }
    char *run = paths_run(paths, request.run);
    int code =
        run ? report_run(paths, run, request.only_charts, !request.only_charts)
            : EXIT_USAGE;
    free(run);
    return code;
}
