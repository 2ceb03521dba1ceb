#include "loadgen/plan/schedule.h"

#include "common/random.h"
#include "common/units.h"

#include <stdbool.h>

__extension__ typedef unsigned __int128 wide;

enum {
    EXPONENTIAL_BITS = 32,
    MEAN_BITS = 24, /* a mean of 1,024 s, the longest, just fits */
    FRACTION_BITS = EXPONENTIAL_BITS + MEAN_BITS,
};

const char *arrivals_name(enum arrivals arrivals)
{
    return arrivals == ARRIVALS_FIXED ? "fixed" : "poisson";
}

void schedule_init(struct schedule *schedule, enum arrivals arrivals,
                   uint64_t rate_per_s, unsigned thread, unsigned threads,
                   uint64_t seed)
{
    const uint64_t all_gaps_ns = threads * NS_PER_S; /* times the rate */
    const uint64_t first = thread * NS_PER_S;
    uint64_t random = seed;

    *schedule = (struct schedule){
        .arrivals = arrivals,
        .rate_per_s = rate_per_s,
    };
    if (arrivals == ARRIVALS_FIXED) {
        schedule->at_ns = first / rate_per_s;
        schedule->fraction = first % rate_per_s;
        schedule->gap_ns = all_gaps_ns / rate_per_s;
        schedule->gap_rest = all_gaps_ns % rate_per_s;
        return;
    }
    schedule->mean_gap =
        (uint64_t)(((wide)all_gaps_ns << MEAN_BITS) / rate_per_s);
    random = random_next(&random) + thread;
    schedule->random = random_next(&random);
    schedule_advance(schedule);
}

/* A run of falling numbers that begins with `first` has odd length with the
 * probability exp(-first); it has even length with 1/e on the whole. */
uint64_t schedule_exponential(uint64_t *random)
{
    for (uint64_t whole = 0;; whole++) {
        const uint64_t first = random_next(random);
        uint64_t last = first;
        uint64_t next;
        bool odd = true;
        while ((next = random_next(random)) < last) {
            last = next;
            odd = !odd;
        }
        if (odd)
            return whole << EXPONENTIAL_BITS | first >> (64 - EXPONENTIAL_BITS);
    }
}

static void advance_fixed(struct schedule *schedule)
{
    schedule->at_ns += schedule->gap_ns;
    schedule->fraction += schedule->gap_rest;
    if (schedule->fraction >= schedule->rate_per_s) {
        schedule->fraction -= schedule->rate_per_s;
        schedule->at_ns++;
    }
}

static void advance_poisson(struct schedule *schedule)
{
    const wide sum =
        (wide)schedule_exponential(&schedule->random) * schedule->mean_gap +
        schedule->fraction;

    schedule->at_ns += (uint64_t)(sum >> FRACTION_BITS);
    schedule->fraction = (uint64_t)sum & ((UINT64_C(1) << FRACTION_BITS) - 1);
}

void schedule_advance(struct schedule *schedule)
{
    if (schedule->arrivals == ARRIVALS_FIXED)
        advance_fixed(schedule);
    else
        advance_poisson(schedule);
}
