/* fault.h: what can be wrong with a connection or a reply, by kind. */
#ifndef LOADGEN_FAULT_H
#define LOADGEN_FAULT_H

#include <stdint.h>

enum fault {
    FAULT_CONNECT,      /* could not be opened, or not within the timeout */
    FAULT_RESET,        /* the connection broke */
    FAULT_TIMEOUT,      /* no complete reply in time */
    FAULT_CLOSED_EARLY, /* closed by the server before the reply was whole */
    FAULT_BAD_STATUS,   /* an HTTP status other than 2xx */
    FAULT_MISMATCH,     /* not the bytes that were expected, or not HTTP */
    FAULT_SURPLUS,      /* bytes that nobody asked for */
    FAULTS,
    FAULT_NONE = FAULTS,
};

enum { FAULT_TEXT = 160 };

/* How often each kind happened, and the first of its kind in words. */
struct faults {
    uint64_t counts[FAULTS];
    char first[FAULTS][FAULT_TEXT];
};

/* The kind's name in records: "closed_early". */
const char *fault_name(enum fault fault);

/* Counts one; `text` is kept if it is the first of its kind. */
void faults_add(struct faults *faults, enum fault fault, const char *text);

void faults_merge(struct faults *to, const struct faults *from);

/* The sum of all kinds. */
uint64_t faults_total(const struct faults *faults);

#endif
