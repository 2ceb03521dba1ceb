#include "bench/statistics/stats.h"

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

/* The chance of at most `k` of `n`, each with the chance `p`. */
static double binomial_at_most(unsigned k, unsigned n, double p)
{
    double sum = 0;

    if (p <= 0)
        return 1;
    if (p >= 1)
        return k >= n ? 1 : 0;
    for (unsigned i = 0; i <= k; i++)
        sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) +
                   i * log(p) + (n - i) * log1p(-p));
    return fmin(1, sum);
}

/* The chance p at which at most `k` of `n` has the chance `wanted`; by bisection,
 * since it only falls with p. */
static double binomial_solve(unsigned k, unsigned n, double wanted)
{
    double low = 0;
    double high = 1;

    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (binomial_at_most(k, n, middle) > wanted)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void stats_binomial_interval(unsigned k, unsigned n, double *low, double *high)
{
    *low = k == 0 ? 0 : binomial_solve(k - 1, n, 0.975);
    *high = k == n ? 1 : binomial_solve(k, n, 0.025);
}
