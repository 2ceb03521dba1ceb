/* talk.h: a connection without sockets or time: what it is told, and what it
 * says. */
#ifndef SERVERS_TEST_TALK_H
#define SERVERS_TEST_TALK_H

#include "servers/conn.h"
#include "servers/worker.h"

#include <stddef.h>

struct talk {
    struct tally tally;
    struct server server;
    struct worker worker;
    struct conn conn;
    enum want want;
    size_t send_max; /* at most so many bytes go out at a time */
    size_t size;     /* of what `reply` points to */
    char *reply;     /* all that was said; ends with a NUL */
    size_t n;
};

/* A fresh connection, at the time 1 s, that shows a fixed Date and has the
 * deadlines idle 10 s and request 2 s. Owns memory until talk_end(). */
struct talk *talk_start(enum proto proto);
void talk_end(struct talk *talk);

/* Gives it bytes; it says what it has to say. */
void talk_feed(struct talk *talk, const char *bytes, size_t n);
void talk_eof(struct talk *talk);

/* Sends all that it wants to. talk_feed() does it, too. */
void talk_flush(struct talk *talk);

/* How the connection ended up. */
enum talk_end { TALK_OPEN, TALK_LINGERS, TALK_CLOSES };
enum talk_end talk_state(const struct talk *talk);

#endif
