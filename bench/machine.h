/* machine.h: what a run was measured on, so that results can be told apart. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <jansson.h>
#include <sched.h>
#include <stdint.h>

/* The fingerprint: kernel, CPU, memory, sysctls, compiler, versions. What this
 * machine does not tell is null. A new reference; NULL when out of memory. */
json_t *machine_fingerprint(void);

/* Load averages and pressure stall information at this moment. */
json_t *machine_load(void);

/* What /proc/stat counts of the CPUs in a set, in ns; its unit is a tick, and
 * it misses much of what runs between two. */
struct machine_ticks {
    uint64_t busy_ns;  /* neither idle, waiting for I/O, nor stolen */
    uint64_t steal_ns; /* taken by the hypervisor for others */
};

/* 0 or -errno. */
int machine_ticks(const cpu_set_t *cpus, struct machine_ticks *ticks);

/* TcpExt ListenOverflows of this network namespace: connections that a full
 * accept queue turned away. See proc(5). 0 or -errno. */
int machine_listen_overflows(uint64_t *count);

#endif
