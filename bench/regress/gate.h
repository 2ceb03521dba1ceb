/* gate.h: all cells of a comparison of two builds, until each is decided; no
 * I/O, no clock. */
#ifndef BENCH_REGRESS_GATE_H
#define BENCH_REGRESS_GATE_H

#include "bench/statistics/findings.h"
#include "bench/statistics/series.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct gate_cell {
    char *name; /* in words */
    json_t *axes;
    struct series series;
    bool over;     /* decided, given up, or no look is left */
    bool given_up; /* it can't be measured any more */
    bool left_out; /* not to be compared after all */
};

struct gate {
    double min_effect[METRICS]; /* the least change that matters: 0.01: 1 % */
    struct gate_cell *cell;
    size_t cells;
    size_t turn;
    struct findings
        findings; /* METRICS a cell, in the order of the cells, as of
                               * the last look at any */
};

/* Adds a cell; takes the reference `axes`. 0 or -ENOMEM. Free the gate with
 * gate_free(). */
int gate_add_cell(struct gate *gate, const char *name, json_t *axes);

/* The number of the next cell that needs a block, round robin; gate->cells when
 * none does. */
size_t gate_next(struct gate *gate);

/* Adds a block of that cell; if a look is due then, takes it, judges all cells
 * and sets `*looked`. A cell is over when one of its metrics that gate is slower,
 * or all are clear, or no look is left. 0 or -ENOMEM. */
int gate_add_block(struct gate *gate, size_t cell,
                   const double log_ratio[METRICS], bool *looked);

/* Ends it: takes a look at what is not over, and judges. 0 or -ENOMEM. */
int gate_close(struct gate *gate);

/* The cell can't be measured any more: its findings say so. */
void gate_give_up(struct gate *gate, size_t cell);

/* The cell can't be compared: it gets no more blocks, and no findings. */
void gate_leave_out(struct gate *gate, size_t cell);

/* How many cells are not left out. */
size_t gate_cells(const struct gate *gate);

/* Gives away what the last look found, without what is left out. */
struct findings gate_take_findings(struct gate *gate);

/* What the last look found. */
const struct finding *gate_finding(const struct gate *gate, size_t cell,
                                   enum metric metric);

void gate_free(struct gate *gate);

#endif
