/* worker_plan.h: what a worker of an open loop does besides what every worker
 * does: worker.c calls it, and only if there is a plan. */
#ifndef LOADGEN_WORKER_PLAN_H
#define LOADGEN_WORKER_PLAN_H

#include "loadgen/worker.h"

/* Makes the plan. 0 or -ENOMEM; worker_plan_free() in both cases, and also
 * without a plan. */
int worker_plan_init(struct worker *worker);
void worker_plan_free(struct worker *worker);

/* `conn` has been opened: all its places are free. */
void worker_plan_opened(struct worker *worker, struct conn *conn,
                        uint64_t now_ns);

/* `conn` has had replies: there is room on it. */
void worker_plan_room(struct worker *worker, struct conn *conn);

/* `conn` is closed: what is in flight there is lost. */
void worker_plan_closed(struct worker *worker, const struct conn *conn);

/* Has `conn`, which had no request yet, been free for longer than a reply may take? Then
 * a server that closes it only minds its own idle time-out. */
bool worker_plan_unused(const struct worker *worker, const struct conn *conn,
                        uint64_t now_ns);

/* Gives up requests that have waited for a connection longer than a request
 * may take; ends the worker if nothing is to be waited for any more. */
void worker_plan_pass(struct worker *worker, uint64_t now_ns);

/* Counts what of the window's requests is unfinished. */
void worker_plan_finish(struct worker *worker, uint64_t now_ns);

#endif
