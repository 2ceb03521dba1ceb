#include "bench/regress/regress.h"

#include "bench/regress/gate.h"
#include "bench/regress/slices.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/random.h"
#include "common/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A side may fail so much more often than the other one. */
enum { MORE_FAILURES = 2 };

struct state {
    const struct regress_setup *setup;
    const struct plan *plan;
    struct gate gate;
    unsigned (*failures)[DUEL_SIDES]; /* of each cell, on each side */
    struct words failed;              /* a reason each */
    uint64_t random;
    uint64_t end_ns;
    uint64_t block_ns; /* that the last block took */
    unsigned blocks;
    unsigned noisy;  /* blocks that only tell of CPU time */
    unsigned uneven; /* blocks that tell of nothing */
    unsigned noisy_slices[DUEL_SIDES];
    unsigned short_pairs[DUEL_SIDES]; /* in which that side served fewer */
    unsigned generator_bound;         /* slices, as the three that follow */
    unsigned invalid;
    char why_invalid[200]; /* of the first one */
    double listen_overflows;
    bool gave_up;
    bool terminal;
    struct comparison *comparison;
};

/* For a block as long as the last one. */
static bool has_time(const struct state *state)
{
    return clock_ns() + state->block_ns <= state->end_ns;
}

/* A line a look: how the cell's intervals narrow. */
static void tell_look(const struct state *state, size_t cell)
{
    static const enum metric told[] = {METRIC_TOTAL_CPU_US,
                                       METRIC_REQUESTS_PER_S};

    fprintf(stderr, "%s%-20s %3zu blocks", state->terminal ? "\r\033[K" : "",
            state->gate.cell[cell].name, state->gate.cell[cell].series.n);
    for (size_t i = 0; i < 2; i++) {
        const struct finding *finding =
            gate_finding(&state->gate, cell, told[i]);
        fprintf(stderr, "  %s ", i == 0 ? "CPU/request" : "requests/s");
        if (finding->change != CHANGE_TOO_FEW)
            fprintf(stderr, "%+.1f %% (%+.1f to %+.1f) ",
                    finding_percent(finding->ratio),
                    finding_percent(finding->low),
                    finding_percent(finding->high));
        fputs(change_word(finding->change), stderr);
    }
    fputc('\n', stderr);
}

/* What runs now, on a terminal. */
static void tell_block(const struct state *state, size_t cell)
{
    const uint64_t now_ns = clock_ns();

    if (!state->terminal)
        return;
    fprintf(stderr, "\r%s, block %zu, at most %.0f s left\033[K",
            state->gate.cell[cell].name, state->gate.cell[cell].series.n + 1,
            state->end_ns > now_ns
                ? (double)(state->end_ns - now_ns) / (double)NS_PER_S
                : 0.0);
}

/* A block that failed gives no figures: on a busy machine one does now and then,
 * on either side. A cell that keeps failing, or fails on one side, is given up;
 * one whose server can't run on this machine is left out. */
static int note_failure(struct state *state, size_t cell,
                        const struct duel_end *end)
{
    const struct gate_cell *failed = &state->gate.cell[cell];
    const unsigned *other = &state->failures[cell][!end->side];
    unsigned *own = &state->failures[cell][end->side];
    const char *reason = end->outcome.reason;

    fprintf(stderr, "%s%s: %s\n", state->terminal ? "\r\033[K" : "",
            failed->name, reason);
    (*own)++;
    if (*own <= *other + MORE_FAILURES && end->outcome.status == OUTCOME_FAILED)
        return words_format(&state->failed, "%s: %s", failed->name, reason);
    if (end->outcome.status == OUTCOME_SKIPPED) {
        gate_leave_out(&state->gate, cell);
        return words_format(&state->comparison->unmatched,
                            "%s can't run here: %s", failed->name, reason);
    }
    gate_give_up(&state->gate, cell);
    state->gave_up = true;
    return words_format(&state->comparison->warnings,
                        "%s could not be measured: %s", failed->name, reason);
}

/* What of a block makes it tell less. */
static void count_doubts(struct state *state,
                         const struct slice slice[DUEL_SLICES])
{
    state->noisy += !duel_is_quiet(slice) && !duel_is_uneven(slice);
    state->uneven += duel_is_uneven(slice);
    for (unsigned side = 0; side < DUEL_SIDES; side++)
        state->short_pairs[side] += duel_short_pairs(slice, side);
    for (int i = 0; i < DUEL_SLICES; i++) {
        const double overflows = slice[i].disturbance.listen_overflows;
        state->noisy_slices[slice[i].side] += slice[i].disturbance.noisy;
        state->generator_bound += slice[i].generator_bound;
        if (slice[i].invalid && state->invalid++ == 0)
            memcpy(state->why_invalid, slice[i].why, sizeof(slice[i].why));
        if (overflows > 0)
            state->listen_overflows += overflows;
    }
}

static int take_block(struct state *state, size_t cell,
                      const struct slice slice[DUEL_SLICES])
{
    double log_ratio[METRICS];
    bool looked;
    int error = slices_write(state->setup->slices, state->blocks,
                             state->gate.cell[cell].name, slice);

    state->blocks++;
    count_doubts(state, slice);
    for (enum metric metric = 0; metric < METRICS; metric++)
        log_ratio[metric] = duel_log_ratio(slice, metric);
    if (!error)
        error = gate_add_block(&state->gate, cell, log_ratio, &looked);
    if (!error && looked)
        tell_look(state, cell);
    return error;
}

/* One block of a cell. 0, -EINTR, or -errno. */
static int step(struct state *state, size_t cell)
{
    struct slice slice[DUEL_SLICES];
    struct duel_end end;

    tell_block(state, cell);
    duel_run(&state->setup->duel, &state->plan->cell[cell],
             random_next(&state->random), slice, &end);
    if (end.outcome.status == OUTCOME_INTERRUPTED)
        return -EINTR;
    if (end.outcome.status != OUTCOME_OK)
        return note_failure(state, cell, &end);
    return take_block(state, cell, slice);
}

static int measure(struct state *state)
{
    size_t cell;
    int error = 0;

    while (!error && has_time(state) &&
           (cell = gate_next(&state->gate)) < state->plan->cells) {
        const uint64_t begin_ns = clock_ns();
        error = step(state, cell);
        state->block_ns = clock_ns() - begin_ns;
    }
    if (!error)
        error = gate_close(&state->gate);
    return error;
}

/* Where server and generator are is a matter of all blocks. 0 or -ENOMEM. */
static int warn_of_placement(struct state *state, const struct cell *cell)
{
    struct words *warnings = &state->comparison->warnings;
    struct placement placement;
    char reason[200];

    if (placement_of(cell, &placement, reason, sizeof(reason)) != 0 ||
        !placement.warning || words_have(warnings, placement.warning))
        return 0;
    return words_add(warnings, placement.warning, strlen(placement.warning));
}

static int begin(struct state *state)
{
    const struct plan *plan = state->plan;
    int error = state->failures ? 0 : -ENOMEM;

    memcpy(state->gate.min_effect, state->setup->min_effect,
           sizeof(state->gate.min_effect));
    for (size_t i = 0; i < plan->cells && !error; i++) {
        json_t *axes = json_object();
        char name[100];
        cell_add_axes(&plan->cell[i], axes);
        cell_describe(&plan->cell[i], name, sizeof(name));
        error = gate_add_cell(&state->gate, name, axes);
        if (!error)
            error = warn_of_placement(state, &plan->cell[i]);
    }
    return error;
}

/* What the generator or the kernel said of single slices. 0 or -ENOMEM. */
static int add_slice_warnings(const struct state *state)
{
    struct words *warnings = &state->comparison->warnings;
    const unsigned slices = DUEL_SLICES * state->blocks;
    int error = 0;

    if (state->generator_bound)
        error = words_format(warnings,
                             "in %u of %u slices the generator was the limit: "
                             "their throughput is its own",
                             state->generator_bound, slices);
    if (state->invalid && !error)
        error =
            words_format(warnings, "%u of %u slices are invalid; the first: %s",
                         state->invalid, slices, state->why_invalid);
    if (state->listen_overflows > 0 && !error)
        error =
            words_format(warnings, "%.0f connections found a listen queue full",
                         state->listen_overflows);
    return error;
}

/* What the figures rest on less firmly than one would think. 0 or -ENOMEM. */
static int add_warnings(const struct state *state)
{
    struct words *warnings = &state->comparison->warnings;
    int error = add_slice_warnings(state);

    if (state->noisy && !error)
        error = words_format(
            warnings,
            "the CPUs were not all its own in %u of %u blocks (%u slices of "
            "the base, %u of this tree); of those only CPU time counts",
            state->noisy, state->blocks, state->noisy_slices[0],
            state->noisy_slices[1]);
    if (state->short_pairs[0] + state->short_pairs[1] && !error)
        error = words_format(
            warnings,
            "in %u pairs of slices this tree served fewer connections than the "
            "base, in %u the base did; they do not count, nor do %u of %u "
            "blocks "
            "in which it was mostly the same side",
            state->short_pairs[1], state->short_pairs[0], state->uneven,
            state->blocks);
    if (state->failed.n && !error)
        error = words_format(
            warnings, "%zu blocks failed and do not count; the first: %s",
            state->failed.n, state->failed.word[0]);
    return error;
}

static enum regress_end finish(struct state *state, int error)
{
    struct comparison *comparison = state->comparison;

    if (state->terminal)
        fputs("\r\033[K", stderr);
    if (error == -EINTR)
        return REGRESS_INTERRUPTED;
    if (error) {
        msg_error("can't go on: %s", strerror(-error));
        return REGRESS_FAILED;
    }
    if (add_warnings(state) != 0) {
        msg_error("out of memory");
        return REGRESS_FAILED;
    }
    comparison->command = "regress";
    comparison->unit = "blocks";
    comparison->windows = "slices";
    comparison->cells = gate_cells(&state->gate);
    comparison->trials = (size_t)DUEL_SLICES * state->blocks;
    comparison->findings = gate_take_findings(&state->gate);
    findings_drop_empty(&comparison->findings);
    comparison->verdict = findings_verdict(&comparison->findings);
    findings_sort(&comparison->findings);
    return state->gave_up ? REGRESS_GAVE_UP : REGRESS_DONE;
}

enum regress_end regress_run(const struct regress_setup *setup,
                             const struct plan *plan,
                             struct comparison *comparison)
{
    struct state state = {
        .setup = setup,
        .plan = plan,
        .failures = calloc(plan->cells, sizeof(*state.failures)),
        .random = setup->seed,
        .end_ns = clock_ns() + setup->budget_ns,
        .terminal = isatty(STDERR_FILENO) == 1,
        .comparison = comparison,
    };
    int error = begin(&state);

    if (!error)
        error = measure(&state);
    enum regress_end end = finish(&state, error);
    gate_free(&state.gate);
    words_free(&state.failed);
    free(state.failures);
    return end;
}
