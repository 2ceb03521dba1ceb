#include "bench/compare/compare_publish.h"

#include "bench/compare/charted.h"
#include "bench/compare/compare_report.h"
#include "bench/compare/forest.h"
#include "bench/files.h"
#include "bench/report/chart_tables.h"
#include "bench/report/charts.h"
#include "bench/report/labels.h"
#include "bench/report/tables.h"
#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What the tables are made of. */
struct source {
    const struct comparison *comparison;
    struct charted charted[LOADS];
};

static int write_forest(const void *what, FILE *file)
{
    return forest_write(((const struct source *)what)->comparison, file);
}

/* A line a side: "A: NAME, kernel 6.18, MODEL". 0 or -ENOMEM. */
static int add_titles(const struct source *source, struct words *titles)
{
    int error = 0;

    for (size_t i = 0; i < source->charted[0].sides && !error; i++) {
        char title[600];
        error = words_format(titles, "%c: %s", comparison_letter(i),
                             tables_title(&source->charted[0].side[i],
                                          source->comparison->sides.word[i],
                                          title, sizeof(title)));
    }
    return error;
}

static int write_labels(const void *what, FILE *file)
{
    const struct source *source = what;
    struct words titles = {0};
    int error = add_titles(source, &titles);

    if (!error)
        error = labels_write(source->charted, &titles, file);
    words_free(&titles);
    fprintf(file, "sides = %zu\nside_names = '", source->charted[0].sides);
    for (size_t i = 0; i < source->charted[0].sides; i++) {
        fprintf(file, "%s%c", i ? " " : "", comparison_letter(i));
    }
    fprintf(file, "'\nforest_rows = %zu\n", forest_rows(source->comparison));
    return error;
}

static int write_tables(const struct summary *side, size_t sides,
                        const struct comparison *comparison, const char *folder)
{
    static const struct product tables[] = {
        {"forest.tsv", write_forest},
        {"labels.gp", write_labels},
    };
    struct source source = {.comparison = comparison};
    int error = charted_collect(side, sides, true, source.charted);

    if (error)
        msg_error("out of memory");
    else
        error = chart_tables_write(source.charted, folder);
    if (!error)
        error = files_write_all(folder, tables,
                                sizeof(tables) / sizeof(tables[0]), &source);
    charted_free(source.charted);
    return error ? -1 : 0;
}

/* Charts, then the report that holds them. 0 or -1 after telling. */
static int draw_and_report(struct compare_report report)
{
    struct words charts = {0};
    int error = charts_draw(report.scripts, report.folder, &charts);

    report.charts = &charts;
    if (error == -EINTR)
        msg_error("%s: interrupted; charts and report are not complete",
                  report.folder);
    else if (compare_report_write(&report) != 0)
        error = -1;
    words_free(&charts);
    return error ? -1 : 0;
}

int compare_publish(const struct paths *paths, const struct summary *side,
                    size_t sides, const struct comparison *comparison,
                    const char *folder)
{
    char *scripts = run_dir_file(paths->root, "plots/compare");
    struct compare_report report = {.side = side,
                                    .sides = sides,
                                    .comparison = comparison,
                                    .scripts = scripts,
                                    .folder = folder};
    int error = -1;

    if (!scripts)
        msg_error("out of memory");
    else if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        msg_error("%s: can't be made: %s", folder, strerror(errno));
    else
        error = write_tables(side, sides, comparison, folder);
    if (!error)
        error = draw_and_report(report);
    free(scripts);
    return error;
}
