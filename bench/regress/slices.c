#include "bench/regress/slices.h"

#include <errno.h>

void slices_write_header(FILE *file)
{
    fprintf(file, "block\tcell\tslice\tside\tforeign_cpu_share\tnoisy\t"
                  "connections_served");
    for (enum metric metric = 0; metric < METRICS; metric++)
        fprintf(file, "\t%s", metric_path(metric));
    fputc('\n', file);
}

int slices_write(FILE *file, unsigned block, const char *name,
                 const struct slice slice[DUEL_SLICES])
{
    for (unsigned i = 0; i < DUEL_SLICES; i++) {
        fprintf(file, "%u\t%s\t%u\t%u\t%.4f\t%d\t%.0f", block, name, i,
                slice[i].side, slice[i].disturbance.foreign_share,
                slice[i].disturbance.noisy, slice[i].served);
        for (enum metric metric = 0; metric < METRICS; metric++)
            fprintf(file, "\t%.9g", slice[i].value[metric]);
        fputc('\n', file);
    }
    return fflush(file) == 0 ? 0 : -errno;
}
