/* main.c: what every server does before and after its model's loop. */
#include "common/cpus.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/unix_path.h"
#include "servers/files/root.h"
#include "servers/net.h"
#include "servers/net_unix.h"
#include "servers/recorder.h"
#include "servers/settings.h"
#include "servers/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_DESCRIPTORS = 1 << 20, /* where the limit is higher, or absent */
    STOP_REPEAT_MS = 20,
};
#define GRACE_NS (2 * NS_PER_S)

static timer_t stop_repeat;

/* A signal that comes just before a blocking call does not interrupt it, so
 * from the first one on a timer sends more. */
static void on_stop(int number)
{
    const struct itimerspec every = {
        .it_interval = {0, STOP_REPEAT_MS * 1000000L},
        .it_value = {0, STOP_REPEAT_MS * 1000000L},
    };

    const int saved = errno;

    worker_stop_all();
    /* In a child process there is no such timer: fork(2). */
    if (number != SIGALRM)
        timer_settime(stop_repeat, 0, &every, NULL);
    errno = saved;
}

/* The kernel tells of urgent data; from another process the signal says
 * nothing. */
static void on_urgent(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    if (info->si_code == SI_KERNEL)
        worker_urgent_signal();
}

static int catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop};
    struct sigaction urgent = {.sa_sigaction = on_urgent,
                               .sa_flags = SA_RESTART | SA_SIGINFO};
    struct sigevent alarm = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGALRM};

    if (timer_create(CLOCK_MONOTONIC, &alarm, &stop_repeat) != 0)
        return -errno;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigaction(SIGALRM, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGURG, &urgent, NULL);
    return 0;
}

/* As many descriptors as may be had; returns how many that is. */
static int raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    if (limit.rlim_max > MOST_DESCRIPTORS)
        limit.rlim_max = MOST_DESCRIPTORS;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return (int)limit.rlim_max;
}

/* A slot for each descriptor; only those in use take memory. */
static struct conn *map_conns(int n)
{
    void *mem =
        mmap(NULL, (size_t)n * sizeof(struct conn), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return mem == MAP_FAILED ? NULL : mem;
}

static int fail(const char *what, int error)
{
    msg_error("%s: %s", what, strerror(error));
    return EXIT_USAGE;
}

static const char *why_no_socket(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "a server that is alive listens there";
    case EEXIST:
        return "something else than a socket is there; name another path";
    default:
        return strerror(error);
    }
}

static int listen_at(const struct settings *settings, struct net_place *place)
{
    int fd = net_listen(settings->host, settings->port, model.blocking, place);

    if (fd == -EADDRNOTAVAIL)
        msg_error("--host: '%s' is no address of this machine", settings->host);
    else if (fd < 0 && unix_path(settings->host))
        msg_error("--host: can't listen at '%s': %s", settings->host,
                  why_no_socket(-fd));
    else if (fd < 0)
        msg_error("can't listen at %s port %u: %s", settings->host,
                  settings->port, strerror(-fd));
    return fd;
}

static bool tell_ready(const struct net_place *place)
{
    printf("ready %s %s %u\n", model.name, place->address, place->port);
    return fflush(stdout) == 0;
}

/* Serves at `place` until stopped; returns the exit code. */
static int serve_at(const struct net_place *place, const struct server *server)
{
    int error = catch_signals();

    if (error)
        return fail("signals", -error);
    if (!tell_ready(place))
        return fail("stdout", errno);
    error = model.serve(server);
    return error ? fail(model.name, -error) : EXIT_FINE;
}

/* The same while lines typed here are recorded, too. */
static int serve_terminal(const struct net_place *place,
                          const struct server *server)
{
    int fd = terminal_forward(server->listen_fd);
    int code;

    if (fd < 0 && fd != -ENOTTY)
        msg_error("what is typed here is not recorded: %s", strerror(-fd));
    code = serve_at(place, server);
    if (fd >= 0)
        terminal_end(fd);
    return code;
}

/* Listens and serves; returns the exit code. */
static int serve(const struct settings *settings, struct server *server)
{
    struct net_place place;
    int code;

    server->listen_fd = listen_at(settings, &place);
    if (server->listen_fd < 0)
        return EXIT_USAGE;
    code = server->recorder ? serve_terminal(&place, server)
                            : serve_at(&place, server);
    net_unix_remove(&place);
    close(server->listen_fd);
    return code;
}

/* The same with the file that is recorded to. */
static int serve_recording(const struct settings *settings,
                           struct server *server)
{
    static struct recorder recorder;
    int error =
        recorder_open(&recorder, settings->record_file, settings->syncs);
    int code;

    if (error) {
        msg_error("--record-file: can't append to '%s': %s",
                  settings->record_file,
                  error == -ESPIPE ? "it is no file" : strerror(-error));
        return EXIT_USAGE;
    }
    server->recorder = &recorder;
    code = serve(settings, server);
    recorder_close(&recorder);
    return code;
}

/* 0 or an exit code. */
static int open_root(const struct settings *settings, struct root *root)
{
    const char *dir = settings->root;
    const char *way = settings->file_io->name;
    int error = root_open(root, dir, settings->file_io);

    switch (error) {
    case 0:
        return 0;
    case -ENOSYS:
        msg_error("--root: can't run here: without openat2 (Linux 5.6), which "
                  "this system lacks or forbids, links lead out of '%s'",
                  dir);
        return EXIT_NOT_HERE;
    case -EOPNOTSUPP:
        msg_error("--file-io %s: the file system of '%s' can't do that; choose "
                  "another way",
                  way, dir);
        return EXIT_NOT_HERE;
    default:
        msg_error("--root: can't open '%s': %s", dir, strerror(-error));
        return EXIT_USAGE;
    }
}

/* What stays the same while serving. 0 or an exit code. */
static int prepare(const struct settings *settings, struct server *server)
{
    int n = raise_descriptor_limit();
    int error = settings->pinned ? cpus_pin(&settings->cpus) : 0;

    if (error)
        return fail("--cpus", -error);
    *server = (struct server){
        .proto = settings->proto,
        .blocking = model.blocking,
        .max_fd = model.max_fd && model.max_fd < n ? model.max_fd : n,
        .max_connections = settings->max_connections,
        .workers = settings->workers,
        .idle_ns = settings->idle_ns,
        .request_ns = settings->request_ns,
        .grace_ns = GRACE_NS,
    };
    if (server->max_connections == 0)
        server->max_connections = (unsigned)n;
    server->tally = tally_new(server->workers);
    server->conns = map_conns(server->max_fd);
    if (!server->tally || !server->conns)
        return fail("memory", errno);
    return 0;
}

static int write_stats(const struct server *server, FILE *file,
                       const char *name)
{
    int error = 0;

    /* An older file is kept until there is something better; what is no file
     * has no length. */
    if (ftruncate(fileno(file), 0) != 0 && errno != EINVAL)
        error = -errno;
    if (!error)
        error = tally_write(server->tally, server->workers, file);
    if (fclose(file) != 0 && !error)
        error = -errno;
    return error ? fail(name, -error) : EXIT_FINE;
}

int main(int argc, char **argv)
{
    struct settings settings;
    struct server server;
    struct root root;
    FILE *stats = NULL;
    int code;

    msg_init(argv[0]);
    settings_parse(&settings, argc, argv);
    code = model.probe ? model.probe() : 0;
    if (code) {
        msg_error("can't run here: %s", strerror(-code));
        return EXIT_NOT_HERE;
    }
    code = settings.root ? open_root(&settings, &root) : 0;
    if (code)
        return code;
    if (settings.stats && !(stats = fopen(settings.stats, "ae")))
        return fail(settings.stats, errno);
    code = prepare(&settings, &server);
    server.root = settings.root ? &root : NULL;
    if (!code)
        code = settings.record_file ? serve_recording(&settings, &server)
                                    : serve(&settings, &server);
    if (stats && !code)
        code = write_stats(&server, stats, settings.stats);
    return code;
}
