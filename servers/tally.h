/* tally.h: what the workers counted, as --stats writes it. */
#ifndef SERVERS_TALLY_H
#define SERVERS_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum count {
    COUNT_ACCEPTED,
    COUNT_REFUSED,   /* accepted and closed at once for want of room */
    COUNT_REQUESTS,  /* answered, refusals too; echo: pieces received */
    COUNT_TIMED_OUT, /* closed by the idle or the request timeout */
    COUNT_RESET,     /* closed by an error of the connection */
    COUNT_URGENT,    /* arrivals of out-of-band data */
    COUNTS,
};

/* What stderr is told, each at most once a second. */
enum complaint {
    COMPLAINT_TROUBLE, /* of the server: see worker_complain() */
    COMPLAINT_CLOSING, /* a connection that was not done */
    COMPLAINTS,
};

/* Shared by threads and processes: a worker adds what it counted at its end. */
struct tally {
    _Atomic uint64_t counts[COUNTS];
    _Atomic uint64_t told_ns[COMPLAINTS]; /* in a server's first: when
                                            * that was last said, or 0 */
};

/* `n` tallies, zeroed, in memory that child processes share; NULL: errno. */
struct tally *tally_new(unsigned n);
void tally_free(struct tally *tally, unsigned n);

void tally_add(struct tally *tally, const uint64_t counts[COUNTS]);

/* Whether a complaint is to be made at `now_ns`, which it then counts as. */
bool tally_complains(struct tally *tally, enum complaint complaint,
                     uint64_t now_ns);

/* Writes a JSON object on one line: the sums, and `workers`, a list of the
 * same for each. 0, or -errno if it can't be written. */
int tally_write(struct tally *tally, unsigned n, FILE *file);

#endif
