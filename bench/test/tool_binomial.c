/* tool_binomial: the exact 95 % interval, in per cent, of a share that was seen
 * K times of N. Usage: tool_binomial K N. Prints "LOW HIGH". */
#include "bench/statistics/stats.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    const unsigned n = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    const unsigned k = n > 0 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    double low = 0;
    double high = 1;

    if (k > n)
        return 2;
    if (n > 0)
        stats_binomial_interval(k, n, &low, &high);
    printf("%.1f %.1f\n", 100 * low, 100 * high);
    return 0;
}
