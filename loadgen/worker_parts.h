/* worker_parts.h: how a worker divides its window into intervals and hands over
 * what each has counted. Without anybody who watches them the window is one
 * interval. Called by worker.c, and by nobody else. */
#ifndef LOADGEN_WORKER_PARTS_H
#define LOADGEN_WORKER_PARTS_H

#include "loadgen/worker.h"

/* The window has begun, at `cpu_ns` of the thread's CPU clock. Sets the edge. */
void worker_parts_begin(struct worker *worker, uint64_t cpu_ns);

/* An edge within the window has passed: hands over what there is, and sets the
 * next one. `now_ns` is before the window's end. */
void worker_parts_pass(struct worker *worker, uint64_t now_ns);

/* The window has ended, at `cpu_ns` of the thread's CPU clock. */
void worker_parts_end_window(struct worker *worker, uint64_t cpu_ns);

/* The worker has ended: hands over the rest. */
void worker_parts_end(struct worker *worker);

#endif
