/* timers.h: deadlines that are all equally long, so that a list in the order
 * in which they began is a list in the order in which they are due. */
#ifndef SERVERS_TIMERS_H
#define SERVERS_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In a list, or zeroed: in none. */
struct timer {
    struct timer *prev;
    struct timer *next;
    uint64_t since_ns;
};

/* A ring closed by `head`. */
struct timers {
    struct timer head;
    uint64_t length_ns; /* 0: never due */
};

static inline bool timer_runs(const struct timer *timer)
{
    return timer->next != NULL;
}

static inline void timer_stop(struct timer *timer)
{
    if (!timer->next)
        return;
    timer->prev->next = timer->next;
    timer->next->prev = timer->prev;
    timer->prev = timer->next = NULL;
}

static inline void timers_init(struct timers *timers, uint64_t length_ns)
{
    timers->head.prev = timers->head.next = &timers->head;
    timers->length_ns = length_ns;
}

/* Starts `timer` at `now_ns`, which is never less than that of an earlier
 * call; if it runs already, in this list or another, starts it afresh. */
static inline void timers_start(struct timers *timers, struct timer *timer,
                                uint64_t now_ns)
{
    timer_stop(timer);
    timer->since_ns = now_ns;
    timer->prev = timers->head.prev;
    timer->next = &timers->head;
    timer->prev->next = timer;
    timers->head.prev = timer;
}

/* The timer that began first, or NULL. */
static inline struct timer *timers_first(const struct timers *timers)
{
    return timers->head.next == &timers->head ? NULL : timers->head.next;
}

/* When the first is due, in ns; UINT64_MAX: never. */
static inline uint64_t timers_due_ns(const struct timers *timers)
{
    const struct timer *first = timers_first(timers);

    if (!first || timers->length_ns == 0)
        return UINT64_MAX;
    return first->since_ns + timers->length_ns;
}

#endif
