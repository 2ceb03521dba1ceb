/* validators.h: what tells one state of a file from another, and what clients
 * ask about it (RFC 9110, 8.8 and 13). */
#ifndef SERVERS_FILES_VALIDATORS_H
#define SERVERS_FILES_VALIDATORS_H

#include "servers/files/transfer.h"
#include "servers/protocols/http_date.h"
#include "servers/protocols/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { ETAG_SIZE = 64 }; /* with quotes and NUL */

struct validators {
    char etag[ETAG_SIZE];
    char modified[HTTP_DATE_LENGTH + 1]; /* Last-Modified */
    int64_t modified_s;
    int64_t now_s;
};

/* The fields of a request that depend on what the file is. */
enum condition {
    IF_MATCH,
    IF_UNMODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_RANGE,
    RANGE, /* no condition, but IF_RANGE is about it */
    CONDITIONS,
};

/* Their values; at NULL: absent. */
struct conditions {
    struct text field[CONDITIONS];
};

/* Of a file, for a reply with the Date `now_s` since the epoch. The entity tag is a strong one,
 * of modification time, size and inode. A file from the future counts as
 * modified now (RFC 9110, 8.8.2.1). */
struct validators validators_of(const struct file_facts *facts, int64_t now_s);

/* 0: go on; 304 or 412 (RFC 9110, 13.2.2). */
int conditions_judge(const struct conditions *conditions,
                     const struct validators *validators);

/* Whether there is a Range to be minded: false if If-Range forbids it. */
bool conditions_allow_range(const struct conditions *conditions,
                            const struct validators *validators);

#endif
