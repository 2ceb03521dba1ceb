/* timer.h: a descriptor that gets readable at a time; see timerfd_create(2). */
#ifndef LOADGEN_TIMER_H
#define LOADGEN_TIMER_H

#include <stdint.h>

/* A descriptor, or -errno. */
int timer_open(void);

/* Readable from `at_ns` of clock_ns() on, and not before, even if it is now. 0
 * or -errno. */
int timer_set(int fd, uint64_t at_ns);

#endif
