/* result.h: what a run has shown, all threads together. */
#ifndef LOADGEN_RESULT_H
#define LOADGEN_RESULT_H

#include "loadgen/fault.h"
#include "loadgen/histogram.h"
#include "loadgen/plan/plan.h"
#include "loadgen/settings.h"
#include "loadgen/use.h"
#include "loadgen/verdict/verdict.h"

#include "common/cost.h"

#include <stdbool.h>
#include <stdint.h>

struct result {
    uint64_t duration_ns; /* of the measured window as it was */
    uint64_t requests;    /* right, complete, finished within the window; open
                           * loop: planned within it */
    uint64_t replies;     /* right, complete, finished within the window */
    uint64_t bytes_in;    /* within the window, like what follows */
    uint64_t bytes_out;
    uint64_t body_bytes;  /* received: right ones of replies' bodies, also of
                          * replies that were not whole at the end */
    unsigned established; /* connections that were open once */
    unsigned served;      /* of these, that had a right reply */
    unsigned starved;   /* established, and waited in vain for the first byte of
                         * a reply */
    unsigned lost;      /* connections given up, or never opened */
    uint64_t connects;  /* openings, first ones and later ones */
    uint64_t postponed; /* tries to open for which nothing was free */
    uint64_t closes[CLOSINGS]; /* regular ends, within the window */
    uint64_t unfinished;       /* requests in flight at the end */
    uint64_t unfinished_oldest_ns;
    uint64_t silent_ns;    /* from the last bytes of replies to the end */
    double jain;           /* fairness of `requests` over connections, or -1 */
    unsigned idle_opened;  /* connections that were only held */
    unsigned idle_dropped; /* of these, that the server closed or reset */
    struct faults faults;  /* of the whole run, its warm-up too */
    struct histogram *service;       /* of `requests` */
    struct histogram *connect;       /* of the openings within the window */
    struct histogram *connect_first; /* of first openings, before it */
    struct plan_counts plan;         /* open loop */
    struct plan_times times;         /* open loop: of `requests`; else NULL */

    struct cost client;    /* the threads in the window; memory: the process */
    double *thread_shares; /* CPU share of each thread */
    unsigned client_cpus;  /* that the threads share */
    bool server_known;     /* its cost could be read at both edges */
    struct cost server;
    unsigned server_cpus; /* that it can use at once */
    struct use use;       /* of both sides' CPUs, by anybody */
    bool interrupted;     /* by a signal, `signal`: the rest means nothing */
    int signal;

    struct verdict verdict;
};

/* An empty one, with the histograms that the mode needs. 0 or -ENOMEM;
 * result_free() in both cases. */
int result_init(struct result *result, const struct settings *settings);
void result_free(struct result *result);

/* Empties it. */
void result_clear(struct result *result);

#endif
