/* cost.h: what a process and all its descendants have cost so far. */
#ifndef COMMON_COST_H
#define COMMON_COST_H

#include <stdint.h>
#include <sys/types.h>

/* Sums since each process began, so the cost of an interval is the difference
 * of two readings; memory is a state, not a sum. */
struct cost {
    uint64_t cpu_ns;    /* process CPU clocks: all threads, exited ones too.
                         * Another process's running thread is accounted at its
                         * last switch or tick, so up to one tick is missing. */
    uint64_t reaped_ns; /* of cpu_ns: waited-for children, in clock ticks */
    uint64_t user_ns; /* sampled by the tick, see getrusage(2): a rough split */
    uint64_t sys_ns;
    uint64_t switches_voluntary; /* of threads that still live */
    uint64_t switches_involuntary;
    uint64_t rss_peak_bytes; /* VmHWM, the sum over the tree; shared pages count
                              * once a process */
    uint64_t pss_bytes;      /* proportional share; 0 where not readable */
    unsigned processes;
    unsigned threads;
};

/* Reads the cost of the process `pid` and of all its living descendants, and
 * the CPU time of those that have been waited for. Descendants that end while
 * this reads are left out. 0, -ESRCH if there is no such process, or -errno.
 * Not cheap (several files a thread): only for the edges of a window. See
 * proc(5) and clock_getcpuclockid(3). */
int cost_of_tree(pid_t pid, struct cost *cost);

/* The same without the memory, which is the expensive part: for edges. */
int cost_of_tree_cpu(pid_t pid, struct cost *cost);

/* `later` - `earlier` for the sums; memory and counts are those of `later`.
 * A sum that has shrunk, because a descendant ended, counts as 0. */
struct cost cost_between(const struct cost *earlier, const struct cost *later);

/* CPU time in ns of the process `pid` alone, or -errno. */
int cost_cpu_clock(pid_t pid, uint64_t *ns);

#endif
