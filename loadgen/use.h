/* use.h: how much of the CPUs of server and generator anybody used. */
#ifndef LOADGEN_USE_H
#define LOADGEN_USE_H

#include "loadgen/settings.h"

#include "common/ticks.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/* In the window, of the CPUs that the two may run on. */
struct use {
    unsigned cpus;      /* how many these are; 0: not known, nor is the rest */
    bool shared;        /* some are open to both of them */
    double idle_share;  /* of the time of all these CPUs: nobody used them, or
                         * only what leaves them to us, as what keeps a CPU
                         * awake does */
    double steal_share; /* likewise: taken by the hypervisor */
};

/* What is read when the window begins. */
struct use_edge {
    bool known;
    bool shared;
    cpu_set_t cpus;
    uint64_t at_ns;
    struct ticks ticks;
};

/* Begins, if `settings` name the server's process. */
void use_begin(const struct settings *settings, struct use_edge *begin);

/* What happened since then. */
struct use use_since(const struct use_edge *begin);

#endif
