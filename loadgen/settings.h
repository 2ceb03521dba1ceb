/* settings.h: what a run is asked to do. */
#ifndef LOADGEN_SETTINGS_H
#define LOADGEN_SETTINGS_H

#include "loadgen/connections/target.h"
#include "loadgen/plan/schedule.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct engine;
struct watcher;

/* Who closes a connection that has had its requests. */
enum closing {
    CLOSING_CLIENT, /* the generator: its port stays in TIME_WAIT */
    CLOSING_SERVER, /* the server, as its last request asked */
    CLOSING_RESET,  /* the generator, with a reset: nothing stays */
    CLOSINGS,
};

struct settings {
    struct target target;
    const char *target_text;     /* as it was typed */
    const struct engine *engine; /* one of engine.h */
    unsigned connections;
    unsigned idle; /* connections that are only held, besides */
    unsigned threads;
    unsigned pipeline;         /* requests in flight on a connection */
    size_t payload_bytes;      /* echo: the message; HTTP: the body, 0 is GET */
    size_t payload_most_bytes; /* each is as long as that, or between */
    unsigned requests_per_connection; /* then it is opened anew; 0: never */
    enum closing closing;
    uint64_t duration_ns;
    uint64_t warmup_ns;
    uint64_t timeout_ns; /* for opening a connection, and for each request */
    uint64_t seed;
    uint64_t
        rate_per_s; /* open loop: planned requests in all; 0: closed loop */
    enum arrivals arrivals;
    bool
        spin; /* open loop: look without sleeping just before a planned moment */
    bool pinned; /* each thread to a CPU of its own, of `cpus` */
    cpu_set_t cpus;
    pid_t server_pid;              /* 0: nobody watches the server's cost */
    uint64_t interval_ns;          /* of what `watcher` is told */
    const struct watcher *watcher; /* NULL: nobody asks for intervals */
};

#endif
