/* flights.h: what is waited for, the oldest first, so that the next deadline
 * is at the head: a doubly linked list in one array, all in constant time. */
#ifndef LOADGEN_FLIGHTS_H
#define LOADGEN_FLIGHTS_H

#include <stdint.h>

/* A request in flight, or a connection being opened. Its place in the array
 * says which; the last place of the array is the list's two ends. */
struct flight {
    uint64_t start_ns;
    uint32_t before;
    uint32_t after;
};

/* Makes the list empty; `ends` is the last place. */
static inline void flights_clear(struct flight *flights, uint32_t ends)
{
    flights[ends].before = ends;
    flights[ends].after = ends;
}

/* `start_ns` must not be before that of the last one. */
static inline void flights_append(struct flight *flights, uint32_t ends,
                                  uint32_t at, uint64_t start_ns)
{
    uint32_t last = flights[ends].before;

    flights[at] = (struct flight){start_ns, last, ends};
    flights[last].after = at;
    flights[ends].before = at;
}

static inline void flights_remove(struct flight *flights, uint32_t at)
{
    flights[flights[at].before].after = flights[at].after;
    flights[flights[at].after].before = flights[at].before;
}

/* The place of the oldest one; `ends` if there is none. */
static inline uint32_t flights_oldest(const struct flight *flights,
                                      uint32_t ends)
{
    return flights[ends].after;
}

#endif
