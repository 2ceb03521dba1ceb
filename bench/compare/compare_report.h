/* compare_report.h: a comparison as one HTML file that needs no other. */
#ifndef BENCH_COMPARE_COMPARE_REPORT_H
#define BENCH_COMPARE_COMPARE_REPORT_H

#include "bench/compare/comparison.h"
#include "bench/report/summary.h"
#include "bench/words.h"

/* What the report is made of; all borrowed. */
struct compare_report {
    const struct summary *side; /* the base first */
    size_t sides;
    const struct comparison *comparison;
    const char *scripts;        /* the folder of those that drew the charts */
    const struct words *charts; /* their names in FOLDER/plots/ */
    const char *folder;
};

/* Writes report.html into the folder: sides and verdict first, then charts, all
 * findings, how they come about, and the machines. 0, or -1 after telling
 * why. */
int compare_report_write(const struct compare_report *report);

#endif
