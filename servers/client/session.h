/* session.h: what a client says to a server, line by line, and whether it has
 * an answer: bytes in, bytes out. There is no system call and no clock in it.
 *
 * A reply is what comes up to a newline, one for each line: so it is with echo
 * and record. */
#ifndef SERVERS_CLIENT_SESSION_H
#define SERVERS_CLIENT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session {
    uint64_t timeout_ns; /* how long to wait for a reply */
    uint64_t awaited;    /* lines that have no reply yet */
    uint64_t missed;     /* lines whose reply was given up */
    uint64_t since_ns;   /* when the waiting began, or a byte last came */
    bool in_line;        /* what was typed last is not a whole line */
    bool ended;          /* there is no more to say */
    char *unsent;        /* lines on their way out */
    size_t n;
    size_t size; /* of the memory at `unsent` */
};

/* Begins; a reply is waited for `timeout_ns`, above 0. */
void session_start(struct session *session, uint64_t timeout_ns);

/* Frees its memory. */
void session_free(struct session *session);

/* The `n` bytes, borrowed, were typed: any part of a line or several lines. An
 * empty line ends it all; what follows is left out. 0 or -ENOMEM. */
int session_type(struct session *session, const char *bytes, size_t n,
                 uint64_t now_ns);

/* The input is at its end; a line that lacks its newline gets one. 0 or
 * -ENOMEM. */
int session_end(struct session *session, uint64_t now_ns);

/* The first `n` unsent bytes have gone out. */
void session_sent(struct session *session, size_t n);

/* The server has said these `n` bytes. */
void session_hear(struct session *session, const char *bytes, size_t n,
                  uint64_t now_ns);

/* When it is time for session_give_up(); UINT64_MAX: nothing is waited for. */
uint64_t session_due_ns(const struct session *session);

/* Nothing came in time: no reply is expected any more to what was said so far.
 * Returns how many lines have none. */
uint64_t session_give_up(struct session *session);

/* What has come is the reply, though no newline ends it. */
void session_settle(struct session *session);

#endif
