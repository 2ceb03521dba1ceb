/* disturbance.h: who else used the CPUs while a window was measured. */
#ifndef BENCH_RUNNER_DISTURBANCE_H
#define BENCH_RUNNER_DISTURBANCE_H

#include "bench/runner/awake.h"
#include "bench/runner/placement.h"
#include "common/ticks.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A window of whose CPU time others had, or the hypervisor took, more than this
 * share is noisy. */
#define DISTURBANCE_NOISY_SHARE 0.05

/* What is read before and after. */
struct edge {
    uint64_t wall_ns;
    uint64_t server_ns;
    uint64_t spinner_ns;
    uint64_t listen_overflows;
    struct ticks ticks;
    bool has_overflows;
};

struct disturbance {
    double foreign_share; /* of the pinned CPUs' time */
    double steal_share;
    double spinner_share; /* of the spinners that keep awake */
    bool noisy;
    double listen_overflows; /* on the whole machine; NAN if unknown */
};

/* Reads an edge; `server` is the server's process, 0 for none. */
void edge_read(const struct placement *placement, pid_t server,
               const struct awake *awake, struct edge *edge);

/* What happened between two edges. With `awake` by process clocks: wall time
 * less server, client (`client_ns`) and spinners; else by the ticks of
 * /proc/stat, which miss much. */
struct disturbance disturbance_between(const struct placement *placement,
                                       bool awake, const struct edge *begin,
                                       const struct edge *end,
                                       uint64_t client_ns);

#endif
