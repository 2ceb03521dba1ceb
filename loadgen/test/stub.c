#include "loadgen/test/stub.h"

#include "loadgen/test/stub_text.h"

#include "common/test/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEERS = 128 };

const char *loadgen_engine;
void (*loadgen_prepare)(void);

struct peer {
    int fd;
    unsigned replies;
    size_t body_left; /* of the request that is arriving */
};

struct server {
    enum stub_manner manner;
    int listen_fd;
    struct peer peers[PEERS];
    unsigned n_peers;
    unsigned replies;
};

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static void send_reply(const struct server *server, int fd, const char *status,
                       const char *field, const char *body)
{
    char reply[256];
    int len = snprintf(reply, sizeof(reply),
                       "HTTP/1.1 %s\r\n"
                       "Date: Tue, 24 Nov 2026 12:%02u:%02u GMT\r\n"
                       "%sContent-Length: %zu\r\n\r\n%s",
                       status, server->replies / 60 % 60, server->replies % 60,
                       field, strlen(body), body);
    int step = server->manner == STUB_BYTES ? 1 : len;

    for (int at = 0; at < len; at += step)
        send_all(fd, reply + at, (size_t)step);
}

/* A body as long as the generator takes one. */
static void send_long(const struct server *server, int fd)
{
    enum { BLOCK = 1 << 20, BLOCKS = 64 };
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n";
    char *block = malloc(BLOCK);

    if (!block)
        _exit(1);
    memset(block, 'x', BLOCK);
    send_all(fd, head, sizeof(head) - 1);
    for (int i = 1; i < BLOCKS; i++)
        send_all(fd, block, BLOCK);
    if (server->manner == STUB_BAD_END && server->replies >= 3)
        block[BLOCK - 1] = 'y';
    send_all(fd, block, BLOCK);
    free(block);
}

static void close_peer(struct peer *peer, bool reset)
{
    const struct linger linger = {.l_onoff = reset, .l_linger = 0};

    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(peer->fd);
    peer->fd = -1;
}

/* The tenth reply of a connection, or a later one. */
static void answer_late(const struct server *server, struct peer *peer)
{
    static const char half[] = "HTTP/1.1 200 OK\r\nContent-Le";

    switch (server->manner) {
    case STUB_EARLY:
        send_all(peer->fd, half, sizeof(half) - 1);
        close_peer(peer, false);
        break;
    case STUB_RESET:
        close_peer(peer, true);
        break;
    case STUB_BODY:
        send_reply(server, peer->fd, "200 OK", "", "Hello, Moon!!");
        break;
    default:
        send_reply(server, peer->fd, "200 OK", "", "Hello, World!");
    }
}

static void answer(struct server *server, struct peer *peer)
{
    static const char surplus[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy";
    const char *text = stub_text(server->manner, server->replies);

    server->replies++;
    peer->replies++;
    if (server->manner == STUB_DIES && server->replies == 100)
        _exit(0);
    if (server->manner == STUB_STOPS && server->replies == 100)
        raise(SIGSTOP);
    if (server->manner == STUB_HANGS && server->replies > 100)
        return;
    if (text) {
        send_all(peer->fd, text, strlen(text));
        if (server->manner == STUB_UNTIL_END)
            close_peer(peer, false);
        return;
    }
    switch (server->manner) {
    case STUB_LONG:
    case STUB_BAD_END:
        send_long(server, peer->fd);
        break;
    case STUB_GARBAGE:
        send_all(peer->fd, "\x16\x03\x01 what?", 9);
        break;
    case STUB_STATUS:
        send_reply(server, peer->fd, "404 Not Found", "", "");
        break;
    case STUB_SURPLUS:
        send_all(peer->fd, surplus, sizeof(surplus) - 1);
        break;
    case STUB_CLOSING:
        send_reply(server, peer->fd, "200 OK", "Connection: close\r\n", "bye");
        close_peer(peer, false);
        break;
    default:
        if (peer->replies >= 10)
            answer_late(server, peer);
        else
            send_reply(server, peer->fd, "200 OK", "", "Hello, World!");
    }
}

/* Some bytes of a request with a body; its head comes in one piece. */
static void take_post(struct server *server, struct peer *peer,
                      const char *bytes, size_t n)
{
    static const char field[] = "Content-Length: ";

    if (peer->body_left == 0) {
        const char *length = memmem(bytes, n, field, sizeof(field) - 1);
        const char *end = memmem(bytes, n, "\r\n\r\n", 4);
        if (!length || !end)
            _exit(1);
        peer->body_left = strtoul(length + sizeof(field) - 1, NULL, 10);
        n -= (size_t)(end + 4 - bytes);
    }
    peer->body_left -= n;
    if (peer->body_left == 0)
        answer(server, peer);
}

static void serve_peer(struct server *server, struct peer *peer)
{
    char bytes[65536];
    ssize_t n = recv(peer->fd, bytes, sizeof(bytes), 0);

    if (n <= 0) {
        close_peer(peer, false);
        return;
    }
    if (server->manner == STUB_ECHO)
        send_all(peer->fd, bytes, (size_t)n);
    if (server->manner == STUB_POST)
        take_post(server, peer, bytes, (size_t)n);
    if (server->manner == STUB_ECHO || server->manner == STUB_MUTE ||
        server->manner == STUB_POST)
        return;
    const char *at = bytes;
    const char *end = bytes + n;
    while (peer->fd >= 0 &&
           (at = memmem(at, (size_t)(end - at), "\r\n\r\n", 4))) {
        answer(server, peer);
        at += 4;
    }
}

static void accept_peer(struct server *server)
{
    const int on = 1;
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    server->peers[server->n_peers++] = (struct peer){.fd = fd};
}

static _Noreturn void serve(struct server *server)
{
    for (;;) {
        struct pollfd fds[PEERS + 1];
        bool full = server->n_peers ==
                    (server->manner == STUB_ONE ? 1u : (unsigned)PEERS);
        unsigned n = server->n_peers;
        fds[n] = (struct pollfd){full ? -1 : server->listen_fd, POLLIN, 0};
        for (unsigned i = 0; i < n; i++)
            fds[i] = (struct pollfd){server->peers[i].fd, POLLIN, 0};
        if (poll(fds, n + 1, -1) < 0)
            _exit(1);
        for (unsigned i = 0; i < n; i++) {
            if (fds[i].revents)
                serve_peer(server, &server->peers[i]);
        }
        for (unsigned i = n; i-- > 0;) {
            if (server->peers[i].fd < 0)
                server->peers[i] = server->peers[--server->n_peers];
        }
        if (fds[n].revents)
            accept_peer(server);
    }
}

static int bind_free_port(unsigned *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

int stub_listen(unsigned *port)
{
    int fd = bind_free_port(port);

    assert_int_equal(listen(fd, 128), 0);
    return fd;
}

struct stub stub_start(enum stub_manner manner)
{
    unsigned port;
    struct rlimit limit;
    struct server server = {
        .manner = manner,
        .listen_fd =
            manner == STUB_REFUSES ? bind_free_port(&port) : stub_listen(&port),
    };
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* What a test does to its own limit is not about the server. */
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        if (manner == STUB_REFUSES)
            for (;;)
                pause(); /* the port stays taken, and nobody listens */
        serve(&server);
    }
    close(server.listen_fd);
    return (struct stub){pid, port};
}

void stub_stop(const struct stub *stub)
{
    kill(stub->pid, SIGKILL);
    waitpid(stub->pid, NULL, 0);
}

/* The child's part of run_loadgen(). */
static _Noreturn void become_loadgen(const char *scheme, unsigned port,
                                     const char *const *words, int json_fd,
                                     int err_fd)
{
    const char *build = getenv("BUILD");
    char program[4096];
    char json[32];
    char target[64];
    char option[] = "--json";
    char *argv[32] = {program, option, json};
    size_t n = 3;

    if (loadgen_engine) {
        argv[n++] = strdup("--engine");
        argv[n++] = strdup(loadgen_engine);
    }

    snprintf(program, sizeof(program), "%s/loadgen", build ? build : "build");
    snprintf(json, sizeof(json), "/proc/self/fd/%d", json_fd);
    snprintf(target, sizeof(target), "%s://127.0.0.1:%u", scheme, port);
    for (; *words && n < 30; words++)
        argv[n++] = strdup(*words);
    argv[n] = target;
    dup2(err_fd, STDERR_FILENO);
    dup2(err_fd, STDOUT_FILENO);
    if (loadgen_prepare)
        loadgen_prepare();
    execv(program, argv);
    _exit(127);
}

struct running start_loadgen(const char *scheme, unsigned port,
                             const char *const *words)
{
    struct running running = {
        .json_fd = memfd_create("json", 0),
        .err_fd = memfd_create("err", MFD_CLOEXEC),
    };

    assert_true(running.json_fd >= 0 && running.err_fd >= 0);
    running.pid = fork();
    assert_true(running.pid >= 0);
    if (running.pid == 0)
        become_loadgen(scheme, port, words, running.json_fd, running.err_fd);
    return running;
}

struct outcome finish_loadgen(struct running *running)
{
    struct outcome outcome = {0};
    int status;

    assert_int_equal(waitpid(running->pid, &status, 0), running->pid);
    outcome.status =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    assert_true(
        pread(running->err_fd, outcome.err, sizeof(outcome.err) - 1, 0) >= 0);
    lseek(running->json_fd, 0, SEEK_SET);
    outcome.record = json_loadfd(running->json_fd, 0, NULL);
    close(running->json_fd);
    close(running->err_fd);
    return outcome;
}

struct outcome run_loadgen(const char *scheme, unsigned port,
                           const char *const *words)
{
    struct running running = start_loadgen(scheme, port, words);

    return finish_loadgen(&running);
}

void outcome_free(struct outcome *outcome)
{
    json_decref(outcome->record);
}

static const json_t *find(const struct outcome *outcome, const char *path)
{
    const json_t *at = outcome->record;

    while (at && *path) {
        char key[64];
        size_t len = strcspn(path, ".");
        snprintf(key, sizeof(key), "%.*s", (int)len, path);
        at = json_object_get(at, key);
        path += len + (path[len] == '.');
    }
    return at;
}

double outcome_number(const struct outcome *outcome, const char *path)
{
    const json_t *value = find(outcome, path);

    if (!json_is_number(value))
        fail_msg("%s is no number; stderr: %s", path, outcome->err);
    return json_number_value(value);
}

const char *outcome_text(const struct outcome *outcome, const char *path)
{
    const char *text = json_string_value(find(outcome, path));

    return text ? text : "";
}

int outcome_has_reason(const struct outcome *outcome, const char *part)
{
    const json_t *reasons = find(outcome, "reasons");

    for (size_t i = 0; i < json_array_size(reasons); i++) {
        if (strstr(json_string_value(json_array_get(reasons, i)), part))
            return 1;
    }
    return 0;
}
