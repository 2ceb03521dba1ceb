/* tour-clients: two clients of an echo server that tell what they experience,
 * or a crowd that is more than the server can hold.
 * Usage: tour-clients visit PORT PID RESULT-FILE
 *        tour-clients crowd PORT N
 * PID is the server's. RESULT-FILE becomes one line: served, waits or refused;
 * how many processes and threads the server had; and when both clients began
 * and ended to be silent, in seconds since the epoch.
 * Exit: 0 told, 1 the server did something else than serve, refuse or let
 * wait, 2 wrong usage, or it could not be done. */
#include "common/clock.h"
#include "common/cost.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LIMIT_MS = 20000,   /* nothing takes so long, unless something is wrong */
    PATIENCE_MS = 300,  /* of client 2, before it says that there is nothing */
    SILENCE_MS = 300,   /* of both */
    MOST_CROWD = 65536, /* more than a machine has ports */
};

enum heard { NOTHING, ANSWER, END };

static const char hello_1[] = "hello from client 1\n";
static const char hello_2[] = "hello from client 2\n";

static _Noreturn void fail(enum exit_code code, const char *what)
{
    msg_error("%s", what);
    exit((int)code);
}

/* `word` in a colour of the terminal (ECMA-48, 8.3.117), if that is where it
 * goes and the user has nothing against it (no-color.org). */
static const char *painted(const char *word, int colour)
{
    static char text[64];
    const char *none = getenv("NO_COLOR");

    if (!isatty(STDOUT_FILENO) || (none && none[0]))
        return word;
    snprintf(text, sizeof(text), "\033[1;%dm%s\033[0m", colour, word);
    return text;
}

static const char *served(void)
{
    return painted("SERVED", 32);
}

static const char *refused(void)
{
    return painted("REFUSED", 31);
}

static int open_to(unsigned port)
{
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct timeval limit = {.tv_sec = LIMIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
        connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
        fail(EXIT_USAGE, strerror(errno));
    return fd;
}

static void say(int fd, const char *text)
{
    size_t n = strlen(text);

    if (send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
        fail(EXIT_NO, "the server takes no request");
}

/* What comes within `wait_ms`: `text`, which an echo server says back, or the
 * connection's end, or nothing. */
static enum heard hear(int fd, const char *text, int wait_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t n = strlen(text);
    char reply[64];
    ssize_t got;

    if (poll(&wait, 1, wait_ms) == 0)
        return NOTHING;
    got = recv(fd, reply, n, MSG_WAITALL);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
        return END;
    if (got != (ssize_t)n || memcmp(reply, text, n) != 0)
        fail(EXIT_NO, "the server's answer is wrong");
    return ANSWER;
}

/* Asks, and is answered; returns after how many ns. */
static uint64_t exchange(int fd, const char *text)
{
    uint64_t begin_ns = clock_ns();

    say(fd, text);
    if (hear(fd, text, LIMIT_MS) != ANSWER)
        fail(EXIT_NO, "client 1 is not answered");
    return clock_ns() - begin_ns;
}

/* Says that it leaves, and waits until the server has closed, too. */
static void leave(int fd)
{
    char byte;

    if (shutdown(fd, SHUT_WR) != 0 || recv(fd, &byte, 1, 0) != 0)
        fail(EXIT_NO, "the server does not let go of a client that leaves");
    close(fd);
}

static unsigned local_port(int fd)
{
    struct sockaddr_in at = {0};
    socklen_t length = sizeof(at);

    if (getsockname(fd, (struct sockaddr *)&at, &length) != 0)
        fail(EXIT_USAGE, strerror(errno));
    return ntohs(at.sin_port);
}

/* Where the request of `fd`, which is not answered, lies. /proc/net/tcp, see
 * proc(5), has a line for the server's end of the connection: with inode 0
 * until it is accepted, and with the bytes that nobody has read. */
static const char *where_it_waits(int fd, unsigned port)
{
    unsigned client = local_port(fd);
    const char *where = "";
    char line[256];
    FILE *file = fopen("/proc/net/tcp", "re");

    while (file && fgets(line, sizeof(line), file)) {
        unsigned from;
        unsigned to;
        unsigned unread;
        unsigned long inode;
        if (sscanf(line,
                   " %*d: %*x:%x %*x:%x %*x %*x:%x %*x:%*x %*x %*u %*u %lu",
                   &from, &to, &unread, &inode) != 4 ||
            from != port || to != client)
            continue;
        if (inode == 0)
            where = " in the kernel's queue, not accepted,";
        else if (unread > 0)
            where = ", accepted but with its request unread,";
    }
    if (file)
        fclose(file);
    return where;
}

/* Client 2 asks while client 1 is there, and has a little patience. */
static enum heard ask_second(int fd)
{
    uint64_t begin_ns = clock_ns();
    enum heard heard;
    char after[16];

    say(fd, hello_2);
    heard = hear(fd, hello_2, PATIENCE_MS);
    units_format_duration(after, sizeof(after),
                          (double)(clock_ns() - begin_ns));
    printf("  client 2  connects and asks: ");
    if (heard == ANSWER)
        printf("%s after %s, beside client 1\n", served(), after);
    else if (heard == END)
        printf("%s, the server closes its connection\n", refused());
    else
        printf("no answer in %d ms\n", PATIENCE_MS);
    return heard;
}

/* Client 1 asks again. After three answers, each loop that serves several
 * connections has come by client 2's, however slow the machine: it may have to
 * accept it with the first and to answer it after the second. */
static void ask_again(int fd)
{
    char after[16];
    uint64_t ns = exchange(fd, "again 1\n");

    ns += exchange(fd, "again 2\n");
    ns += exchange(fd, "again 3\n");
    units_format_duration(after, sizeof(after), (double)ns / 3);
    printf("  client 1  asks 3 more times: answered after %s on average\n",
           after);
}

/* What became of client 2, who had no answer before client 1 asked again. */
static enum heard look_again(int fd, unsigned port)
{
    enum heard heard = hear(fd, hello_2, 0);

    if (heard == ANSWER)
        printf("  client 2  is %s late, beside client 1\n", served());
    else if (heard == END)
        printf("  client 2  is %s, the server closes its connection\n",
               refused());
    else
        printf("  client 2  %s%s while client 1 stays\n", painted("WAITS", 33),
               where_it_waits(fd, port));
    return heard;
}

static double wall_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Both are silent; the result goes to `name`. */
static void be_silent(enum heard second, pid_t pid, const char *name)
{
    static const char *const words[] = {
        [NOTHING] = "waits", [ANSWER] = "served", [END] = "refused"};
    FILE *file = fopen(name, "we");
    struct cost cost;
    double begin_s;

    if (!file || cost_of_tree_cpu(pid, &cost) != 0)
        fail(EXIT_USAGE, "there is no such server, or no such folder");
    printf("  both      are silent for %d ms\n", SILENCE_MS);
    begin_s = wall_s();
    poll(NULL, 0, SILENCE_MS);
    fprintf(file, "%s %u %u %.6f %.6f\n", words[second], cost.processes,
            cost.threads, begin_s, wall_s());
    if (fclose(file) != 0)
        fail(EXIT_USAGE, strerror(errno));
}

static void leave_both(int first, int second, enum heard heard)
{
    uint64_t begin_ns = clock_ns();
    char after[16];

    leave(first);
    if (heard == END) {
        printf("  client 1  leaves\n");
        close(second);
        return;
    }
    if (heard == ANSWER) {
        printf("  both      leave\n");
    } else if (hear(second, hello_2, LIMIT_MS) == ANSWER) {
        units_format_duration(after, sizeof(after),
                              (double)(clock_ns() - begin_ns));
        printf("  client 1  leaves, and client 2 is %s %s later\n", served(),
               after);
    } else {
        fail(EXIT_NO, "client 2 is not answered after client 1 has left");
    }
    leave(second);
}

static void visit(unsigned port, pid_t pid, const char *name)
{
    char after[16];
    enum heard heard;
    int first = open_to(port);
    int second;

    units_format_duration(after, sizeof(after),
                          (double)exchange(first, hello_1));
    printf("  client 1  connects and asks: answered after %s; it stays\n",
           after);
    second = open_to(port);
    heard = ask_second(second);
    ask_again(first);
    if (heard == NOTHING)
        heard = look_again(second, port);
    be_silent(heard, pid, name);
    leave_both(first, second, heard);
}

/* Connects `n` clients, one after another, of which the server turns away at
 * least the last, and tells which was the first. */
static void crowd(unsigned port, size_t n)
{
    struct pollfd *all = calloc(n, sizeof(*all));
    size_t taken = 0;

    if (!all)
        fail(EXIT_USAGE, strerror(errno));
    for (size_t i = 0; i < n; i++)
        all[i] = (struct pollfd){.fd = open_to(port), .events = POLLIN};
    if (poll(&all[n - 1], 1, LIMIT_MS) != 1 || poll(all, n, 0) < 1)
        fail(EXIT_NO, "the server holds more than it says");
    while (!all[taken].revents)
        taken++;
    printf("  a crowd   connects: %zu are taken, number %zu is %s\n", taken,
           taken + 1, refused());
    free(all);
}

static uint64_t number(const char *text, uint64_t most)
{
    uint64_t value = 0;

    if (units_parse_count(text, 1, most, &value) != 0)
        fail(EXIT_USAGE, "a number is wrong; usage: visit PORT PID "
                         "RESULT-FILE, or crowd PORT N");
    return value;
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 5 && strcmp(argv[1], "visit") == 0)
        visit((unsigned)number(argv[2], 65535),
              (pid_t)number(argv[3], INT32_MAX), argv[4]);
    else if (argc == 4 && strcmp(argv[1], "crowd") == 0)
        crowd((unsigned)number(argv[2], 65535), number(argv[3], MOST_CROWD));
    else
        fail(EXIT_USAGE, "usage: visit PORT PID RESULT-FILE, or crowd PORT N");
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE;
}
