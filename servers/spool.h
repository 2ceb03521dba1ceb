/* spool.h: a line that is too long to be held in memory. It is kept in a file
 * without a name until it is complete. */
#ifndef SERVERS_SPOOL_H
#define SERVERS_SPOOL_H

#include <stddef.h>

struct spool {
    int fd;
    char last; /* byte that was added, if any */
    size_t n;  /* bytes so far */
    char *mem; /* all of them, mapped by spool_map(); or NULL */
};

/* An empty one in the folder `near`, or where temporary files go if it takes
 * none. The caller's until spool_free(); NULL: errno. */
struct spool *spool_new(const char *near);

/* Adds `n` bytes. 0 or -errno; after an error the spool is only to be freed. */
int spool_add(struct spool *spool, const char *bytes, size_t n);

/* The bytes, of which there is one at least; the spool's. NULL: errno. */
const char *spool_map(struct spool *spool);

void spool_free(struct spool *spool);

#endif
