/* net.c on sockets of the tests' own, with system calls that fail as told. */
#include "common/test/scratch.h"
#include "common/test/test.h"

#include "servers/files/root.h"
#include "servers/net.h"
#include "servers/test/talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the next calls do instead of what they would; 0: nothing else. */
static struct {
    int accept_error;
    int recv_error;
    int send_error;
    size_t send_most;
    unsigned n_recv;
    unsigned n_send;
} fake;

int __real_accept4(int fd, struct sockaddr *at, socklen_t *n, int flags);
int __wrap_accept4(int fd, struct sockaddr *at, socklen_t *n, int flags);
int __wrap_accept4(int fd, struct sockaddr *at, socklen_t *n, int flags)
{
    if (fake.accept_error) {
        errno = fake.accept_error;
        return -1;
    }
    return __real_accept4(fd, at, n, flags);
}

ssize_t __real_recv(int fd, void *bytes, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t n, int flags)
{
    fake.n_recv++;
    if (fake.recv_error) {
        errno = fake.recv_error;
        return -1;
    }
    return __real_recv(fd, bytes, n, flags);
}

ssize_t __real_send(int fd, const void *bytes, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags)
{
    fake.n_send++;
    if (fake.send_error) {
        errno = fake.send_error;
        return -1;
    }
    if (fake.send_most && n > fake.send_most)
        n = fake.send_most;
    return __real_send(fd, bytes, n, flags);
}

/* A talk whose connection is one end of a pair of sockets. */
struct line {
    struct talk *talk;
    int peer;
};

static struct line open_line(enum proto proto)
{
    struct line line = {.talk = talk_start(proto)};
    int fds[2];
    const int room = 1 << 20;

    memset(&fake, 0, sizeof(fake));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
                     0);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    line.talk->conn.fd = fds[0];
    line.peer = fds[1];
    return line;
}

static void close_line(struct line *line)
{
    close(line->talk->conn.fd);
    close(line->peer);
    talk_end(line->talk);
}

static enum want turn(struct line *line)
{
    fake.n_recv = fake.n_send = 0;
    return net_turn(&line->talk->worker, &line->talk->conn);
}

static void say(const struct line *line, const char *bytes, size_t n)
{
    assert_int_equal(__real_send(line->peer, bytes, n, 0), n);
}

static void a_turn_is_one_recv_and_one_send(void **state)
{
    struct line line = open_line(PROTO_ECHO);
    char reply[8];

    (void)state;
    say(&line, "abc", 3);
    assert_int_equal(turn(&line), WANT_READ);
    assert_int_equal(fake.n_recv, 1);
    assert_int_equal(fake.n_send, 1);
    assert_int_equal(__real_recv(line.peer, reply, sizeof(reply), 0), 3);
    assert_memory_equal(reply, "abc", 3);
    close_line(&line);
}

/* Whatever is waiting in the socket, and however it could go on. */
static void a_turn_is_bounded(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    enum { N = 700, LENGTH_ONE = sizeof(request) - 1 };
    char requests[N * LENGTH_ONE];
    struct line line = open_line(PROTO_HTTP);

    (void)state;
    for (size_t i = 0; i < N; i++)
        memcpy(requests + i * LENGTH_ONE, request, LENGTH_ONE);
    say(&line, requests, sizeof(requests));
    assert_int_equal(turn(&line), WANT_WRITE);
    assert_int_equal(fake.n_recv, 1);
    assert_int_equal(fake.n_send, SENDS_PER_TURN);
    assert_in_range(line.talk->worker.counts[COUNT_REQUESTS], 1,
                    RECEIVE_SIZE / LENGTH_ONE);
    /* What was received before is answered before more is. */
    assert_int_equal(turn(&line), WANT_READ);
    assert_int_equal(fake.n_recv, 0);
    close_line(&line);
}

static void a_short_send_ends_the_turn_and_is_continued(void **state)
{
    struct line line = open_line(PROTO_ECHO);
    char reply[16] = "";

    (void)state;
    say(&line, "abcdefgh", 8);
    fake.send_most = 3;
    assert_int_equal(turn(&line), WANT_WRITE);
    assert_int_equal(fake.n_send, 1);
    assert_int_equal(turn(&line), WANT_WRITE);
    assert_int_equal(fake.n_recv, 0);
    assert_int_equal(turn(&line), WANT_READ);
    assert_int_equal(__real_recv(line.peer, reply, sizeof(reply), 0), 8);
    assert_string_equal(reply, "abcdefgh");
    close_line(&line);
}

static void not_yet_is_no_error(void **state)
{
    static const int errors[] = {EAGAIN, EINTR};
    struct line line = open_line(PROTO_ECHO);

    (void)state;
    for (size_t i = 0; i < LENGTH(errors); i++) {
        fake.recv_error = errors[i];
        assert_int_equal(turn(&line), WANT_READ);
        fake.recv_error = 0;
        say(&line, "a", 1);
        fake.send_error = errors[i];
        assert_int_equal(turn(&line), WANT_WRITE);
        assert_int_equal(turn(&line), WANT_WRITE);
        fake.send_error = 0;
        assert_int_equal(turn(&line), WANT_READ);
    }
    assert_int_equal(line.talk->worker.counts[COUNT_RESET], 0);
    close_line(&line);
}

static void an_error_ends_the_connection_and_is_counted(void **state)
{
    static const int errors[] = {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH};

    (void)state;
    for (size_t i = 0; i < LENGTH(errors); i++) {
        struct line line = open_line(PROTO_ECHO);
        fake.recv_error = errors[i];
        assert_int_equal(turn(&line), WANT_CLOSE);
        assert_int_equal(line.talk->worker.counts[COUNT_RESET], 1);
        close_line(&line);
        line = open_line(PROTO_ECHO);
        say(&line, "a", 1);
        fake.send_error = errors[i];
        assert_int_equal(turn(&line), WANT_CLOSE);
        assert_int_equal(line.talk->worker.counts[COUNT_RESET], 1);
        close_line(&line);
    }
}

static void a_refusal_shuts_the_sending_side_and_lingers(void **state)
{
    struct line line = open_line(PROTO_HTTP);
    char reply[512];

    (void)state;
    say(&line, "BAD\r\nmore", 9);
    assert_int_equal(turn(&line), WANT_READ);
    assert_true(__real_recv(line.peer, reply, sizeof(reply), 0) > 100);
    assert_int_equal(__real_recv(line.peer, reply, sizeof(reply), 0), 0);
    say(&line, "more", 4);
    assert_int_equal(turn(&line), WANT_READ);
    shutdown(line.peer, SHUT_WR);
    assert_int_equal(turn(&line), WANT_CLOSE);
    assert_int_equal(line.talk->worker.counts[COUNT_RESET], 0);
    close_line(&line);
}

/* As the head of a file found the socket full, the file may have changed by
 * the time that its turn comes. */
static void a_file_is_looked_at_again_after_a_wait(void **state)
{
    static const char request[] =
        "GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    struct line line = open_line(PROTO_HTTP);
    struct root root;
    int dir_fd;

    (void)state;
    assert_int_equal(root_open(&root, ".", &way_read), 0);
    dir_fd = root.dir_fd;
    line.talk->server.root = &root;
    for (int changes = 0; changes < 2; changes++) {
        const struct timespec long_ago[2] = {{1, 0}, {1, 0}};
        int fd = openat(dir_fd, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, "text", 4), 4);
        assert_int_equal(futimens(fd, long_ago), 0);
        say(&line, request, sizeof(request) - 1);
        fake.send_error = EAGAIN;
        assert_int_equal(turn(&line), WANT_WRITE);
        fake.send_error = 0;
        if (changes)
            assert_int_equal(write(fd, "more", 4), 4);
        assert_int_equal(turn(&line), WANT_CLOSE);
        assert_int_equal(line.talk->worker.counts[COUNT_RESET], changes);
        close(fd);
        close_line(&line);
        line = open_line(PROTO_HTTP);
        line.talk->server.root = &root;
    }
    root_close(&root);
    close_line(&line);
}

static void lack_of_descriptors_pauses_accepting(void **state)
{
    static const int lacks[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
    static const int others[] = {EAGAIN, EINTR, ECONNABORTED, EPROTO};

    (void)state;
    for (size_t i = 0; i < LENGTH(lacks); i++) {
        struct talk *talk = talk_start(PROTO_ECHO);
        talk->tally.told_ns[COMPLAINT_TROUBLE] = talk->worker.now_ns;
        fake.accept_error = lacks[i];
        assert_null(net_accept(&talk->worker));
        assert_false(worker_accepting(&talk->worker));
        talk_end(talk);
        talk = talk_start(PROTO_ECHO);
        fake.accept_error = others[i];
        assert_null(net_accept(&talk->worker));
        assert_true(worker_accepting(&talk->worker));
        talk_end(talk);
    }
    fake.accept_error = 0;
}

/* TCP_NODELAY is set on the listening socket only: the kernel hands it on. */
static void connections_inherit_what_the_listener_has(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct net_place place;
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof(int);
    int value = 0;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    int accepted;

    (void)state;
    talk->server.max_fd = 1000;
    talk->server.listen_fd = net_listen("127.0.0.1", 0, true, &place);
    assert_true(talk->server.listen_fd >= 0);
    assert_string_equal(place.address, "127.0.0.1");
    at.sin_port = htons((uint16_t)place.port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
    accepted = net_accept_fd(&talk->worker);
    assert_true(accepted >= 0);
    assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &value, &n),
                     0);
    assert_true(value);
    assert_int_equal(net_listen("127.0.0.1", place.port, true, &place),
                     -EADDRINUSE);
    close(client);
    close(accepted);
    close(talk->server.listen_fd);
    talk_end(talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_is_one_recv_and_one_send),
        cmocka_unit_test(a_turn_is_bounded),
        cmocka_unit_test(a_short_send_ends_the_turn_and_is_continued),
        cmocka_unit_test(not_yet_is_no_error),
        cmocka_unit_test(an_error_ends_the_connection_and_is_counted),
        cmocka_unit_test(a_refusal_shuts_the_sending_side_and_lingers),
        cmocka_unit_test_setup_teardown(a_file_is_looked_at_again_after_a_wait,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(lack_of_descriptors_pauses_accepting),
        cmocka_unit_test(connections_inherit_what_the_listener_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
