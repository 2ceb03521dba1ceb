/* clock.h: the one clock that measurements and deadlines use. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC, the same in all processes; about 22 ns a
 * call through the vDSO. Can't fail on Linux. */
static inline uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* The time from now until `at_ns`, as system calls want it; 0 if that has
 * passed. */
static inline struct timespec clock_left(uint64_t at_ns)
{
    const uint64_t ns_per_s = UINT64_C(1000000000);
    uint64_t now_ns = clock_ns();
    uint64_t left_ns = at_ns > now_ns ? at_ns - now_ns : 0;

    return (struct timespec){
        .tv_sec = (time_t)(left_ns / ns_per_s),
        .tv_nsec = (long)(left_ns % ns_per_s),
    };
}

/* The CPU time of the calling thread, exact; a system call of about 520 ns. */
static inline uint64_t clock_thread_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

#endif
