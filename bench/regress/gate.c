#include "bench/regress/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int gate_add_cell(struct gate *gate, const char *name, json_t *axes)
{
    struct gate_cell *grown =
        realloc(gate->cell, (gate->cells + 1) * sizeof(*grown));
    char *copy = strdup(name);

    if (grown)
        gate->cell = grown;
    if (!grown || !copy || !axes) {
        free(copy);
        json_decref(axes);
        return -ENOMEM;
    }
    grown[gate->cells++] = (struct gate_cell){.name = copy, .axes = axes};
    return 0;
}

size_t gate_next(struct gate *gate)
{
    for (size_t i = 0; i < gate->cells; i++) {
        const size_t cell = gate->turn++ % gate->cells;
        if (!gate->cell[cell].over)
            return cell;
    }
    return gate->cells;
}

const struct finding *gate_finding(const struct gate *gate, size_t cell,
                                   enum metric metric)
{
    return &gate->findings.finding[cell * METRICS + metric];
}

static bool decided(const struct gate *gate, size_t cell)
{
    bool all = true;

    for (enum metric metric = 0; metric < METRICS; metric++) {
        const enum change change = gate_finding(gate, cell, metric)->change;
        if (!finding_gates(metric))
            continue;
        if (change == CHANGE_SLOWER)
            return true;
        all = all && (change == CHANGE_SAME || change == CHANGE_FASTER);
    }
    return all;
}

static int add_finding(struct gate *gate, const struct gate_cell *cell,
                       enum metric metric)
{
    struct finding finding = {
        .cell = strdup(cell->name),
        .axes = json_incref(cell->axes),
        .side = 1,
        .min_effect = gate->min_effect[metric],
        .given_up = cell->given_up,
    };

    series_finding(&cell->series, metric, &finding);
    return findings_add(&gate->findings, &finding);
}

/* Judges all cells together, because q depends on all of them. */
static int judge(struct gate *gate)
{
    int error = 0;

    findings_free(&gate->findings);
    for (size_t i = 0; i < gate->cells; i++) {
        for (enum metric metric = 0; metric < METRICS && !error; metric++)
            error = add_finding(gate, &gate->cell[i], metric);
    }
    if (!error)
        error = findings_judge(&gate->findings);
    for (size_t i = 0; i < gate->cells && !error; i++) {
        if (decided(gate, i) || series_is_over(&gate->cell[i].series))
            gate->cell[i].over = true;
    }
    return error;
}

int gate_add_block(struct gate *gate, size_t cell,
                   const double log_ratio[METRICS], bool *looked)
{
    struct series *series = &gate->cell[cell].series;
    int error = series_add(series, log_ratio);

    *looked = !error && series_is_due(series);
    if (*looked)
        error = series_look(series);
    if (*looked && !error)
        error = judge(gate);
    return error;
}

int gate_close(struct gate *gate)
{
    int error = 0;

    for (size_t i = 0; i < gate->cells && !error; i++) {
        if (!gate->cell[i].over)
            error = series_look(&gate->cell[i].series);
    }
    return error ? error : judge(gate);
}

void gate_give_up(struct gate *gate, size_t cell)
{
    gate->cell[cell].over = true;
    gate->cell[cell].given_up = true;
}

void gate_leave_out(struct gate *gate, size_t cell)
{
    gate->cell[cell].over = true;
    gate->cell[cell].left_out = true;
}

size_t gate_cells(const struct gate *gate)
{
    size_t n = 0;

    for (size_t i = 0; i < gate->cells; i++)
        n += !gate->cell[i].left_out;
    return n;
}

struct findings gate_take_findings(struct gate *gate)
{
    struct findings taken = gate->findings;

    gate->findings = (struct findings){0};
    for (size_t i = gate->cells; i-- > 0;) {
        if (gate->cell[i].left_out)
            findings_drop(&taken, i * METRICS, METRICS);
    }
    return taken;
}

void gate_free(struct gate *gate)
{
    for (size_t i = 0; i < gate->cells; i++) {
        free(gate->cell[i].name);
        json_decref(gate->cell[i].axes);
        series_free(&gate->cell[i].series);
    }
    free(gate->cell);
    findings_free(&gate->findings);
    *gate = (struct gate){0};
}
