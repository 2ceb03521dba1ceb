#include "servers/test/conform/service.h"

#include "common/test/test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_MS = 10000, STOP_MS = 3000, MOST_ARGUMENTS = 32 };

static char program[256];
static char folder[32];
static struct facts facts;
static enum network network = OVER_IPV4;
static int terminal_fd = -1;
static struct service current; /* for cleaning up after a failure */

/* Whom a server is run as, and how many processes and threads they may have. */
struct account {
    uid_t user;
    unsigned most_processes; /* 0: as many as we may */
};

/* In the server's process: becomes another, and then does not outlive the test
 * (the kernel forgets about that when the user changes). */
static void become(const struct account *account, pid_t parent)
{
    const uid_t user = account->user;
    const struct rlimit most = {account->most_processes,
                                account->most_processes};

    if (user != getuid() &&
        (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0))
        _exit(127);
    if (most.rlim_max > 0 && setrlimit(RLIMIT_NPROC, &most) != 0)
        _exit(127);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

/* In the server's process: stdout goes into `out`, and stderr into `log` (or
 * nowhere), unless there is a terminal. */
static void redirect(int out, const char *log)
{
    bool typed = terminal_fd >= 0;
    int in = typed ? terminal_fd : open("/dev/null", O_RDONLY);
    int error =
        typed ? terminal_fd : open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

/* Runs the server; see redirect() for where it writes. */
static pid_t spawn(char *const argv[], int out, const char *log,
                   const struct account *account)
{
    /* Another user may not find it by its path. */
    int file = open(program, O_PATH | O_CLOEXEC);
    pid_t parent = getpid();
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0) {
        close(file);
        return pid;
    }
    redirect(out, log);
    become(account, parent);
    fexecve(file, argv, environ);
    _exit(127);
}

/* Reads what comes from `fd`, up to its end or the first line. */
static void read_text(int fd, char *text, size_t size, bool one_line)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t n = 0;

    while (n + 1 < size && poll(&wait, 1, READY_MS) > 0) {
        ssize_t got = read(fd, text + n, size - n - 1);
        if (got <= 0)
            break;
        n += (size_t)got;
        if (one_line && text[n - 1] == '\n')
            break;
    }
    text[n] = '\0';
}

static void remove_folder(void)
{
    rmdir(folder);
}

/* The number after `name` in what --facts printed. */
static unsigned fact(const char *text, const char *name)
{
    const char *word = strstr(text, name);

    if (!word) {
        fprintf(stderr, "%s does not tell its facts\n", program);
        exit(1);
    }
    return (unsigned)strtoul(word + strlen(name), NULL, 10);
}

void service_choose(const char *argv0)
{
    static char option[] = "--facts";
    const char *dash = strrchr(argv0, '-');
    const char *build = getenv("BUILD");
    char *argv[] = {program, option, NULL};
    const struct account own = {.user = getuid()};
    char text[256];
    int pipe_fds[2];

    snprintf(program, sizeof(program), "%s/servers/%s", build ? build : "build",
             dash ? dash + 1 : argv0);
    snprintf(folder, sizeof(folder), "/tmp/conform-XXXXXX");
    if (!mkdtemp(folder) || pipe(pipe_fds) != 0)
        abort();
    atexit(remove_folder);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* of processes that a server leaves */
    waitpid(spawn(argv, pipe_fds[1], "/dev/null", &own), NULL, 0);
    close(pipe_fds[1]);
    read_text(pipe_fds[0], text, sizeof(text), false);
    close(pipe_fds[0]);
    facts.serves_at_once = fact(text, "serves_at_once ");
    facts.max_fd = fact(text, "max_fd ");
    facts.spins = fact(text, "spins ") != 0;
}

void service_over(enum network choice)
{
    network = choice;
}

void service_at_terminal(int fd)
{
    terminal_fd = fd;
}

bool service_has_ipv6(void)
{
    const struct sockaddr_in6 at = {.sin6_family = AF_INET6,
                                    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool has = bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;

    if (fd >= 0)
        close(fd);
    return has;
}

bool service_is_sanitized(void)
{
    const char *san = getenv("SAN");

    return san && *san;
}

static void await_ready(struct service *service, int fd)
{
    char line[128];
    const char *space;

    read_text(fd, line, sizeof(line), true);
    space = strrchr(line, ' ');
    if (strncmp(line, "ready ", 6) != 0 || !space) {
        fail_msg("%s is not ready: \"%s\"", program, line);
        return; /* fail_msg() does not, but is not declared so */
    }
    service->port = (unsigned)strtoul(space + 1, NULL, 10);
    if (service->network == OVER_UNIX) {
        assert_int_equal(service->port, 0);
        assert_non_null(strstr(line, service->socket));
    }
}

static struct service start_as(const struct account *account, const char *proto,
                               const char *options)
{
    struct service service = {
        .proto = proto, .facts = facts, .network = network};
    char host[80] = "";
    char record[80] = "";
    char words[400];
    char *argv[MOST_ARGUMENTS] = {program};
    char *rest = words;
    int n = 1;
    int pipe_fds[2];

    snprintf(service.stats, sizeof(service.stats), "%s/stats", folder);
    snprintf(service.log, sizeof(service.log), "%s/log", folder);
    snprintf(service.socket, sizeof(service.socket), "%s/socket", folder);
    snprintf(service.record, sizeof(service.record), "%s/record", folder);
    if (network == OVER_IPV6)
        snprintf(host, sizeof(host), "--host ::1");
    if (network == OVER_UNIX)
        snprintf(host, sizeof(host), "--host unix:%s", service.socket);
    if (strcmp(proto, "record") == 0)
        snprintf(record, sizeof(record), "--record-file %s", service.record);
    snprintf(words, sizeof(words), "%s --port 0 --protocol %s %s --stats %s %s",
             host, proto, record, service.stats, options);
    while (n < MOST_ARGUMENTS - 1 && (argv[n] = strsep(&rest, " ")))
        n += argv[n][0] != '\0';
    argv[n] = NULL;
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    assert_int_equal(chown(folder, account->user, (gid_t)-1), 0);
    service.pid = spawn(argv, pipe_fds[1], service.log, account);
    current = service;
    close(pipe_fds[1]);
    await_ready(&service, pipe_fds[0]);
    close(pipe_fds[0]);
    return service;
}

struct service service_start(const char *proto, const char *options)
{
    const struct account own = {.user = getuid()};

    return start_as(&own, proto, options);
}

struct service service_start_bounded(const char *proto, const char *options,
                                     unsigned n)
{
    /* One who has no other processes, nor the same test of another model. */
    const struct account other = {
        .user = 30000 + (uid_t)getpid() % 30000,
        .most_processes = n,
    };

    return start_as(&other, proto, options);
}

/* Waits for what the server started and did not wait for, which has become
 * ours; true when there is nothing of it, or no more. */
static bool await_orphans(int ms)
{
    while (ms-- > 0) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (pid < 0)
            return true;
        if (pid == 0)
            poll(NULL, 0, 1);
    }
    return false;
}

void service_wait(const struct service *service)
{
    struct pollfd wait = {.fd = (int)syscall(SYS_pidfd_open, service->pid, 0),
                          .events = POLLIN};
    int status = -1;

    assert_true(wait.fd >= 0);
    if (poll(&wait, 1, STOP_MS) != 1)
        fail_msg("the server did not end within %d ms", STOP_MS);
    close(wait.fd);
    assert_int_equal(waitpid(service->pid, &status, 0), service->pid);
    current.pid = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the server ended with status %#x", (unsigned)status);
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        fail_msg("the server left a process behind");
    if (access(service->socket, F_OK) == 0)
        fail_msg("the server left %s behind", service->socket);
}

void service_stop(const struct service *service)
{
    kill(service->pid, SIGTERM);
    service_wait(service);
}

void service_kill(const struct service *service)
{
    kill(service->pid, SIGKILL);
    assert_int_equal(waitpid(service->pid, NULL, 0), service->pid);
    current.pid = 0;
    if (!await_orphans(STOP_MS))
        fail_msg("the server, killed, left a process behind");
}

static void read_file(const char *name, char *text, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    read_text(fd, text, size, false);
    close(fd);
}

unsigned long service_count(const struct service *service, const char *name)
{
    char text[1024];
    char key[32];
    const char *found;

    read_file(service->stats, text, sizeof(text));
    snprintf(key, sizeof(key), "\"%s\": ", name);
    found = strstr(text, key);
    if (!found)
        fail_msg("no %s in %s", name, text);
    return found ? strtoul(found + strlen(key), NULL, 10) : 0;
}

bool service_logged(const struct service *service, const char *text)
{
    char log[4096];

    read_file(service->log, log, sizeof(log));
    return strstr(log, text) != NULL;
}

void service_clean_up(void)
{
    if (current.pid > 0) {
        service_signal(&current, SIGKILL);
        await_orphans(STOP_MS);
    }
    unlink(current.stats);
    unlink(current.log);
    unlink(current.socket);
    unlink(current.record);
    terminal_fd = -1;
    current.pid = 0;
}
