#include "servers/client/chat.h"

#include "common/exits.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of a server that does not take them; more is not read before. */
enum { UNSENT_MOST = 64 * 1024 };

static void read_input(struct chat *chat)
{
    char bytes[16384];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

    if (n >= 0)
        chat_say(chat, bytes, (size_t)n);
    else if (errno != EAGAIN && errno != EINTR)
        chat_fail(chat, "stdin");
}

/* One wait, and what follows from it. */
static void turn(struct chat *chat)
{
    const struct session *session = &chat->session;
    bool reads = !session->ended && session->n < UNSENT_MOST;
    unsigned ready = chat_wait(chat, reads ? STDIN_FILENO : -1, -1);

    if (ready & CHAT_INPUT)
        read_input(chat);
    chat_move(chat, ready);
}

/* Until all is said, or the server takes no more. */
static void say_all(struct chat *chat)
{
    const struct session *session = &chat->session;

    while (!chat_over(chat) && !(session->ended && session->n == 0)) {
        turn(chat);
        if (!chat_late(chat))
            continue;
        chat_give_up(chat);
        if (session->ended)
            return;
    }
}

/* The server answers what it has, and closes. */
static void hear_all(struct chat *chat)
{
    /* If there is no connection any more, recv(2) tells. */
    (void)shutdown(chat->fd, SHUT_WR);
    while (!chat_over(chat) && !chat_late(chat))
        turn(chat);
    if (!chat_over(chat))
        chat_give_up(chat);
}

int chat_on_pipe(struct chat *chat)
{
    say_all(chat);
    hear_all(chat);
    int code = chat_outcome(chat);
    return code == EXIT_FINE && chat->session.missed > 0 ? EXIT_NO : code;
}
