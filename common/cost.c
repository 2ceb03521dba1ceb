#include "common/cost.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 8192 };

/* Reads /proc/PID/`name`, cut to `size` - 1 bytes. 0 or -errno. */
static int read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[300];
    int error = 0;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return errno == ENOENT ? -ESRCH : -errno;
    size_t n = fread(text, 1, size - 1, file);
    text[n] = '\0';
    if (ferror(file))
        error = -ESRCH; /* it ended in between */
    fclose(file);
    return error;
}

/* The number after `key` in the "Key:   number" lines of `text`, or 0. */
static uint64_t field(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

int cost_cpu_clock(pid_t pid, uint64_t *ns)
{
    clockid_t id;
    struct timespec now;
    int error = clock_getcpuclockid(pid, &id);

    if (error)
        return -error;
    if (clock_gettime(id, &now) != 0)
        return -ESRCH; /* it ended in between */
    *ns = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    return 0;
}

/* Adds utime, stime and the waited-for children's from /proc/PID/stat. */
static int add_times(pid_t pid, struct cost *cost)
{
    char text[TEXT_MAX];
    uint64_t user;
    uint64_t sys;
    uint64_t child_user;
    uint64_t child_sys;
    const uint64_t tick_ns =
        UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
    int error = read_proc(pid, "stat", text, sizeof(text));

    if (error)
        return error;
    /* The name in parentheses may hold anything: count from its end. Fields 3
     * to 13 are skipped, see proc(5). */
    const char *at = strrchr(text, ')');
    if (!at || sscanf(at + 1,
                      " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u"
                      " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
                      &user, &sys, &child_user, &child_sys) != 4)
        return -ESRCH;
    cost->user_ns += (user + child_user) * tick_ns;
    cost->sys_ns += (sys + child_sys) * tick_ns;
    cost->reaped_ns += (child_user + child_sys) * tick_ns;
    cost->cpu_ns += (child_user + child_sys) * tick_ns;
    return 0;
}

static int add_memory(pid_t pid, struct cost *cost)
{
    char text[TEXT_MAX];
    int error = read_proc(pid, "status", text, sizeof(text));

    if (error)
        return error;
    cost->rss_peak_bytes += field(text, "\nVmHWM:") * 1024;
    if (read_proc(pid, "smaps_rollup", text, sizeof(text)) == 0)
        cost->pss_bytes += field(text, "\nPss:") * 1024;
    return 0;
}

static int add_tree(pid_t pid, bool memory, struct cost *cost);

/* Adds the children that the thread `tid` of `pid` has forked. */
static void add_children(pid_t pid, const char *tid, bool memory,
                         struct cost *cost)
{
    char path[300];
    int child;

    snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid, tid);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    while (fscanf(file, "%d", &child) == 1)
        (void)add_tree((pid_t)child, memory, cost); /* may have ended */
    fclose(file);
}

/* Adds the context switches of every thread, and every thread's children. */
static int add_threads(pid_t pid, bool memory, struct cost *cost)
{
    char name[300];
    char text[TEXT_MAX];
    const struct dirent *entry;

    snprintf(name, sizeof(name), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(name);
    if (!tasks)
        return errno == ENOENT ? -ESRCH : -errno;
    while ((entry = readdir(tasks))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "task/%.20s/status", entry->d_name);
        if (read_proc(pid, name, text, sizeof(text)) != 0)
            continue;
        cost->threads++;
        cost->switches_voluntary += field(text, "\nvoluntary_ctxt_switches:");
        cost->switches_involuntary +=
            field(text, "\nnonvoluntary_ctxt_switches:");
        add_children(pid, entry->d_name, memory, cost);
    }
    closedir(tasks);
    return 0;
}

static int add_tree(pid_t pid, bool memory, struct cost *cost)
{
    uint64_t cpu_ns = 0;
    int error = cost_cpu_clock(pid, &cpu_ns);

    if (error)
        return error;
    cost->cpu_ns += cpu_ns;
    cost->processes++;
    error = add_times(pid, cost);
    if (!error && memory)
        error = add_memory(pid, cost);
    if (!error)
        error = add_threads(pid, memory, cost);
    return error;
}

int cost_of_tree(pid_t pid, struct cost *cost)
{
    *cost = (struct cost){0};
    return add_tree(pid, true, cost);
}

int cost_of_tree_cpu(pid_t pid, struct cost *cost)
{
    *cost = (struct cost){0};
    return add_tree(pid, false, cost);
}

static uint64_t growth(uint64_t earlier, uint64_t later)
{
    return later > earlier ? later - earlier : 0;
}

struct cost cost_between(const struct cost *earlier, const struct cost *later)
{
    struct cost between = *later;

    between.cpu_ns = growth(earlier->cpu_ns, later->cpu_ns);
    between.reaped_ns = growth(earlier->reaped_ns, later->reaped_ns);
    between.user_ns = growth(earlier->user_ns, later->user_ns);
    between.sys_ns = growth(earlier->sys_ns, later->sys_ns);
    between.switches_voluntary =
        growth(earlier->switches_voluntary, later->switches_voluntary);
    between.switches_involuntary =
        growth(earlier->switches_involuntary, later->switches_involuntary);
    return between;
}
