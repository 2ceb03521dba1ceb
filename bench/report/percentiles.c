#include "bench/report/percentiles.h"

#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEPS_PER_NINE = 8, /* points of the curve per factor ten of 1/(1-p) */
    NINES = 6,
    STEPS = STEPS_PER_NINE * NINES + 1,
    SAMPLES_ABOVE = 10, /* fewer say nothing of a percentile */
};

/* The curve's points lie evenly on its axis. */
static double step_percentile(int step)
{
    return 1 - pow(10, -(double)step / STEPS_PER_NINE);
}

/* One trial: how many samples it has, and its value at each step. */
struct curve {
    double samples;
    double at[STEPS];
};

/* Reads a .hgrm file (value in us, percentile, samples up to it,
 * 1/(1-percentile)). 0 or -errno. */
static int read_histogram(const char *path, struct curve *curve)
{
    FILE *file = run_dir_open_file(path);
    char line[256];
    double value;
    double percentile;
    uint64_t upto = 0;
    int step = 0;

    if (!file)
        return -errno;
    while (fgets(line, sizeof(line), file)) {
        if (line[0] == '#' ||
            sscanf(line, "%lf %lf %" SCNu64, &value, &percentile, &upto) != 3)
            continue;
        if (!isfinite(value) || value < 0)
            break;
        while (step < STEPS && percentile >= step_percentile(step))
            curve->at[step++] = value;
    }
    fclose(file);
    curve->samples = (double)upto;
    return step == STEPS ? 0 : -EINVAL;
}

static void write_rows(const char *side, const struct summary_cell *cell,
                       struct curve *curve, size_t n, double *values,
                       FILE *file)
{
    char server[64];
    char protocol[16];
    char connections[24];
    char rate[24];
    double least = curve[0].samples;

    for (size_t i = 1; i < n; i++)
        least = fmin(least, curve[i].samples);
    for (int step = 0; step < STEPS; step++) {
        if ((1 - step_percentile(step)) * least < SAMPLES_ABOVE)
            return;
        for (size_t i = 0; i < n; i++)
            values[i] = curve[i].at[step];
        struct spread spread = stats_spread(values, n);
        fprintf(
            file, "%s%s\t%s\t%s\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%zu\t%u\n",
            side, summary_axis(cell, AXIS_PROTOCOL, protocol, sizeof(protocol)),
            summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
            summary_axis(cell, AXIS_CONNECTIONS, connections,
                         sizeof(connections)),
            summary_axis(cell, AXIS_RATE, rate, sizeof(rate)),
            step_percentile(step) * 100, 1 / (1 - step_percentile(step)),
            spread.median, spread.min, spread.max, spread.n,
            cell->generator_bound + cell->invalid);
    }
}

static bool has_histogram(const json_t *record)
{
    return json_is_string(json_object_get(record, "histogram"));
}

/* How many of the cell's trials a baseline, say, keeps no histogram of. */
static unsigned without_histogram(const struct summary_cell *cell)
{
    unsigned n = 0;

    for (unsigned i = 0; i < cell->ok; i++)
        n += !has_histogram(cell->record[i]);
    return n;
}

static int write_cell(const char *side, const struct summary_cell *cell,
                      FILE *file)
{
    struct curve *curve = calloc(cell->ok, sizeof(*curve));
    double *values = calloc(cell->ok, sizeof(*values));
    size_t n = 0;
    int error = curve && values ? 0 : -ENOMEM;

    for (unsigned i = 0; i < cell->ok && !error; i++) {
        char *path = summary_trial_starved(cell, i)
                         ? NULL
                         : summary_record_file(cell->record[i], "histogram");
        if (!path)
            continue;
        int unreadable = read_histogram(path, &curve[n]);
        if (unreadable)
            msg_error("%s: no histogram: %s; left out of the charts", path,
                      strerror(-unreadable));
        else
            n++;
        free(path);
    }
    if (!error && n > 0)
        write_rows(side, cell, curve, n, values, file);
    free(curve);
    free(values);
    return error;
}

bool percentiles_reach(const struct summary_cell *cell)
{
    bool reach = cell->ok > 0 && !cell->starved;
    bool any = false;

    for (unsigned i = 0; i < cell->ok && reach; i++) {
        if (summary_trial_starved(cell, i))
            continue;
        reach =
            summary_number(cell->record[i], "result.requests") >= SAMPLES_ABOVE;
        any |= has_histogram(cell->record[i]);
    }
    return reach && any;
}

int percentiles_write(const struct charted *charted, FILE *file)
{
    unsigned without = 0;
    int error = 0;

    fprintf(file,
            "%sprotocol\tserver\tconnections\trate\tpercentile\tnines\t"
            "latency_us\tlatency_us_min\tlatency_us_max\ttrials\tdoubtful\n",
            charted->compared ? "side\t" : "");
    for (size_t i = 0; i < charted->n && !error; i++) {
        char side[32];
        const struct summary_cell *cell = charted->cell[i].cell;
        without += without_histogram(cell);
        if (percentiles_reach(cell))
            error = write_cell(charted_side(charted, i, side, sizeof(side)),
                               cell, file);
    }
    if (without > 0)
        msg_error("%u trials have no histogram; the chart by percentile leaves "
                  "them out",
                  without);
    return error;
}
