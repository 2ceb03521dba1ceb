/* model.h: the one interface of an I/O model. A model decides only how to
 * wait and how to move bytes; each servers/models/NAME.c defines one `model`,
 * and the linker makes it a program. */
#ifndef SERVERS_MODEL_H
#define SERVERS_MODEL_H

#include "servers/conn.h"
#include "servers/tally.h"

#include <stdbool.h>
#include <stdint.h>

struct recorder;
struct root;

enum proto { PROTO_ECHO, PROTO_HTTP, PROTO_RECORD };

/* Read-only while serving, except what `conns` and `tally` point to. */
struct server {
    int listen_fd; /* blocking if the model is, else not */
    enum proto proto;
    bool blocking;            /* as the model says */
    int max_fd;               /* descriptors at or above it are turned away */
    unsigned max_connections; /* at once; more wait in the kernel's queue */
    unsigned workers;
    uint64_t idle_ns;    /* without progress for so long: closed; 0: never */
    uint64_t request_ns; /* a request takes longer to come in: closed; or 0 */
    uint64_t grace_ns;   /* at stop, for requests under way */
    const struct root *root;   /* whose files are served; NULL: none */
    struct conn *conns;        /* `max_fd` slots, mapped without reserve */
    struct tally *tally;       /* one per worker */
    struct recorder *recorder; /* of PROTO_RECORD */
};

struct model {
    const char *name;    /* of the program, the record, and the legend */
    const char *summary; /* one line for people */
    const char *waits;  /* where, and for what: a cell of the table of models */
    const char *limit;  /* what ends first as connections grow: another */
    const char *kernel; /* the Linux that its way of waiting needs, or "any" */
    bool blocking;      /* waits in recv and send: deadlines by socket time-outs
                    * and poll() instead of by the loop */
    int max_fd; /* a hard limit of the model, such as FD_SETSIZE; 0: none */
    bool spins; /* asks without end whether there is something to do: uses
                    * a CPU also at rest */
    unsigned max_workers;     /* at most so many with --workers */
    unsigned default_workers; /* unless --workers says; 0: 1 */
    unsigned max_connections; /* unless --max-connections says; 0: as many
                                  * as there are descriptors */
    bool one_each; /* a worker serves one connection to its end: only so many
                    * at once as there are workers, and the others wait */
    double syscalls_per_request; /* at one keep-alive connection: what `make
                                  * audit` expects; 0: depends on the time */
    int (*probe)(void); /* 0, or -errno where it can't run here; or NULL */

    /* Serves until stopped. 0 after a clean stop, or -errno. */
    int (*serve)(const struct server *);
};

extern const struct model model;

#endif
