#include "bench/compare/forest.h"

#include "bench/report/labels.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much worse, on a scale on which half is as far from 1 as twice. */
static double badness(const struct finding *finding)
{
    double change = log(finding->ratio);

    return finding_more_is_better(finding->metric) ? -change : change;
}

static int by_badness(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;

    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    if (badness(x) != badness(y))
        return badness(x) < badness(y) ? 1 : -1;
    if (x->side != y->side)
        return x->side < y->side ? -1 : 1;
    return strcmp(x->cell, y->cell);
}

static void write_percent(FILE *file, double ratio)
{
    if (isfinite(ratio) && ratio > 0)
        fprintf(file, "\t%.6g", finding_percent(ratio));
    else
        fputs("\tNaN", file);
}

static void write_label(FILE *file, const struct finding *finding,
                        bool lettered)
{
    if (lettered)
        fprintf(file, "%c: ", comparison_letter(finding->side));
    for (const char *c = finding->cell; *c; c++)
        fputc(iscntrl((unsigned char)*c) ? ' ' : *c, file);
}

static void write_row(FILE *file, const struct finding *finding,
                      size_t position, bool lettered)
{
    fprintf(file, "%zu\t", position);
    write_label(file, finding, lettered);
    fprintf(file, "\t%zu\t%s", finding->side + 1, metric_path(finding->metric));
    write_percent(file, finding->ratio);
    write_percent(file, finding->low);
    write_percent(file, finding->high);
    fprintf(file, "\t%.6g\t%s\t%d\n", finding->min_effect * 100,
            change_word(finding->change), finding_gates(finding->metric));
}

static bool has_ratio(const struct finding *finding)
{
    return isfinite(finding->ratio) && finding->ratio > 0;
}

size_t forest_rows(const struct comparison *comparison)
{
    size_t n = 0;

    for (size_t i = 0; i < comparison->findings.n; i++)
        n += has_ratio(&comparison->findings.finding[i]);
    return n;
}

int forest_write(const struct comparison *comparison, FILE *file)
{
    const struct findings *findings = &comparison->findings;
    const struct finding **row = calloc(findings->n + 1, sizeof(*row));
    size_t n = 0;
    size_t position = 0;

    if (!row)
        return -ENOMEM;
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->finding[i];
        if (has_ratio(finding))
            row[n++] = finding;
    }
    qsort(row, n, sizeof(*row), by_badness);
    fprintf(file, "position\tlabel\tside\tmetric\tchange\tlow\thigh\teffect\t"
                  "verdict\tgates\n");
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || row[i]->metric != row[i - 1]->metric;
        position = first ? 1 : position + 1;
        write_row(file, row[i], position, comparison->sides.n > 2);
    }
    free(row);
    return 0;
}
