/* tool_replay: how a gate would have judged, over and over, from long series of
 * recorded blocks: each gate draws runs of RUN consecutive blocks at random
 * (resampling in blocks, so that bursts of noise stay together), and the sign of
 * each block where nothing is planted.
 * Usage: tool_replay GATES BLOCKS NULL.tsv [LABEL PLANTED.tsv]
 * GATES gates of at most BLOCKS blocks over all cells of NULL.tsv, two builds of
 * the same source; with PLANTED.tsv, the cells that it has are taken from there.
 * Prints a row a planted cell, or one row for none, tab-separated:
 * label, cell, gates, how many found it slower, by which metric (CPU per request,
 * requests per second), the interval of that share, median of the cell's blocks,
 * how many gates found something slower or faster that is not planted, how many
 * could not tell, and the ratios over the whole series in per cent. */
#include "bench/regress/gate.h"
#include "bench/regress/slices.h"
#include "bench/statistics/ranks.h"
#include "bench/statistics/stats.h"
#include "common/msg.h"
#include "common/random.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN = 5, MOST_CELLS = 16 };

/* All blocks of one cell. */
struct recording {
    char name[100];
    double (*block)[METRICS];
    size_t n;
    bool planted;
};

struct recordings {
    struct recording cell[MOST_CELLS];
    size_t n;
};

/* What came of all gates. */
struct tally {
    unsigned found; /* the planted cell is slower */
    unsigned by_cpu;
    unsigned by_rate;
    unsigned false_alarms; /* elsewhere, slower or faster */
    unsigned unclear;      /* the verdict */
    double *blocks;        /* of the planted cell, a gate each */
};

static struct recording *recording_of(struct recordings *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->cell[i].name, name) == 0)
            return &all->cell[i];
    }
    if (all->n == MOST_CELLS)
        return NULL;
    struct recording *cell = &all->cell[all->n++];
    snprintf(cell->name, sizeof(cell->name), "%s", name);
    return cell;
}

static int add_block(struct recordings *all, const char *name,
                     const struct slice slice[DUEL_SLICES])
{
    struct recording *cell = recording_of(all, name);
    double(*grown)[METRICS] =
        cell ? realloc(cell->block, (cell->n + 1) * sizeof(*grown)) : NULL;

    if (!grown)
        return -1;
    cell->block = grown;
    for (enum metric metric = 0; metric < METRICS; metric++)
        grown[cell->n][metric] = duel_log_ratio(slice, metric);
    cell->n++;
    return 0;
}

/* One row: 0, or -1 if it is none. */
static int parse(char *line, char *name, size_t size, struct slice *slice)
{
    char *rest;
    const char *field;

    (void)strtok_r(line, "\t\n", &rest); /* block */
    field = strtok_r(NULL, "\t\n", &rest);
    if (!field)
        return -1;
    snprintf(name, size, "%s", field);
    (void)strtok_r(NULL, "\t\n", &rest); /* slice */
    field = strtok_r(NULL, "\t\n", &rest);
    slice->side = field && *field == '1';
    (void)strtok_r(NULL, "\t\n", &rest); /* foreign_cpu_share */
    field = strtok_r(NULL, "\t\n", &rest);
    slice->disturbance.noisy = field && *field == '1';
    field = strtok_r(NULL, "\t\n", &rest);
    slice->served = field ? strtod(field, NULL) : 0;
    for (enum metric metric = 0; metric < METRICS && field; metric++) {
        field = strtok_r(NULL, "\t\n", &rest);
        slice->value[metric] = field ? strtod(field, NULL) : 0;
    }
    return field ? 0 : -1;
}

static int read_recordings(const char *path, struct recordings *all)
{
    FILE *file = fopen(path, "re");
    struct slice slice[DUEL_SLICES];
    char line[1000];
    char name[100];
    unsigned row = 0;
    int error = file && fgets(line, sizeof(line), file) ? 0 : -1;

    while (!error && fgets(line, sizeof(line), file)) {
        error = parse(line, name, sizeof(name), &slice[row % DUEL_SLICES]);
        if (!error && ++row % DUEL_SLICES == 0)
            error = add_block(all, name, slice);
    }
    if (error)
        msg_error("%s: can't be read, or is no file of slices", path);
    if (file)
        fclose(file);
    return error;
}

/* Where the resampling of a cell stands. */
struct cursor {
    size_t at;
    unsigned left;
};

/* Draws the next block. Where nothing is planted the sides are the same, and a
 * coin says which is which: else what a short series happens to show would be
 * taken for the truth. */
static void draw(const struct recording *cell, struct cursor *cursor,
                 uint64_t *state, double block[METRICS])
{
    double sign = 1;

    assert(cell->n > 0); /* or it would not have been made */
    if (cursor->left == 0) {
        cursor->at = (size_t)random_below(state, cell->n);
        cursor->left = RUN;
    }
    cursor->left--;
    if (!cell->planted && random_below(state, 2) == 0)
        sign = -1;
    for (int metric = 0; metric < METRICS; metric++)
        block[metric] = sign * cell->block[cursor->at % cell->n][metric];
    cursor->at++;
}

static int replay(struct gate *gate, const struct recordings *all,
                  unsigned blocks, uint64_t *state)
{
    struct cursor cursor[MOST_CELLS] = {{0}};
    double block[METRICS];
    bool looked;
    int error = 0;

    gate->min_effect[METRIC_TOTAL_CPU_US] = 0.01;
    gate->min_effect[METRIC_REQUESTS_PER_S] = 0.03;
    for (size_t i = 0; i < all->n && !error; i++)
        error = gate_add_cell(gate, all->cell[i].name, json_object());
    for (unsigned n = 0; n < blocks && !error; n++) {
        const size_t cell = gate_next(gate);
        if (cell == gate->cells)
            break;
        draw(&all->cell[cell], &cursor[cell], state, block);
        error = gate_add_block(gate, cell, block, &looked);
    }
    return error ? error : gate_close(gate);
}

static void count(const struct gate *gate, const struct recordings *all,
                  unsigned number, struct tally *tally)
{
    bool elsewhere = false;

    for (size_t i = 0; i < all->n; i++) {
        const enum change cpu =
            gate_finding(gate, i, METRIC_TOTAL_CPU_US)->change;
        const enum change rate =
            gate_finding(gate, i, METRIC_REQUESTS_PER_S)->change;
        if (!all->cell[i].planted) {
            elsewhere = elsewhere || cpu == CHANGE_SLOWER ||
                        rate == CHANGE_SLOWER || cpu == CHANGE_FASTER ||
                        rate == CHANGE_FASTER;
            continue;
        }
        tally->by_cpu += cpu == CHANGE_SLOWER;
        tally->by_rate += rate == CHANGE_SLOWER;
        tally->found += cpu == CHANGE_SLOWER || rate == CHANGE_SLOWER;
        tally->blocks[number] = (double)gate->cell[i].series.n;
    }
    tally->false_alarms += elsewhere;
    tally->unclear += findings_verdict(&gate->findings) == CHANGE_UNCLEAR;
}

/* The change over the whole series, in per cent. */
static double overall(const struct recording *cell, enum metric metric)
{
    double *value = malloc(cell->n * sizeof(*value));
    struct shift shift = {0};

    size_t n = 0;

    for (size_t i = 0; value && i < cell->n; i++) {
        if (!isnan(cell->block[i][metric]))
            value[n++] = cell->block[i][metric];
    }
    if (!value || ranks_paired(value, n, 0.05, &shift) != 0)
        abort();
    free(value);
    return 100 * expm1(shift.estimate);
}

static void print(const char *label, const struct recordings *all,
                  unsigned gates, struct tally *tally)
{
    static const struct recording none = {.name = "all"};
    const struct recording *cell = &none;
    double low;
    double high;

    for (size_t i = 0; i < all->n; i++) {
        if (all->cell[i].planted)
            cell = &all->cell[i];
    }
    const unsigned told = cell->planted ? tally->found : tally->false_alarms;
    stats_binomial_interval(told, gates, &low, &high);
    printf("%s\t%s\t%u\t%u\t%u\t%u\t%.4f\t%.4f\t%.4f\t%.0f\t%u\t%u", label,
           cell->name, gates, tally->found, tally->by_cpu, tally->by_rate,
           (double)told / gates, low, high,
           stats_spread(tally->blocks, cell->planted ? gates : 0).median,
           tally->false_alarms, tally->unclear);
    if (cell->planted)
        printf("\t%.2f\t%.2f\n", overall(cell, METRIC_TOTAL_CPU_US),
               overall(cell, METRIC_REQUESTS_PER_S));
    else
        printf("\tnan\tnan\n");
}

/* Takes what is planted in place of what is not. */
static int plant(struct recordings *all, const char *path)
{
    struct recordings planted = {0};

    if (read_recordings(path, &planted) != 0)
        return -1;
    for (size_t i = 0; i < planted.n; i++) {
        struct recording *cell = recording_of(all, planted.cell[i].name);
        if (!cell)
            return -1;
        free(cell->block);
        *cell = planted.cell[i];
        cell->planted = true;
    }
    return 0;
}

/* 0 or -ENOMEM. */
static int replay_all(const struct recordings *all, unsigned gates,
                      unsigned blocks, struct tally *tally)
{
    uint64_t state = 1;
    int error = tally->blocks ? 0 : -ENOMEM;

    for (unsigned i = 0; i < gates && !error; i++) {
        struct gate gate = {0};
        error = replay(&gate, all, blocks, &state);
        if (!error)
            count(&gate, all, i, tally);
        gate_free(&gate);
    }
    return error;
}

int main(int argc, char **argv)
{
    struct recordings all = {0};
    struct tally tally = {0};

    msg_init(argv[0]);
    if (argc != 4 && argc != 6) {
        msg_error("takes GATES BLOCKS NULL.tsv [LABEL PLANTED.tsv]");
        return 2;
    }
    const unsigned gates = (unsigned)strtoul(argv[1], NULL, 10);
    const unsigned blocks = (unsigned)strtoul(argv[2], NULL, 10);
    if (gates == 0 || read_recordings(argv[3], &all) != 0 ||
        (argc == 6 && plant(&all, argv[5]) != 0))
        return 2;
    tally.blocks = calloc(gates, sizeof(*tally.blocks));
    int error = replay_all(&all, gates, blocks, &tally);
    if (error)
        msg_error("out of memory");
    else
        print(argc == 6 ? argv[4] : "none", &all, gates, &tally);
    free(tally.blocks);
    for (size_t i = 0; i < all.n; i++)
        free(all.cell[i].block);
    return error ? 2 : 0;
}
