/* pace.h: how to wait for a planned moment: sleep until shortly before it,
 * then look without sleeping. A decision only: no clock, no system call. */
#ifndef LOADGEN_PLAN_PACE_H
#define LOADGEN_PLAN_PACE_H

#include "common/units.h"

#include <stdbool.h>
#include <stdint.h>

#define NEVER_NS UINT64_MAX

/* Sleeping ends so long before the planned moment: a thread wakes about 40 us
 * too late as a rule and 100 us now and then, with a timer slack of 1 ns on a
 * virtual machine. */
#define PACE_SPIN_NS (100 * NS_PER_US)

/* A request that waits for a connection is answered late anyway. After so
 * long, waking late does not matter any more. */
#define PACE_PATIENCE_NS NS_PER_MS

struct pace {
    uint64_t planned_ns; /* the next request, or NEVER_NS */
    bool free;           /* there is a connection for it */
    bool spin;           /* looking without sleeping is allowed */
};

/* Until when to sleep at `now_ns`, unless something happens; NEVER_NS: until
 * something happens; not after `now_ns`: look, but do not sleep. */
uint64_t pace_sleep_until(const struct pace *pace, uint64_t now_ns);

#endif
