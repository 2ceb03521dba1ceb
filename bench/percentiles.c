#include "bench/percentiles.h"

#include "bench/run_dir.h"
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

/* Reads a .hgrm file (value in us, percentile, samples up to it, 1/(1-percentile))
 * and sets `at[step]` to the value at each step, NAN where too few samples lie
 * above. 0 or -errno. */
static int read_histogram(const char *path, double at[STEPS])
{
    FILE *file = fopen(path, "re");
    char line[256];
    double value;
    double percentile;
    uint64_t upto;
    uint64_t total = 0;
    int step = 0;

    if (!file)
        return -errno;
    while (fgets(line, sizeof(line), file)) {
        if (line[0] == '#' ||
            sscanf(line, "%lf %lf %" SCNu64, &value, &percentile, &upto) != 3)
            continue;
        total = upto;
        while (step < STEPS && percentile >= step_percentile(step))
            at[step++] = value;
    }
    fclose(file);
    for (int i = 0; i < STEPS; i++) {
        double above = (1 - step_percentile(i)) * (double)total;
        if (i >= step || above < SAMPLES_ABOVE)
            at[i] = (double)NAN;
    }
    return total > 0 ? 0 : -EINVAL;
}

static void write_rows(const struct summary_cell *cell, double (*at)[STEPS],
                       double *values, FILE *file)
{
    char server[64];
    char protocol[16];
    char connections[24];

    for (int step = 0; step < STEPS; step++) {
        for (unsigned i = 0; i < cell->ok; i++)
            values[i] = at[i][step];
        struct spread spread = stats_spread(values, cell->ok);
        if (spread.n == 0 || spread.n * 2 < cell->ok)
            return;
        fprintf(file, "%s\t%s\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%zu\n",
                summary_axis(cell, AXIS_PROTOCOL, protocol, sizeof(protocol)),
                summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
                summary_axis(cell, AXIS_CONNECTIONS, connections,
                             sizeof(connections)),
                step_percentile(step) * 100, 1 / (1 - step_percentile(step)),
                spread.median, spread.min, spread.max, spread.n);
    }
}

static int write_cell(const struct summary_cell *cell, const char *run,
                      FILE *file)
{
    double(*at)[STEPS] = calloc(cell->ok, sizeof(*at));
    double *values = calloc(cell->ok, sizeof(*values));
    int error = at && values ? 0 : -ENOMEM;

    for (unsigned i = 0; i < cell->ok && !error; i++) {
        const char *name =
            json_string_value(json_object_get(cell->record[i], "histogram"));
        char *path = run_dir_file(run, name ? name : "");
        int unreadable = path ? read_histogram(path, at[i]) : -ENOMEM;
        if (unreadable) {
            msg_error("%s: no histogram: %s; left out of the charts", path,
                      strerror(-unreadable));
            for (int step = 0; step < STEPS; step++)
                at[i][step] = (double)NAN;
        }
        free(path);
    }
    if (!error)
        write_rows(cell, at, values, file);
    free(at);
    free(values);
    return error;
}

int percentiles_write(const struct summary *summary, const char *run,
                      FILE *file)
{
    int error = 0;

    fprintf(file, "protocol\tserver\tconnections\tpercentile\tnines\t"
                  "latency_us\tlatency_us_min\tlatency_us_max\ttrials\n");
    for (size_t i = 0; i < summary->cells && !error; i++) {
        const struct summary_cell *cell = &summary->cell[i];
        if (summary_is_base(cell) && !cell->starved && cell->ok > 0)
            error = write_cell(cell, run, file);
    }
    return error;
}
