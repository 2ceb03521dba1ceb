/* pens.h: clients that record lines at the same time. */
#ifndef SERVERS_TEST_CONFORM_PENS_H
#define SERVERS_TEST_CONFORM_PENS_H

#include "servers/test/conform/service.h"

#include <stddef.h>

/* A client that records lines all of one letter, and reads the replies at the
 * same time. */
struct pen {
    int fd; /* -1: done */
    char letter;
    size_t line; /* bytes of each of its lines, without the end */
    size_t n_lines;
    size_t sent;     /* bytes */
    size_t received; /* likewise */
};

struct pen pen_open(const struct service *service, char letter, size_t line,
                    size_t n_lines);

/* Sends what goes; at the end of its lines, shuts its side. */
void pen_send(struct pen *pen);

/* Has `n` pens, at most 64, send their lines, and checks all replies. */
void pens_record(struct pen *pens, size_t n);

/* Each line of the file is one that a pen has sent, and there are all. */
void pens_expect_file(const struct service *service, struct pen *pens,
                      size_t n);

#endif
