#include "servers/client/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void session_start(struct session *session, uint64_t timeout_ns)
{
    *session = (struct session){.timeout_ns = timeout_ns};
}

void session_free(struct session *session)
{
    free(session->unsent);
    session->unsent = NULL;
}

static int add(struct session *session, const char *bytes, size_t n)
{
    if (session->n + n > session->size) {
        size_t size = 2 * (session->n + n);
        char *larger = realloc(session->unsent, size);
        if (!larger)
            return -ENOMEM;
        session->unsent = larger;
        session->size = size;
    }
    memcpy(session->unsent + session->n, bytes, n);
    session->n += n;
    return 0;
}

/* Takes what is up to a newline, or what there is. */
static int say(struct session *session, const char *bytes, size_t n,
               uint64_t now_ns)
{
    bool whole = bytes[n - 1] == '\n';

    if (whole && n == 1 && !session->in_line)
        return session_end(session, now_ns);
    if (add(session, bytes, n) != 0)
        return -ENOMEM;
    session->in_line = !whole;
    if (!whole)
        return 0;
    /* Another line does not put off the waiting for the first one's reply. */
    if (session->awaited++ == 0)
        session->since_ns = now_ns;
    return 0;
}

int session_type(struct session *session, const char *bytes, size_t n,
                 uint64_t now_ns)
{
    while (n > 0 && !session->ended) {
        const char *newline = memchr(bytes, '\n', n);
        size_t length = newline ? (size_t)(newline - bytes) + 1 : n;
        if (say(session, bytes, length, now_ns) != 0)
            return -ENOMEM;
        bytes += length;
        n -= length;
    }
    return 0;
}

int session_end(struct session *session, uint64_t now_ns)
{
    if (session->in_line && say(session, "\n", 1, now_ns) != 0)
        return -ENOMEM;
    if (session->awaited == 0)
        session->since_ns = now_ns;
    session->ended = true;
    return 0;
}

void session_sent(struct session *session, size_t n)
{
    session->n -= n;
    memmove(session->unsent, session->unsent + n, session->n);
}

void session_hear(struct session *session, const char *bytes, size_t n,
                  uint64_t now_ns)
{
    const char *end = bytes + n;

    session->since_ns = now_ns;
    while (session->awaited > 0 &&
           (bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        bytes++;
        session->awaited--;
    }
}

uint64_t session_due_ns(const struct session *session)
{
    return session->awaited > 0 || session->ended
               ? session->since_ns + session->timeout_ns
               : UINT64_MAX;
}

uint64_t session_give_up(struct session *session)
{
    uint64_t missed = session->awaited;

    session->missed += missed;
    session->awaited = 0;
    return missed;
}

void session_settle(struct session *session)
{
    session->awaited = 0;
}
