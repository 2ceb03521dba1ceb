#include "servers/test/conform/pens.h"

#include "common/test/test.h"

#include "servers/test/conform/client.h"
#include "servers/test/conform/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct pen pen_open(const struct service *service, char letter, size_t line,
                    size_t n_lines)
{
    return (struct pen){.fd = client_open(service, 0),
                        .letter = letter,
                        .line = line,
                        .n_lines = n_lines};
}

void pen_send(struct pen *pen)
{
    static char block[65536];
    size_t length = pen->line + 1;
    size_t left = length * pen->n_lines - pen->sent;
    size_t n = left < sizeof(block) ? left : sizeof(block);
    ssize_t sent;

    memset(block, pen->letter, n);
    for (size_t at = pen->line - pen->sent % length; at < n; at += length)
        block[at] = '\n';
    sent = send(pen->fd, block, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        fail_msg("send: %s", strerror(errno));
    pen->sent += sent < 0 ? 0 : (size_t)sent;
    if (pen->sent == length * pen->n_lines)
        shutdown(pen->fd, SHUT_WR);
}

/* Receives what is there, and checks it; at the end it is all. */
static void pen_receive(struct pen *pen)
{
    char expected[32];
    char got[16384];
    ssize_t n = recv(pen->fd, got, sizeof(got), MSG_DONTWAIT);
    size_t length = (size_t)snprintf(expected, sizeof(expected),
                                     "recorded %zu\n", pen->line);

    if (n < 0)
        fail_msg("recv: %s", strerror(errno));
    for (ssize_t i = 0; i < n; i++)
        assert_int_equal(got[i], expected[pen->received++ % length]);
    if (n > 0)
        return;
    assert_int_equal(pen->received, length * pen->n_lines);
    close(pen->fd);
    pen->fd = -1;
}

/* Waits for what the pens wait for; returns for how many. */
static size_t wait_for_pens(const struct pen *pens, struct pollfd *waits,
                            size_t n)
{
    size_t n_open = 0;

    for (size_t i = 0; i < n; i++) {
        bool sends = pens[i].sent < (pens[i].line + 1) * pens[i].n_lines;
        waits[i].fd = pens[i].fd;
        waits[i].events = (short)(POLLIN | (sends ? POLLOUT : 0));
        n_open += pens[i].fd >= 0;
    }
    if (n_open > 0 && poll(waits, n, CLIENT_WAIT_MS) < 1)
        fail_msg("%zu clients are stuck", n_open);
    return n_open;
}

void pens_record(struct pen *pens, size_t n)
{
    enum { MOST = 64 };
    struct pollfd waits[MOST];

    assert_true(n <= MOST);
    while (wait_for_pens(pens, waits, n) > 0) {
        for (size_t i = 0; i < n; i++) {
            if (pens[i].fd >= 0 && waits[i].revents & POLLOUT)
                pen_send(&pens[i]);
            if (pens[i].fd >= 0 && waits[i].revents & ~POLLOUT)
                pen_receive(&pens[i]);
        }
    }
}

static struct pen *pen_of(struct pen *pens, size_t n, char letter)
{
    for (size_t i = 0; i < n; i++) {
        if (pens[i].letter == letter)
            return &pens[i];
    }
    fail_msg("nobody has sent '%c'", letter);
    return NULL;
}

void pens_expect_file(const struct service *service, struct pen *pens, size_t n)
{
    size_t n_file;
    const char *file = lines_map(service, &n_file);

    for (size_t at = 0; at < n_file;) {
        struct pen *pen = pen_of(pens, n, file[at]);
        assert_true(pen->line < n_file - at);
        if (memcmp(file + at, file + at + 1, pen->line - 1) != 0 ||
            file[at + pen->line] != '\n')
            fail_msg("a line of '%c' is not whole", pen->letter);
        at += pen->line + 1;
        pen->n_lines--;
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pens[i].n_lines, 0);
    lines_unmap(file, n_file);
}
