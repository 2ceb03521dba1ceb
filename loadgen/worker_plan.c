#include "loadgen/worker_plan.h"

#include "loadgen/plan/pace.h"
#include "loadgen/plan/plan.h"

#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int worker_plan_init(struct worker *worker)
{
    worker->plan = calloc(1, sizeof(*worker->plan));
    if (!worker->plan)
        return -ENOMEM;
    return plan_init(worker->plan, worker->n_conns,
                     worker->n_conns * worker->settings->pipeline);
}

void worker_plan_free(struct worker *worker)
{
    if (worker->plan)
        plan_free(worker->plan);
    free(worker->plan);
}

void worker_plan_room(struct worker *worker, struct conn *conn)
{
    if (conn->offered)
        return;
    conn->offered = true;
    plan_offer(worker->plan, (uint32_t)(conn - worker->conns));
}

void worker_plan_opened(struct worker *worker, struct conn *conn,
                        uint64_t now_ns)
{
    for (uint32_t i = 0; i < worker->settings->pipeline; i++)
        worker->plan->tickets[worker_place(worker, conn, i)].free_ns = now_ns;
    worker_plan_room(worker, conn);
}

void worker_plan_closed(struct worker *worker, const struct conn *conn)
{
    for (uint32_t i = 0; i < conn->in_flight; i++)
        plan_lose(worker->plan, worker_place(worker, conn, i));
}

bool worker_plan_unused(const struct worker *worker, const struct conn *conn,
                        uint64_t now_ns)
{
    const struct ticket *ticket =
        &worker->plan->tickets[worker_place(worker, conn, 0)];

    return now_ns - ticket->free_ns >= worker->settings->timeout_ns;
}

/* The connection that has been free for longest, taken out of the ring; NULL
 * if there is none. One that was closed while it was free is left out: it is
 * offered again when it is open. */
static struct conn *pick(struct worker *worker)
{
    struct plan *plan = worker->plan;

    while (plan->ring_count) {
        struct conn *conn = &worker->conns[plan_pick(plan)];
        conn->offered = false;
        if (conn->state == CONN_OPEN && worker_has_room(worker, conn))
            return conn;
    }
    return NULL;
}

struct conn *worker_due(struct worker *worker, uint64_t now_ns)
{
    struct plan *plan = worker->plan;

    if (now_ns < plan->next_ns)
        return NULL;
    if (now_ns >= worker->edge_ns)
        worker_pass(worker, now_ns);
    if (now_ns < plan->next_ns || worker_done(worker))
        return NULL;
    struct conn *conn = pick(worker);
    if (!conn)
        return NULL;
    plan_send(plan, worker_place(worker, conn, conn->in_flight), now_ns);
    worker_start(worker, conn, now_ns);
    if (worker_has_room(worker, conn))
        worker_plan_room(worker, conn);
    return conn;
}

uint64_t worker_sleep_until(struct worker *worker, uint64_t now_ns)
{
    struct plan *plan = worker->plan;
    const struct pace pace = {
        .planned_ns = plan->next_ns,
        .free = plan->ring_count > 0,
        .spin = worker->settings->spin,
    };
    uint64_t until_ns = pace_sleep_until(&pace, now_ns);

    plan_look(plan, now_ns,
              worker->counters.bytes_in + worker->counters.bytes_out,
              until_ns > now_ns);
    if (until_ns == NEVER_NS && plan->next_ns != NEVER_NS)
        until_ns = plan->next_ns + worker->settings->timeout_ns;
    return until_ns;
}

static void give_up_overdue(struct worker *worker, uint64_t now_ns)
{
    struct plan *plan = worker->plan;
    const uint64_t timeout_ns = worker->settings->timeout_ns;
    char why[FAULT_TEXT];
    char limit[24];

    if (now_ns < timeout_ns || now_ns - timeout_ns < plan->next_ns)
        return;
    snprintf(why, sizeof(why), "no connection was free within %s",
             units_format_exact(limit, sizeof(limit), timeout_ns));
    while (plan->ring_count == 0 && plan->next_ns <= now_ns - timeout_ns) {
        plan_give_up(plan);
        faults_add(&worker->faults, FAULT_TIMEOUT, why);
    }
}

void worker_plan_pass(struct worker *worker, uint64_t now_ns)
{
    give_up_overdue(worker, now_ns);
    if (worker->phase == PHASE_DRAIN &&
        (now_ns >= worker->edge_ns || plan_over(worker->plan)))
        worker_finish(worker, now_ns);
}

void worker_plan_finish(struct worker *worker, uint64_t now_ns)
{
    struct plan *plan = worker->plan;
    uint64_t oldest_ns = plan_close(plan, now_ns);

    worker->unfinished = plan->counts.unsent;
    for (uint32_t i = 0; i < worker->n_conns; i++) {
        const struct conn *conn = &worker->conns[i];
        for (uint32_t nth = 0; nth < conn->in_flight; nth++) {
            const struct ticket *ticket =
                &plan->tickets[worker_place(worker, conn, nth)];
            worker->unfinished += ticket->counted;
            if (ticket->counted && ticket->planned_ns < oldest_ns)
                oldest_ns = ticket->planned_ns;
        }
    }
    if (worker->unfinished)
        worker->unfinished_oldest_ns = now_ns - oldest_ns;
}
