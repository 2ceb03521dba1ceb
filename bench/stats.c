#include "bench/stats.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

struct spread stats_spread(double *values, size_t n)
{
    size_t known = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i]))
            values[known++] = values[i];
    }
    if (known == 0)
        return (struct spread){NAN, NAN, NAN, 0};
    qsort(values, known, sizeof(*values), ascending);
    return (struct spread){
        .median = (values[(known - 1) / 2] + values[known / 2]) / 2,
        .min = values[0],
        .max = values[known - 1],
        .n = known,
    };
}
