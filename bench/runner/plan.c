#include "bench/runner/plan.h"

#include "bench/runner/placement.h"
#include "common/random.h"
#include "common/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Starting and stopping the programs, as seen on a two-core machine. */
enum { OVERHEAD_LOADGEN_MS = 80, OVERHEAD_WRK_MS = 150 };

uint64_t plan_trial_ns(const struct cell *cell)
{
    if (cell_is(cell, AXIS_TOOL, "wrk"))
        return cell->section->settings.duration_ns +
               OVERHEAD_WRK_MS * NS_PER_MS;
    return cell->section->settings.warmup_ns +
           cell->section->settings.duration_ns +
           OVERHEAD_LOADGEN_MS * NS_PER_MS;
}

/* One cell may name the CPUs that the other is given anyway. */
bool plan_alike(const struct cell *a, const struct cell *b)
{
    struct placement x;
    struct placement y;
    char why[300];
    bool placed = placement_of(a, &x, why, sizeof(why)) == 0 &&
                  placement_of(b, &y, why, sizeof(why)) == 0;

    for (enum axis axis = 0; axis < AXES; axis++) {
        if (axis == AXIS_SERVER || axis == AXIS_RATE ||
            (placed && (axis == AXIS_SERVER_CPUS || axis == AXIS_CLIENT_CPUS)))
            continue;
        if (strcmp(a->axis[axis], b->axis[axis]) != 0)
            return false;
    }
    return !placed ||
           (CPU_EQUAL(&x.server, &y.server) && CPU_EQUAL(&x.client, &y.client));
}

/* Two cells that do the same are one. */
static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->calibrates == b->calibrates &&
           strcmp(a->axis[AXIS_SERVER], b->axis[AXIS_SERVER]) == 0 &&
           strcmp(a->axis[AXIS_RATE], b->axis[AXIS_RATE]) == 0 &&
           plan_alike(a, b);
}

static int add_cell(struct plan *plan, const struct cell *cell)
{
    for (size_t i = 0; i < plan->cells; i++) {
        if (same_cell(&plan->cell[i], cell))
            return 0;
    }
    struct cell *grown =
        realloc(plan->cell, (plan->cells + 1) * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    plan->cell = grown;
    grown[plan->cells++] = *cell;
    return 0;
}

/* Turns the wheels on by one, like an odometer; false after the last of all
 * combinations. */
static bool turn(size_t wheel[AXES], const struct section *section)
{
    for (size_t i = AXES; i-- > 0;) {
        if (++wheel[i] < section->axis[i].n)
            return true;
        wheel[i] = 0;
    }
    return false;
}

/* Adds all combinations of the section's lists, an axis a wheel. */
static int expand(struct plan *plan, const struct section *section)
{
    size_t wheel[AXES] = {0};

    do {
        struct cell cell = {.section = section,
                            .repeats = section->settings.repeats};
        for (enum axis axis = 0; axis < AXES; axis++)
            cell.axis[axis] = section->axis[axis].word[wheel[axis]];
        if (cell_is(&cell, AXIS_PAYLOAD, AXIS_AUTO))
            cell.axis[AXIS_PAYLOAD] = cell_default_payload(&cell);
        cell.offered.per_s = cell_count(&cell, AXIS_RATE);
        if (add_cell(plan, &cell) != 0)
            return -ENOMEM;
    } while (turn(wheel, section));
    return 0;
}

/* Adds, for each cell at a share of a rate, the same in closed loop. */
static int add_calibration(struct plan *plan)
{
    const size_t cells = plan->cells;

    for (size_t i = 0; i < cells; i++) {
        struct cell cell = plan->cell[i];
        if (axis_share(cell.axis[AXIS_RATE]) == 0)
            continue;
        cell.axis[AXIS_RATE] = axis_default(AXIS_RATE);
        cell.repeats = PLAN_CALIBRATION_REPEATS;
        cell.calibrates = true;
        if (add_cell(plan, &cell) != 0)
            return -ENOMEM;
        plan->calibration_rounds = PLAN_CALIBRATION_REPEATS;
    }
    return 0;
}

/* Whether a cell with `repeats` of `rounds` runs in `round`: as evenly spread
 * as whole numbers allow. */
static bool runs_in(uint64_t repeats, uint64_t rounds, uint64_t round)
{
    return (round + 1) * repeats / rounds > round * repeats / rounds;
}

/* Fisher and Yates, as in Knuth, TAOCP 3.4.2, algorithm P. */
static void shuffle(struct trial *trial, size_t n, uint64_t *state)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)random_below(state, i);
        struct trial swapped = trial[i - 1];
        trial[i - 1] = trial[j];
        trial[j] = swapped;
    }
}

/* Appends `rounds` rounds of the cells that calibrate, or of all others. */
static void add_rounds(struct plan *plan, bool calibrates, uint64_t rounds,
                       uint64_t *state)
{
    for (uint64_t round = 0; round < rounds; round++) {
        size_t begin = plan->trials;
        for (size_t i = 0; i < plan->cells; i++) {
            const struct cell *cell = &plan->cell[i];
            if (cell->calibrates == calibrates &&
                runs_in(cell->repeats, rounds, round))
                plan->trial[plan->trials++] = (struct trial){
                    .cell = cell,
                    .repeat = (unsigned)(round * cell->repeats / rounds),
                };
        }
        shuffle(plan->trial + begin, plan->trials - begin, state);
        plan->round_end[plan->rounds++] = plan->trials;
    }
}

static void order(struct plan *plan, uint64_t rounds, uint64_t seed)
{
    uint64_t state = seed;

    add_rounds(plan, true, plan->calibration_rounds, &state);
    add_rounds(plan, false, rounds, &state);
    for (size_t i = 0; i < plan->trials; i++)
        plan->trial[i].number = (unsigned)i;
}

int plan_make(const struct suite *suite, uint64_t seed, struct plan *plan)
{
    size_t total = 0;
    uint64_t rounds = 0;

    *plan = (struct plan){0};
    for (size_t s = 0; s < suite->sections; s++) {
        if (expand(plan, &suite->section[s]) != 0)
            return -ENOMEM;
    }
    if (add_calibration(plan) != 0)
        return -ENOMEM;
    for (size_t i = 0; i < plan->cells; i++) {
        total += plan->cell[i].repeats;
        if (!plan->cell[i].calibrates && plan->cell[i].repeats > rounds)
            rounds = plan->cell[i].repeats;
    }
    plan->trial = calloc(total + 1, sizeof(*plan->trial));
    plan->round_end =
        calloc(plan->calibration_rounds + rounds + 1, sizeof(*plan->round_end));
    if (!plan->trial || !plan->round_end)
        return -ENOMEM;
    order(plan, rounds, seed);
    return 0;
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->cells; i++)
        free(plan->cell[i].offered.fault);
    free(plan->cell);
    free(plan->trial);
    free(plan->round_end);
    *plan = (struct plan){0};
}
