/* chat.h: a client and its server: the input and the socket are watched
 * together, on a terminal and without one. */
#ifndef SERVERS_CLIENT_CHAT_H
#define SERVERS_CLIENT_CHAT_H

#include "servers/client/display.h"
#include "servers/client/session.h"

#include <stdbool.h>
#include <stdint.h>

struct chat {
    int fd;             /* the socket, non-blocking; the caller's */
    const char *server; /* for messages */
    bool gone;          /* the server's end came */
    int gone_error;     /* its reason; 0: the server closed the connection */
    const char *failed; /* what failed on this side; NULL: nothing */
    int error;          /* its reason */
    struct session session;
    struct display display;
};

/* What chat_wait() found; a set. */
enum chat_ready {
    CHAT_INPUT = 1,
    CHAT_SIGNAL = 2,
    CHAT_REPLY = 4,  /* bytes, or the server's end */
    CHAT_ROOM = 8,   /* what is unsent can go out */
    CHAT_SHOWS = 16, /* what is held is to be shown */
};

/* Begins. What comes is shown for a terminal, or `raw`. `server` is borrowed.
 * chat_end() frees. */
void chat_start(struct chat *chat, int fd, const char *server,
                uint64_t timeout_ns, bool raw);
void chat_end(struct chat *chat);

/* Waits for the network, for a deadline, for input at `input_fd`, and for a
 * signal at `signal_fd`, see signalfd(2); -1: not for that. */
unsigned chat_wait(struct chat *chat, int input_fd, int signal_fd);

/* The user says these `n` bytes, see session_type(); 0: no more. */
void chat_say(struct chat *chat, const char *bytes, size_t n);

/* Sends and receives as chat_wait() found, and writes to stdout what there is
 * to show. */
void chat_move(struct chat *chat, unsigned ready);

/* Whether nothing has come for so long that it is time to give up. */
bool chat_late(const struct chat *chat);

/* Expects no reply any more to what was said so far, and tells if there was
 * one to expect. */
void chat_give_up(struct chat *chat);

/* Something failed on this side, with errno. */
void chat_fail(struct chat *chat, const char *what);

/* The server's end came, or something failed. */
static inline bool chat_over(const struct chat *chat)
{
    return chat->gone || chat->failed;
}

/* Tells how it ended, if not as it should. Returns the exit code. */
int chat_outcome(const struct chat *chat);

/* Asks with a prompt, and lets the user edit lines, on a terminal that is both
 * stdin and stdout, until an empty line, the end of input, SIGINT, SIGTERM,
 * SIGQUIT or SIGHUP, or the server's end. Leaves the terminal as it was.
 * Returns the exit code. */
int chat_on_terminal(struct chat *chat);

/* Says what comes from stdin, up to an empty line or its end, as fast as the
 * server takes it. Then lets the server know that this was all, and shows what
 * it still has to say. Returns the exit code. */
int chat_on_pipe(struct chat *chat);

#endif
