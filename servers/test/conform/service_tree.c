/* What concerns all processes of the server, read from /proc: proc(5). */
#include "servers/test/conform/service.h"

#include "common/cost.h"
#include "common/test/test.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { MOST_PROCESSES = 8192, CHANGE_MS = 10000 };

struct tree {
    pid_t pids[MOST_PROCESSES]; /* parents before their children */
    unsigned n;
};

static void add_children_of(struct tree *tree, pid_t pid, const char *thread)
{
    char name[64];
    FILE *file;
    int child;

    snprintf(name, sizeof(name), "/proc/%d/task/%.16s/children", (int)pid,
             thread);
    file = fopen(name, "re");
    if (!file)
        return;
    while (fscanf(file, "%d", &child) == 1) {
        assert_true(tree->n < MOST_PROCESSES);
        tree->pids[tree->n++] = child;
    }
    fclose(file);
}

static struct tree *tree_of(const struct service *service)
{
    static struct tree tree;

    tree.pids[0] = service->pid;
    tree.n = 1;
    for (unsigned i = 0; i < tree.n; i++) {
        char name[64];
        const struct dirent *entry;
        DIR *threads;
        snprintf(name, sizeof(name), "/proc/%d/task", (int)tree.pids[i]);
        threads = opendir(name);
        if (!threads)
            continue; /* it has ended */
        while ((entry = readdir(threads)))
            add_children_of(&tree, tree.pids[i], entry->d_name);
        closedir(threads);
    }
    return &tree;
}

/* Reads /proc/PID/`what`; "" if the process has ended. */
static void read_proc(pid_t pid, const char *what, char *text, size_t size)
{
    char name[64];
    size_t n = 0;
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%d/%s", (int)pid, what);
    file = fopen(name, "re");
    if (file) {
        n = fread(text, 1, size - 1, file);
        fclose(file);
    }
    text[n] = '\0';
}

/* The number after `key` in such a file; 0 if it is not there. */
static uint64_t figure(pid_t pid, const char *what, const char *key)
{
    char text[4096];
    const char *found;

    read_proc(pid, what, text, sizeof(text));
    found = strstr(text, key);
    return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

static uint64_t sum(const struct service *service, const char *what,
                    const char *key)
{
    const struct tree *tree = tree_of(service);
    uint64_t total = 0;

    for (unsigned i = 0; i < tree->n; i++)
        total += figure(tree->pids[i], what, key);
    return total;
}

unsigned service_processes(const struct service *service)
{
    return tree_of(service)->n;
}

unsigned service_threads(const struct service *service)
{
    return (unsigned)sum(service, "status", "\nThreads:");
}

uint64_t service_cpu_ns(const struct service *service)
{
    struct cost cost;

    assert_int_equal(cost_of_tree_cpu(service->pid, &cost), 0);
    return cost.cpu_ns;
}

/* A page that processes share after a fork counts once. */
uint64_t service_memory(const struct service *service)
{
    return sum(service, "smaps_rollup", "\nPss_Anon:") * 1024;
}

struct descriptors {
    unsigned n;
    unsigned end; /* one past the highest */
};

static struct descriptors descriptors_of(pid_t pid)
{
    struct descriptors has = {0};
    char name[64];
    const struct dirent *entry;
    DIR *list;

    snprintf(name, sizeof(name), "/proc/%d/fd", (int)pid);
    list = opendir(name);
    if (!list)
        return has;
    while ((entry = readdir(list))) {
        unsigned fd = (unsigned)strtoul(entry->d_name, NULL, 10);
        if (entry->d_name[0] == '.')
            continue;
        has.n++;
        has.end = fd >= has.end ? fd + 1 : has.end;
    }
    closedir(list);
    return has;
}

unsigned service_descriptors(const struct service *service)
{
    const struct tree *tree = tree_of(service);
    unsigned most = 0;

    for (unsigned i = 0; i < tree->n; i++) {
        unsigned end = descriptors_of(tree->pids[i]).end;
        most = end > most ? end : most;
    }
    return most;
}

unsigned service_open_descriptors(const struct service *service)
{
    const struct tree *tree = tree_of(service);
    unsigned n = 0;

    for (unsigned i = 0; i < tree->n; i++)
        n += descriptors_of(tree->pids[i]).n;
    return n;
}

/* As in proc(5): S asleep, T stopped, Z ended; X: gone. */
static int state_of(pid_t pid)
{
    char text[512];
    const char *name_end;

    read_proc(pid, "stat", text, sizeof(text));
    name_end = strrchr(text, ')');
    return name_end && name_end[1] ? name_end[2] : 'X';
}

static void await_state(pid_t pid, const char *states)
{
    for (int ms = 0; ms < CHANGE_MS; ms++) {
        if (strchr(states, state_of(pid)))
            return;
        poll(NULL, 0, 1);
    }
    fail_msg("process %d stays in state %c", (int)pid, state_of(pid));
}

/* The first before the others, which it may still be starting. */
void service_rest(const struct service *service)
{
    const struct tree *tree;

    if (service->facts.spins)
        return;
    await_state(service->pid, "S");
    tree = tree_of(service);
    for (unsigned i = 1; i < tree->n; i++)
        await_state(tree->pids[i], "SZX");
}

void service_signal(const struct service *service, int number)
{
    const struct tree *tree = tree_of(service);

    for (unsigned i = 0; i < tree->n; i++)
        kill(tree->pids[i], number);
}

void service_pause(const struct service *service)
{
    const struct tree *tree;
    int status = 0;

    kill(service->pid, SIGSTOP);
    waitpid(service->pid, &status, WUNTRACED);
    assert_true(WIFSTOPPED(status));
    service_signal(service, SIGSTOP);
    tree = tree_of(service);
    for (unsigned i = 1; i < tree->n; i++)
        await_state(tree->pids[i], "TZX");
}

void service_resume(const struct service *service)
{
    service_signal(service, SIGCONT);
}

unsigned service_kill_children(const struct service *service)
{
    const struct tree *tree;
    unsigned n;

    service_rest(service);
    tree = tree_of(service);
    n = tree->n;
    for (unsigned i = 1; i < n; i++)
        kill(tree->pids[i], SIGKILL);
    for (unsigned i = 1; i < n; i++)
        await_state(tree->pids[i], "X");
    return n - 1;
}

static void limit_descriptors(pid_t pid, unsigned n)
{
    struct rlimit limit;

    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) != 0) {
        assert_int_equal(errno, ESRCH); /* it has ended */
        return;
    }
    limit.rlim_cur = n < limit.rlim_max ? n : limit.rlim_max;
    if (prlimit(pid, RLIMIT_NOFILE, &limit, NULL) != 0)
        assert_int_equal(errno, ESRCH);
}

/* A call of accept() that waits has its descriptor already. Stopping makes the
 * kernel begin it anew. */
void service_limit_descriptors(const struct service *service, unsigned n)
{
    const struct tree *tree;

    service_pause(service);
    tree = tree_of(service);
    for (unsigned i = 0; i < tree->n; i++)
        limit_descriptors(tree->pids[i], n);
    service_resume(service);
}

void service_freeze_descriptors(const struct service *service)
{
    const struct tree *tree;

    service_rest(service);
    service_pause(service);
    tree = tree_of(service);
    for (unsigned i = 0; i < tree->n; i++)
        limit_descriptors(tree->pids[i], descriptors_of(tree->pids[i]).end);
    service_resume(service);
}
