/* plan.h: what one thread of an open loop has planned, and when what came of
 * it. The plan is the queue: a request that finds no free connection waits in
 * it, which costs no memory however many wait, because the schedule makes
 * them one by one. No clock and no system call; connections and places of
 * requests in flight are known by their numbers. */
#ifndef LOADGEN_PLAN_PLAN_H
#define LOADGEN_PLAN_PLAN_H

#include "loadgen/histogram.h"
#include "loadgen/plan/pace.h"
#include "loadgen/plan/schedule.h"
#include "loadgen/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* What belongs to a place for a request in flight. */
struct ticket {
    uint64_t planned_ns;
    uint64_t free_ns; /* since when the place is free, or was */
    bool counted;     /* planned within the window */
};

/* Of requests planned within the window. */
struct plan_counts {
    uint64_t planned;
    uint64_t failed;  /* lost with their connection, or waited too long */
    uint64_t unsent;  /* still waiting when all ended */
    uint64_t waited;  /* sent, but had to wait for a connection */
    uint64_t spun_ns; /* CPU time of looking without sleeping, in the window */
};

/* Of those of them that were answered rightly, but for the gaps. */
struct plan_times {
    struct histogram *response;   /* from the planned moment to the reply */
    struct histogram *queue_wait; /* of this, without a free connection */
    struct histogram *send_lag;   /* of this, though there was one */
    struct histogram *gaps;       /* between one sending and the next */
};

/* Makes them, empty. 0 or -ENOMEM; plan_times_free() in both cases. */
int plan_times_init(struct plan_times *times);
void plan_times_free(struct plan_times *times);
void plan_times_clear(struct plan_times *times);

struct plan {
    struct schedule schedule;
    uint64_t origin_ns; /* of the schedule */
    uint64_t next_ns;   /* the next request, or NEVER_NS */
    uint64_t start_ns;  /* of the window, or NEVER_NS */
    uint64_t end_ns;
    struct ticket *tickets;
    uint32_t in_flight;

    uint32_t *ring;     /* connections that may be free, each at most once, */
    uint32_t ring_size; /* the one that has been free for longest first */
    uint32_t ring_first;
    uint32_t ring_count;

    struct plan_counts counts;
    struct plan_times times;
    uint64_t sent_ns;   /* the last counted one, or 0 */
    uint64_t spun_ns;   /* since the window began */
    uint64_t looked_ns; /* when it was looked without sleeping, or 0 */
    uint64_t moved;     /* bytes until then */
};

/* For `n_conns` connections with `places` for requests in flight in all;
 * nothing is planned yet. 0 or -ENOMEM; plan_free() in both cases. */
int plan_init(struct plan *plan, uint32_t n_conns, uint32_t places);
void plan_free(struct plan *plan);

/* Forgets all counts and times, and plans the share of thread number `thread`
 * from `origin_ns` on. */
void plan_begin(struct plan *plan, const struct settings *settings,
                unsigned thread, uint64_t origin_ns);

/* Requests planned from `start_ns` on count, and none is planned for `end_ns`
 * or later. Before that, all are planned and none counts. */
void plan_window(struct plan *plan, uint64_t start_ns, uint64_t end_ns);

/* The window is over, and the thread has used `cpu_ns` in it. Returns how much
 * of this was spinning. */
uint64_t plan_end_window(struct plan *plan, uint64_t cpu_ns);

/* Connection number `conn`, which is not in the ring, may be free. */
void plan_offer(struct plan *plan, uint32_t conn);

/* Takes the first connection out of the ring, which must not be empty. */
uint32_t plan_pick(struct plan *plan);

/* The next request is sent at `now_ns` and takes the place `at`. */
void plan_send(struct plan *plan, uint32_t at, uint64_t now_ns);

/* Gives the next request up: it has waited for too long. */
void plan_give_up(struct plan *plan);

/* The reply to the request at `at`, which was sent at `sent_ns`, is there, and
 * the place is free again. True if the request counts. */
bool plan_answer(struct plan *plan, uint32_t at, uint64_t sent_ns,
                 uint64_t now_ns);

/* The request at `at` was lost with its connection. */
void plan_lose(struct plan *plan, uint32_t at);

/* Has all that was planned come to an end? */
static inline bool plan_over(const struct plan *plan)
{
    return plan->next_ns == NEVER_NS && plan->in_flight == 0;
}

/* Plans no more. What was planned before `now_ns` and waits counts as unsent;
 * returns the moment of the first of these, or NEVER_NS. */
uint64_t plan_close(struct plan *plan, uint64_t now_ns);

/* The thread will look at `now_ns` without sleeping or, if `sleeps`, sleep.
 * `moved` is the number of bytes sent and received so far: if it has not
 * changed since the last look, the time between was spent spinning. */
void plan_look(struct plan *plan, uint64_t now_ns, uint64_t moved, bool sleeps);

#endif
