/* schedule.h: when each request of an open loop is planned, in nanoseconds
 * from the beginning of the plan. Integers only, so that the same seed gives
 * the same schedule on every machine; no clock and no memory: the next moment
 * is all there is. */
#ifndef LOADGEN_PLAN_SCHEDULE_H
#define LOADGEN_PLAN_SCHEDULE_H

#include <stdint.h>

/* Requests per second that a schedule holds at most: far beyond what loopback
 * carries, and so few that planning them is quick even if none can be sent. */
enum { SCHEDULE_RATE_MOST = 10 * 1000 * 1000, SCHEDULE_THREADS_MOST = 1024 };

enum arrivals {
    ARRIVALS_POISSON, /* gaps are exponential, and know nothing of each other */
    ARRIVALS_FIXED,   /* all gaps are the same */
};

/* The share that one thread has of a plan. */
struct schedule {
    enum arrivals arrivals;
    uint64_t at_ns;    /* the next request */
    uint64_t fraction; /* and so much later: fixed: in 1/rate ns; Poisson: in
                        * 2^-56 ns */
    uint64_t rate_per_s;
    uint64_t gap_ns; /* fixed: between two requests, and gap_rest/rate more */
    uint64_t gap_rest;
    uint64_t mean_gap; /* Poisson: in 2^-24 ns */
    uint64_t random;
};

/* "poisson", "fixed". */
const char *arrivals_name(enum arrivals arrivals);

/* Begins the share of thread number `thread` of `threads` (at most
 * SCHEDULE_THREADS_MOST) in a plan of `rate_per_s` (1 to SCHEDULE_RATE_MOST)
 * requests. Fixed: request k of the plan is at k/rate, rounded down, and a
 * thread has every `threads`-th. Poisson: each thread has a process of its own,
 * of rate/threads; together they are one of the whole rate. */
void schedule_init(struct schedule *schedule, enum arrivals arrivals,
                   uint64_t rate_per_s, unsigned thread, unsigned threads,
                   uint64_t seed);

/* Goes on to the next request; `at_ns` never falls. Nothing adds up: fixed
 * gaps are exact, and the mean of the others is right to 1 in 10^9. */
void schedule_advance(struct schedule *schedule);

/* The next number of an exponential distribution of mean 1, in 2^-32. By John
 * von Neumann's method of comparing uniform numbers ("Various techniques used
 * in connection with random digits", 1951), which needs no logarithm. */
uint64_t schedule_exponential(uint64_t *random);

#endif
