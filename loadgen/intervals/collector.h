/* collector.h: what the workers hand over, put together to intervals, and these
 * to the window. All of it in the coordinating thread. */
#ifndef LOADGEN_INTERVALS_COLLECTOR_H
#define LOADGEN_INTERVALS_COLLECTOR_H

#include "loadgen/intervals/interval.h"
#include "loadgen/settings.h"
#include "loadgen/worker.h"

#include "common/cost.h"

#include <stdbool.h>
#include <stdint.h>

struct collector {
    const struct settings *settings;
    struct worker *workers;
    struct part *total;         /* of the window */
    struct interval now;        /* the one that is being put together */
    uint32_t target;            /* where it ends, as far as is known */
    uint32_t *reached;          /* up to where each worker has handed over */
    bool over;                  /* the window has been put together */
    bool server_known;          /* the cost below could be read */
    uint64_t server_cpu_ns;     /* of the server, at its last reading */
    uint64_t server_read_ns;    /* when that was */
    uint64_t server_end_ns;     /* when the window had ended, or 0, */
    uint64_t server_end_cpu_ns; /* and what it had used by then */
};

/* `settings`, `workers` (one for each thread) and `total`, which is empty, are
 * borrowed. 0 or -ENOMEM; collector_free() in both cases. */
int collector_init(struct collector *collector, const struct settings *settings,
                   struct worker *workers, struct part *total);
void collector_free(struct collector *collector);

/* Empties the total, for another window: before its workers go on. */
void collector_again(struct collector *collector);

/* The window is about to begin, and `server` is what the server has cost until
 * now; NULL if that is not known. */
void collector_begin(struct collector *collector, const struct cost *server);

/* The window has ended, and `server` is what the server has cost until now. */
void collector_end(struct collector *collector, const struct cost *server);

/* Takes what has been handed over, and tells the watcher of the intervals that
 * are whole. When all workers have ended the total is complete. */
void collector_take(struct collector *collector);

#endif
