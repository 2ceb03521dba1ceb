/* cpus.h: lists of CPUs as taskset(1) writes them, and pinning. */
#ifndef COMMON_CPUS_H
#define COMMON_CPUS_H

#include <sched.h>
#include <stddef.h>

/* Parses "0,2-5,8-14:2" into `set`. 0, or -EINVAL if `text` is no such list,
 * or -ERANGE if a CPU is not below CPU_SETSIZE; then `set` is undefined. */
int cpus_parse(const char *text, cpu_set_t *set);

/* Writes `set` as a list with ranges ("0,2-5"), cut to `size` bytes. Returns
 * `text`. */
const char *cpus_format(char *text, size_t size, const cpu_set_t *set);

/* The CPUs that this process may run on; see sched_getaffinity(2). 0 or
 * -errno. */
int cpus_allowed(cpu_set_t *set);

/* The `n`th CPU of `set`, counted from 0, or -1 if it has fewer. */
int cpus_nth(const cpu_set_t *set, int n);

/* Pins the calling thread, and what it starts later, to `set`. 0 or -errno;
 * -EINVAL if none of its CPUs may be used. */
int cpus_pin(const cpu_set_t *set);

/* cpus_parse() of the option `name`'s value, and a check that this process
 * may run on each. 0, or -1 after telling what is wrong. */
int cpus_option(const char *name, const char *text, cpu_set_t *set);

#endif
