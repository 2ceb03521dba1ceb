/* awake.h: keeping CPUs from going idle while a trial measures. */
#ifndef BENCH_RUNNER_AWAKE_H
#define BENCH_RUNNER_AWAKE_H

#include "bench/child.h"

enum { AWAKE_MOST = 64 };

/* One spinner a CPU, under SCHED_IDLE: it runs only when nothing else wants
 * the CPU, so that a wake-up finds the CPU awake and costs what the kernel
 * needs, not what a sleeping (virtual) CPU needs to start. See sched(7). */
struct awake {
    struct child spinner[AWAKE_MOST];
    int n;
};

/* Starts a spinner on each CPU of `cpus`, at most AWAKE_MOST. 0 or -errno; then
 * none runs. */
int awake_start(struct awake *awake, const cpu_set_t *cpus);

/* The CPU time, in ns, that the spinners have used so far. */
uint64_t awake_cpu_ns(const struct awake *awake);

/* Ends them. No-op when none runs. */
void awake_stop(struct awake *awake);

#endif
