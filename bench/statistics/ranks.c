#include "bench/statistics/ranks.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_of_sorted(const double *value, size_t n)
{
    return (value[(n - 1) / 2] + value[n / 2]) / 2;
}

static double two_sided(double z)
{
    return fmin(1, erfc(fabs(z) / sqrt(2)));
}

/* The z beyond which, on both sides together, `alpha` of a normal distribution
 * lies; by bisection, since erfc() only falls. */
static double normal_quantile(double alpha)
{
    double low = 0;
    double high = 40;

    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (two_sided(middle) > alpha)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* --- midranks --- */

struct ranked {
    double value; /* what is ranked */
    double mark;  /* whose rank counts: > 0 */
};

static int by_value(const void *a, const void *b)
{
    return ascending(&((const struct ranked *)a)->value,
                     &((const struct ranked *)b)->value);
}

/* Sorts, and returns the sum of the midranks of marked values; `*tie_sum` is
 * the sum of t^3 - t over groups of t equal values. */
static double marked_rank_sum(struct ranked *ranked, size_t n, double *tie_sum)
{
    double sum = 0;
    size_t end;

    *tie_sum = 0;
    qsort(ranked, n, sizeof(*ranked), by_value);
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && ranked[end].value == ranked[i].value;)
            end++;
        const double t = (double)(end - i);
        const double midrank = (double)(i + end + 1) / 2;
        *tie_sum += t * t * t - t;
        for (size_t k = i; k < end; k++)
            sum += ranked[k].mark > 0 ? midrank : 0;
    }
    return sum;
}

/* --- exact distributions, as the number of ways to each sum --- */

/* Ways for a subset of 1 … n to have each sum 0 … n(n+1)/2. */
static double *signed_rank_ways(size_t n, size_t *sums)
{
    double *ways;

    *sums = n * (n + 1) / 2 + 1;
    ways = calloc(*sums, sizeof(*ways));
    if (!ways)
        return NULL;
    ways[0] = 1;
    for (size_t rank = 1; rank <= n; rank++) {
        for (size_t sum = *sums; sum-- > rank;)
            ways[sum] += ways[sum - rank];
    }
    return ways;
}

/* Ways for Mann and Whitney's U to be each of 0 … n*m: the coefficients of the
 * Gaussian binomial, one factor (1 - q^(m+i)) / (1 - q^i) at a time; Harding,
 * "An efficient, minimal-storage procedure", 1984. */
static double *mann_whitney_ways(size_t n, size_t m, size_t *sums)
{
    double *ways;

    *sums = n * m + 1;
    ways = calloc(*sums, sizeof(*ways));
    if (!ways)
        return NULL;
    ways[0] = 1;
    for (size_t i = 1; i <= n; i++) {
        for (size_t u = *sums; u-- > m + i;)
            ways[u] -= ways[u - m - i];
        for (size_t u = i; u < *sums; u++)
            ways[u] += ways[u - i];
    }
    return ways;
}

/* The share of ways to at most `sum`. */
static double share_upto(const double *ways, size_t sums, double sum)
{
    double upto = 0;
    double all = 0;

    for (size_t i = 0; i < sums; i++) {
        all += ways[i];
        if ((double)i <= sum)
            upto += ways[i];
    }
    return upto / all;
}

/* The least sum of which at least half of alpha lies at or below; at least 1,
 * as an order statistic must be. */
static size_t exact_rank(const double *ways, size_t sums, double alpha)
{
    double upto = 0;
    double all = 0;
    size_t sum = 0;

    for (size_t i = 0; i < sums; i++)
        all += ways[i];
    for (;; sum++) {
        upto += ways[sum];
        if (upto / all >= alpha / 2)
            break;
    }
    return sum > 0 ? sum : 1;
}

/* --- what both tests share --- */

/* The statistic, its distribution's mean and deviation without a shift. */
struct statistic {
    double value;
    double mean;
    double deviation;
    double spread; /* the deviation when nothing is left out or tied: of the
                    * interval, to which every value belongs */
    bool exact;
};

/* The estimate and its interval from all `n` sorted elementary estimates. */
static void set_interval(struct shift *shift, double *elementary, size_t n,
                         const struct statistic *statistic, const double *ways,
                         size_t sums, double alpha)
{
    double rank;

    qsort(elementary, n, sizeof(*elementary), ascending);
    shift->estimate = median_of_sorted(elementary, n);
    if (statistic->exact)
        rank = (double)exact_rank(ways, sums, alpha);
    else
        rank =
            floor((double)n / 2 - normal_quantile(alpha) * statistic->spread);
    if (rank < 1)
        rank = 1;
    shift->low = elementary[(size_t)rank - 1];
    shift->high = elementary[n - (size_t)rank];
}

static void set_p(struct shift *shift, const struct statistic *statistic,
                  const double *ways, size_t sums)
{
    double off = statistic->value - statistic->mean;
    double tail =
        fmin(statistic->value, 2 * statistic->mean - statistic->value);

    shift->least_p = fmin(1, 2 * share_upto(ways, sums, 0));
    if (statistic->exact)
        shift->p = fmin(1, 2 * share_upto(ways, sums, tail));
    else if (statistic->deviation > 0)
        shift->p = two_sided(fmax(0, fabs(off) - 0.5) / statistic->deviation);
    else
        shift->p = 1;
}

static void set_nothing(struct shift *shift)
{
    const double none = (double)NAN;

    *shift = (struct shift){none, none, none, none, none};
}

/* --- the signed-rank test --- */

/* Ranks the differences that are not 0. Returns how many those are. */
static size_t rank_differences(const double *difference, size_t n,
                               struct ranked *ranked,
                               struct statistic *statistic)
{
    size_t used = 0;
    double ties;

    for (size_t i = 0; i < n; i++) {
        if (difference[i] != 0)
            ranked[used++] =
                (struct ranked){fabs(difference[i]), difference[i]};
    }
    const double m = (double)used;
    statistic->value = marked_rank_sum(ranked, used, &ties);
    statistic->mean = m * (m + 1) / 4;
    statistic->deviation = sqrt(m * (m + 1) * (2 * m + 1) / 24 - ties / 48);
    const double all = (double)n;
    statistic->spread = sqrt(all * (all + 1) * (2 * all + 1) / 24);
    statistic->exact = used == n && ties == 0 && n <= RANKS_PAIRED_EXACT_MOST;
    return used;
}

/* All n(n+1)/2 averages of two differences, each with itself, too. */
static double *walsh_averages(const double *difference, size_t n)
{
    double *average = malloc(n * (n + 1) / 2 * sizeof(*average));
    size_t k = 0;

    for (size_t i = 0; average && i < n; i++) {
        for (size_t j = i; j < n; j++)
            average[k++] = (difference[i] + difference[j]) / 2;
    }
    return average;
}

int ranks_paired(const double *difference, size_t n, double alpha,
                 struct shift *shift)
{
    struct ranked *ranked = calloc(n + 1, sizeof(*ranked));
    double *average = walsh_averages(difference, n);
    double *ways = NULL;
    size_t sums = 0;
    struct statistic statistic;
    int error = -ENOMEM;

    set_nothing(shift);
    if (n == 0) {
        error = 0;
    } else if (ranked && average) {
        size_t used = rank_differences(difference, n, ranked, &statistic);
        ways = signed_rank_ways(
            used < RANKS_PAIRED_EXACT_MOST ? used : RANKS_PAIRED_EXACT_MOST,
            &sums);
        if (ways) {
            set_interval(shift, average, n * (n + 1) / 2, &statistic, ways,
                         sums, alpha);
            set_p(shift, &statistic, ways, sums);
            error = 0;
        }
    }
    free(ranked);
    free(average);
    free(ways);
    return error;
}

/* --- the test of two samples --- */

/* Ranks both samples together; U counts the pairs in which b is greater. */
static void rank_samples(const double *a, size_t n_a, const double *b,
                         size_t n_b, struct ranked *ranked,
                         struct statistic *statistic)
{
    const double n = (double)n_a;
    const double m = (double)n_b;
    const double all = n + m;
    double ties;

    for (size_t i = 0; i < n_a; i++)
        ranked[i] = (struct ranked){a[i], 0};
    for (size_t i = 0; i < n_b; i++)
        ranked[n_a + i] = (struct ranked){b[i], 1};
    statistic->value =
        marked_rank_sum(ranked, n_a + n_b, &ties) - m * (m + 1) / 2;
    statistic->mean = n * m / 2;
    statistic->deviation =
        sqrt(n * m / 12 * (all + 1 - (all > 1 ? ties / (all * (all - 1)) : 0)));
    statistic->spread = sqrt(n * m / 12 * (all + 1));
    statistic->exact =
        ties == 0 && n_a <= RANKS_EXACT_MOST && n_b <= RANKS_EXACT_MOST;
}

static double *all_differences(const double *a, size_t n_a, const double *b,
                               size_t n_b)
{
    double *difference = malloc(n_a * n_b * sizeof(*difference));

    for (size_t i = 0; difference && i < n_a; i++) {
        for (size_t j = 0; j < n_b; j++)
            difference[i * n_b + j] = b[j] - a[i];
    }
    return difference;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

int ranks_unpaired(const double *a, size_t n_a, const double *b, size_t n_b,
                   double alpha, struct shift *shift)
{
    struct ranked *ranked = calloc(n_a + n_b + 1, sizeof(*ranked));
    double *difference = all_differences(a, n_a, b, n_b);
    size_t sums;
    double *ways = mann_whitney_ways(least(n_a, RANKS_EXACT_MOST),
                                     least(n_b, RANKS_EXACT_MOST), &sums);
    struct statistic statistic;
    int error = -ENOMEM;

    set_nothing(shift);
    if (n_a == 0 || n_b == 0) {
        error = 0;
    } else if (ranked && difference && ways) {
        rank_samples(a, n_a, b, n_b, ranked, &statistic);
        set_interval(shift, difference, n_a * n_b, &statistic, ways, sums,
                     alpha);
        set_p(shift, &statistic, ways, sums);
        error = 0;
    }
    free(ranked);
    free(difference);
    free(ways);
    return error;
}

/* --- many tests at once --- */

static int descending(const void *a, const void *b)
{
    return ascending(b, a);
}

int ranks_adjust(double *p, size_t n)
{
    double *sorted = malloc((n + 1) * sizeof(*sorted));
    size_t known = 0;

    if (!sorted)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i]))
            sorted[known++] = p[i];
    }
    qsort(sorted, known, sizeof(*sorted), descending);
    for (size_t i = 0; i < n; i++) {
        double q = 1;
        for (size_t k = 0; k < known && sorted[k] >= p[i]; k++)
            q = fmin(q, sorted[k] * (double)known / (double)(known - k));
        if (!isnan(p[i]))
            p[i] = q;
    }
    free(sorted);
    return 0;
}
