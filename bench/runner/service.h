/* service.h: the server of one trial: started, waited for, stopped. */
#ifndef BENCH_RUNNER_SERVICE_H
#define BENCH_RUNNER_SERVICE_H

#include "bench/child.h"
#include "bench/runner/outcome.h"
#include "bench/runner/placement.h"

struct service {
    struct child child;
    int log_fd;       /* what it printed on stderr, a memory file */
    char address[64]; /* as its ready line says */
    char port[8];
};

/* Starts the cell's server from `programs`/servers on a free port, to serve the
 * files in `root` if the cell has some, and waits for its ready line, at most
 * 5 s. OUTCOME_OK: it serves. Otherwise nothing runs any more and `outcome` has
 * the reason; service_stop() is due in every case. */
void service_start(const char *programs, const char *root,
                   const struct cell *cell, const struct placement *placement,
                   struct service *service, struct outcome *outcome);

/* Stops it. A server that died before, does not stop within its 3 s, or ends
 * with an error turns an OUTCOME_OK into OUTCOME_FAILED. */
void service_stop(struct service *service, struct outcome *outcome);

/* Closes its log. */
void service_close(struct service *service);

#endif
