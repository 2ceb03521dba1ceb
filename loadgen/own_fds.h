/* own_fds.h: a table of descriptors for one thread alone. */
#ifndef LOADGEN_OWN_FDS_H
#define LOADGEN_OWN_FDS_H

#include <sched.h>

/* The calling thread has its descriptors to itself from now on; it begins with
 * a copy of the process's. Where several threads share a table, every call on a
 * descriptor counts references with atomics; without this it is only slower.
 * See unshare(2). ThreadSanitizer takes all descriptors of a process for one
 * table, and equal numbers for equal things, so not under it. */
static inline void own_fds(void)
{
#ifndef __SANITIZE_THREAD__
    (void)unshare(CLONE_FILES);
#endif
}

#endif
