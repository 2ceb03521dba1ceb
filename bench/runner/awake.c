#include "bench/runner/awake.h"

#include "common/cost.h"
#include "common/cpus.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

/* SCHED_IDLE still has a share of a busy CPU: 0.3 %, taken in whole slices, so
 * that a request now and then waited for a timer tick. Who yields gives the rest
 * of its slice up. Not at every turn, or the run queue's lock would be busy when
 * somebody is to be woken. */
enum {
    SPINS_PER_YIELD = 200000, /* some 100 us */
    NICE_MOST = 19,
};

static void spin(const void *argument)
{
    const cpu_set_t *cpu = argument;
    const struct sched_param param = {0};

    /* Without SCHED_IDLE it would compete with what is measured. Its nice value
     * changes nothing any more but the column of /proc/stat that counts it, by
     * which the generator knows that nobody took the CPU from it. */
    if (cpus_pin(cpu) != 0 || sched_setscheduler(0, SCHED_IDLE, &param) != 0 ||
        setpriority(PRIO_PROCESS, 0, NICE_MOST) != 0)
        return;
    for (;;) {
        for (int i = 0; i < SPINS_PER_YIELD; i++)
            __asm__ volatile("" ::: "memory");
        sched_yield();
    }
}

int awake_start(struct awake *awake, const cpu_set_t *cpus)
{
    *awake = (struct awake){0};
    for (int cpu;
         awake->n < AWAKE_MOST && (cpu = cpus_nth(cpus, awake->n)) >= 0;
         awake->n++) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET((size_t)cpu, &one);
        int error = child_fork(spin, &one, &awake->spinner[awake->n]);
        if (error) {
            awake_stop(awake);
            return error;
        }
    }
    return 0;
}

uint64_t awake_cpu_ns(const struct awake *awake)
{
    uint64_t sum_ns = 0;

    for (int i = 0; i < awake->n; i++) {
        uint64_t ns;
        if (cost_cpu_clock(awake->spinner[i].pid, &ns) == 0)
            sum_ns += ns;
    }
    return sum_ns;
}

void awake_stop(struct awake *awake)
{
    for (int i = 0; i < awake->n; i++)
        child_kill(&awake->spinner[i]);
    awake->n = 0;
}
