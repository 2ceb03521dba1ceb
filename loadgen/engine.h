/* engine.h: how a worker's bytes move. An engine opens the worker's
 * connections, tells when they are settled, waits for the word to go, and
 * then sends and receives until the worker is done. It leaves connections
 * open. Its loop, and nothing else, is in it; what bytes mean and what is
 * counted is in worker.h. */
#ifndef LOADGEN_ENGINE_H
#define LOADGEN_ENGINE_H

#include "loadgen/worker.h"

/* One thread, readiness by epoll(7): input is armed once and for all, and the
 * next request is sent straight from the completion of the last; only a short
 * send waits for room. Returns when the worker is done: 0 or -errno. */
int engine_epoll(struct worker *worker);

#endif
