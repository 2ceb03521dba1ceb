/* service.h: the server under test as a process. */
#ifndef SERVERS_TEST_CONFORM_SERVICE_H
#define SERVERS_TEST_CONFORM_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the model says of itself; see --facts. */
struct facts {
    unsigned serves_at_once; /* 0: all */
    unsigned max_fd;         /* 0: no limit */
    bool spins;              /* uses a CPU also at rest */
};

/* Where servers listen and clients connect. */
enum network { OVER_IPV4, OVER_IPV6, OVER_UNIX };

struct service {
    const char *proto; /* "echo", "http" or "record" */
    struct facts facts;
    pid_t pid;
    enum network network;
    unsigned port;
    char socket[64]; /* file, over a Unix socket */
    char stats[64];  /* file */
    char log[64];    /* file: what it said on stderr */
    char record[64]; /* file, unless told otherwise, that is recorded to */
};

/* Chooses the model from argv[0], "conform-MODEL", and asks it for its facts.
 * Once, before all else. */
void service_choose(const char *argv0);

/* How many of `n` connections it serves at the same time. */
static inline unsigned service_at_once(const struct service *service,
                                       unsigned n)
{
    unsigned most = service->facts.serves_at_once;

    return most > 0 && most < n ? most : n;
}

/* From now on, servers are started there; at first, over IPv4. */
void service_over(enum network network);

/* From now on, servers are started with stdin and stderr at this terminal,
 * which stays the caller's; -1, as at first: at no terminal, and at the log. */
void service_at_terminal(int fd);

/* Whether this machine has ::1. */
bool service_has_ipv6(void);

/* Whether it was built with a sanitizer: then memory is not its own. */
bool service_is_sanitized(void);

/* Starts the server with the protocol `proto` and the further options
 * `options` (separated by blanks, or ""), and waits until it is ready. Fails
 * the test if it is not. */
struct service service_start(const char *proto, const char *options);

/* The same as another user, who may have `n` processes and threads; only root
 * can. */
struct service service_start_bounded(const char *proto, const char *options,
                                     unsigned n);

/* Ends it with SIGTERM; fails the test unless it exits 0 within 3 s and leaves
 * no socket and no process behind. The test has no other child then. */
void service_stop(const struct service *service);

/* Waits for its end, likewise, after a signal that the test has sent. */
void service_wait(const struct service *service);

/* Kills its first process, and fails the test if another outlives it. */
void service_kill(const struct service *service);

/* After the stop: a counter of --stats. */
unsigned long service_count(const struct service *service, const char *name);

/* Whether it has written `text` to stderr. */
bool service_logged(const struct service *service, const char *text);

/* Kills it if it still runs, and removes its files: for teardown. */
void service_clean_up(void);

/* --- what concerns all its processes: the first and its descendants --- */

/* How many there are, those included that have ended and not been waited for;
 * and how many threads they have. */
unsigned service_processes(const struct service *service);
unsigned service_threads(const struct service *service);

/* Their CPU time so far in ns, which shrinks a little when one ends: of those
 * that have, it is told in clock ticks. And their private memory in bytes. */
uint64_t service_cpu_ns(const struct service *service);
uint64_t service_memory(const struct service *service);

/* One past the highest descriptor in any; and how many they have together. */
unsigned service_descriptors(const struct service *service);
unsigned service_open_descriptors(const struct service *service);

/* Waits until the first thread of each is asleep, so that what it did on account of
 * earlier events is done. At once, if the model spins. */
void service_rest(const struct service *service);

/* Sends each a signal. */
void service_signal(const struct service *service, int number);

/* Stops all, and has them go on. */
void service_pause(const struct service *service);
void service_resume(const struct service *service);

/* Kills all but the first and waits until they are gone; how many it were. */
unsigned service_kill_children(const struct service *service);

/* Changes their soft limit of descriptors: to `n`; or, for each, to what it
 * has, so that none can have another. */
void service_limit_descriptors(const struct service *service, unsigned n);
void service_freeze_descriptors(const struct service *service);

#endif
