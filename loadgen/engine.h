/* engine.h: how a worker's bytes move. An engine opens the worker's
 * connections, tells when they are settled, waits for the word to go, and
 * then sends and receives until the worker is done. It leaves connections
 * open. Its way to wait and to move bytes, and nothing else, is in its file in
 * engines/; what its loop does as the others do is in engines/loop.h, what
 * bytes mean and what is counted in worker.h. */
#ifndef LOADGEN_ENGINE_H
#define LOADGEN_ENGINE_H

#include "loadgen/worker.h"

struct engine {
    const char *name;    /* for --engine, and in records */
    const char *summary; /* for --help: how bytes move */
    /* Can it run here? 0, or -errno and in `*lacks` what is missing, in words
     * that live for ever. NULL: it can run wherever we can. */
    int (*probe)(const char **lacks);
    /* Returns when the worker is done: 0 or -errno. */
    int (*run)(struct worker *worker);
};

extern const struct engine engine_epoll;
extern const struct engine engine_uring;

enum { ENGINES = 2 };

/* All of them; the first is the reference, and the default. */
extern const struct engine *const engines[ENGINES];

#endif
