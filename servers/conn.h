/* conn.h: one connection as bytes in and bytes out. There is no system call
 * and no clock in it, so every I/O model runs exactly the same code. */
#ifndef SERVERS_CONN_H
#define SERVERS_CONN_H

#include "servers/files/transfer.h"
#include "servers/pool.h"
#include "servers/protocols/http.h"
#include "servers/protocols/record.h"
#include "servers/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;

/* Exactly one wish at a time: what is unsent goes out before more is read. */
enum want { WANT_CLOSE, WANT_READ, WANT_WRITE };

enum phase {
    PHASE_OPEN,
    PHASE_LAST,   /* takes no more; closes when its replies are sent */
    PHASE_LINGER, /* said all, sending side shut; discards until the peer's end:
                   * closing with unread input would send a reset, and that can
                   * destroy the reply on its way (RFC 9112, 9.6) */
    PHASE_BROKEN, /* out of memory: closes at once */
};

struct conn {
    int fd;
    uint32_t gen; /* how often this slot was used: tells old events apart */
    bool open;
    bool eof;          /* the peer will send no more */
    bool lingers;      /* in PHASE_LAST: linger before closing */
    bool shuts;        /* the sending side is to be shut now */
    bool sends_file;   /* `file`, after what is in `out` */
    uint8_t phase;     /* enum phase */
    uint8_t want;      /* enum want */
    uint8_t armed;     /* the model's: the wish that it waits for */
    struct buffer in;  /* received, not yet understood or not yet answerable */
    struct buffer out; /* replies that are unsent */
    struct http http;
    const char *why; /* it closes, if not because all is done; or NULL. A
                        * text for people that outlives it */
    struct record record;
    struct timer idle;  /* since the last progress; always runs while open */
    struct timer hurry; /* since the request began that is still incomplete,
                         * or since PHASE_LINGER began */
    struct transfer file;
};

/* What to send next: memory of the connection, stable until conn_sent(); or, at
 * NULL, a part of a file. */
struct out {
    const char *mem;
    size_t len; /* bytes of the memory, or else of the file */
    int fd;     /* the file that comes after the memory; -1: none */
    off_t off;
};

/* Makes a zeroed or used slot a new connection on `fd`, and counts `gen` up.
 * worker_open() calls it. */
void conn_init(struct conn *conn, int fd);

/* Takes all of the `n` received bytes, which stay the caller's. Legal at any
 * time; when a reply is unsent, the bytes are kept for later. Returns what
 * the connection wants now. */
enum want conn_feed(struct conn *conn, struct worker *worker, const char *bytes,
                    size_t n);

/* The peer has half-closed. Complete requests are still answered. */
enum want conn_eof(struct conn *conn, struct worker *worker);

/* What to send while it wants to write; at least one byte then. */
static inline struct out conn_out(const struct conn *conn)
{
    const struct transfer *file = &conn->file;
    int fd = conn->sends_file ? file->fd : -1;

    if (conn->out.mem)
        return (struct out){conn->out.mem + conn->out.at,
                            buffer_waiting(&conn->out), fd, (off_t)file->at};
    return (struct out){NULL, (size_t)(file->end - file->at), fd,
                        (off_t)file->at};
}

/* `n` bytes of conn_out() went out; fewer than offered is normal. */
enum want conn_sent(struct conn *conn, struct worker *worker, size_t n);

/* True once, when the sending side is to be shut (shutdown(2), SHUT_WR). */
static inline bool conn_shuts(struct conn *conn)
{
    bool shuts = conn->shuts;

    conn->shuts = false;
    return shuts;
}

/* A request is there in part, or was held back whole. */
static inline bool conn_begun(const struct conn *conn)
{
    return conn->in.mem || http_begun(&conn->http) ||
           record_begun(&conn->record);
}

/* The peer owes us the rest of a request. */
static inline bool conn_awaits_rest(const struct conn *conn)
{
    return conn->phase == PHASE_OPEN && conn->want == WANT_READ &&
           conn_begun(conn);
}

/* Between requests, with nothing to send: it may be closed without loss. */
static inline bool conn_rests(const struct conn *conn)
{
    return conn->phase == PHASE_OPEN && conn->want == WANT_READ &&
           !conn_awaits_rest(conn);
}

/* --- for protocols --- */

/* Room for `n` bytes of reply, or NULL: without memory, and then the
 * connection is broken. The caller adds what it wrote to conn->out.len. */
char *conn_room(struct conn *conn, struct worker *worker, size_t n);

/* How many more reply bytes may be held back: below what a reply takes, the
 * protocol stops taking input until some went out. For protocols that hold
 * back no more than that. */
static inline size_t conn_space(const struct conn *conn)
{
    return BUFFER_SIZE - buffer_waiting(&conn->out);
}

/* After what is unsent, close; with `lingers` after reading what the peer may
 * still be sending. */
void conn_finish(struct conn *conn, bool lingers);

#endif
