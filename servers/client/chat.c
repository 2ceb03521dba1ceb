#include "servers/client/chat.h"

#include "common/clock.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

void chat_start(struct chat *chat, int fd, const char *server,
                uint64_t timeout_ns, bool raw)
{
    memset(chat, 0, sizeof(*chat));
    chat->fd = fd;
    chat->server = server;
    session_start(&chat->session, timeout_ns);
    display_start(&chat->display, raw);
}

void chat_end(struct chat *chat)
{
    session_free(&chat->session);
}

void chat_fail(struct chat *chat, const char *what)
{
    chat->failed = what;
    chat->error = errno;
}

/* A reply that has begun is not late. */
static uint64_t due_ns(const struct chat *chat)
{
    uint64_t shows_ns = display_due_ns(&chat->display);

    return shows_ns != UINT64_MAX ? shows_ns : session_due_ns(&chat->session);
}

unsigned chat_wait(struct chat *chat, int input_fd, int signal_fd)
{
    const short room = chat->session.n > 0 ? POLLOUT : 0;
    struct pollfd at[] = {
        {.fd = input_fd, .events = POLLIN},
        {.fd = signal_fd, .events = POLLIN},
        {.fd = chat->fd, .events = (short)(POLLIN | room)},
    };
    const uint64_t until_ns = due_ns(chat);
    const struct timespec left = clock_left(until_ns);
    int n = ppoll(at, 3, until_ns == UINT64_MAX ? NULL : &left, NULL);

    if (n < 0) {
        if (errno != EINTR)
            chat_fail(chat, "poll");
        return 0;
    }
    return (at[0].revents ? CHAT_INPUT : 0U) |
           (at[1].revents ? CHAT_SIGNAL : 0U) |
           (at[2].revents & ~POLLOUT ? CHAT_REPLY : 0U) |
           (at[2].revents & POLLOUT ? CHAT_ROOM : 0U) |
           (clock_ns() >= display_due_ns(&chat->display) ? CHAT_SHOWS : 0U);
}

void chat_say(struct chat *chat, const char *bytes, size_t n)
{
    struct session *session = &chat->session;
    int error = n > 0 ? session_type(session, bytes, n, clock_ns())
                      : session_end(session, clock_ns());

    if (error) {
        errno = -error;
        chat_fail(chat, "memory");
    }
}

static bool for_now(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* If the server takes no more, recv(2) will tell its end. */
static void send_unsent(struct chat *chat)
{
    struct session *session = &chat->session;
    ssize_t n = send(chat->fd, session->unsent, session->n, MSG_NOSIGNAL);

    if (n >= 0) {
        session_sent(session, (size_t)n);
    } else if (!for_now(errno)) {
        chat_say(chat, NULL, 0);
        session_sent(session, session->n);
    }
}

static void receive(struct chat *chat)
{
    char bytes[16384];
    ssize_t n = recv(chat->fd, bytes, sizeof(bytes), 0);

    if (n > 0) {
        uint64_t now_ns = clock_ns();
        session_hear(&chat->session, bytes, (size_t)n, now_ns);
        display_hear(&chat->display, stdout, bytes, (size_t)n, now_ns);
    } else if (n == 0 || !for_now(errno)) {
        chat->gone = true;
        chat->gone_error = n == 0 ? 0 : errno;
    }
}

void chat_move(struct chat *chat, unsigned ready)
{
    if (ready & CHAT_ROOM)
        send_unsent(chat);
    if (ready & CHAT_REPLY)
        receive(chat);
    if (ready & CHAT_SHOWS || chat->gone)
        display_flush(&chat->display, stdout);
    if (fflush(stdout) != 0)
        chat_fail(chat, "stdout");
}

bool chat_late(const struct chat *chat)
{
    return clock_ns() >= due_ns(chat) && chat->display.n == 0;
}

void chat_give_up(struct chat *chat)
{
    char time[24];

    if (session_give_up(&chat->session) > 0)
        msg_error(
            "no reply within %s",
            units_format_exact(time, sizeof(time), chat->session.timeout_ns));
}

int chat_outcome(const struct chat *chat)
{
    const struct session *session = &chat->session;

    if (chat->failed) {
        msg_error("%s: %s", chat->failed, strerror(chat->error));
        return EXIT_USAGE;
    }
    if (!chat->gone ||
        (session->ended && session->awaited == 0 && chat->gone_error == 0))
        return EXIT_FINE;
    if (session->ended && session->awaited > 0 && chat->gone_error == 0)
        msg_error("%s: the server closed the connection; lines without a "
                  "reply: %" PRIu64,
                  chat->server, session->awaited);
    else
        msg_error("%s: %s", chat->server,
                  chat->gone_error ? strerror(chat->gone_error)
                                   : "the server closed the connection");
    return EXIT_NO;
}
