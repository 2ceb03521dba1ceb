/* record.h: each line that comes is appended to the server's file, and then
 * answered: "recorded N", the bytes that were kept without the end of the
 * line, or "error: WHY", and then it was not written. A line ends with LF or
 * CR LF; the file gets LF. All other bytes are kept as they are, and the
 * peer's end ends a last line, too. */
#ifndef SERVERS_PROTOCOLS_RECORD_H
#define SERVERS_PROTOCOLS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct conn;
struct spool;
struct worker;

enum {
    RECORD_IN_MEMORY = 64 * 1024,        /* bytes of a line; then a spool */
    RECORD_LINE_MAX = 256 * 1024 * 1024, /* longer: told, and closed */
};

/* What is remembered of a line that is under way, besides what conn->in has;
 * zeroed: nothing. */
struct record {
    struct spool *spool; /* what came of a long one */
    bool skips;          /* it was refused, and its rest is ignored */
};

/* Records and answers as many lines as are complete in the `n` bytes and for
 * as long as there is space for replies; returns how many bytes it has dealt
 * with. The rest is to be offered again, with what follows it. Lines that come
 * together are written together: all or none. */
size_t record_take(struct conn *conn, struct worker *worker, const char *bytes,
                   size_t n);

/* Frees what belongs to a line under way. */
void record_forget(struct record *record);

/* All that came was taken or kept, and the last line in it has no end yet. */
bool record_lacks_end(const struct conn *conn);

static inline bool record_begun(const struct record *record)
{
    return record->spool || record->skips;
}

#endif
