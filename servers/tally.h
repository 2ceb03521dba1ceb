/* tally.h: what the workers counted, as --stats writes it. */
#ifndef SERVERS_TALLY_H
#define SERVERS_TALLY_H

#include <stdatomic.h>
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

/* Shared by threads and processes: a worker adds what it counted at its end. */
struct tally {
    _Atomic uint64_t counts[COUNTS];
};

/* `n` tallies, zeroed, in memory that child processes share; NULL: errno. */
struct tally *tally_new(unsigned n);
void tally_free(struct tally *tally, unsigned n);

void tally_add(struct tally *tally, const uint64_t counts[COUNTS]);

/* Writes a JSON object on one line: the sums, and `workers`, a list of the
 * same for each. 0, or -errno if it can't be written. */
int tally_write(struct tally *tally, unsigned n, FILE *file);

#endif
