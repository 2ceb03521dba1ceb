/* machine.h: what a run was measured on, so that results can be told apart. */
#ifndef BENCH_RUNNER_MACHINE_H
#define BENCH_RUNNER_MACHINE_H

#include <jansson.h>
#include <stdint.h>

/* The fingerprint: kernel, CPU, memory, sysctls, compiler, versions. What this
 * machine does not tell is null. A new reference; NULL when out of memory. */
json_t *machine_fingerprint(void);

/* Load averages and pressure stall information at this moment. */
json_t *machine_load(void);

/* TcpExt ListenOverflows of this network namespace: connections that a full
 * accept queue turned away. See proc(5). 0 or -errno. */
int machine_listen_overflows(uint64_t *count);

#endif
