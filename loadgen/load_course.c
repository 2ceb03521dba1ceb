#include "loadgen/load_course.h"

#include "common/clock.h"
#include "common/units.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The window begins so much after the word is given, so that every thread has
 * heard it by then. */
static const uint64_t notice_ns = NS_PER_MS;

static void wake_all(struct load *load)
{
    for (unsigned i = 0; i < load->settings->threads; i++)
        eventfd_write(load->workers[i].wake_fd, 1);
}

void load_take_signal(struct load *load)
{
    struct signalfd_siginfo info;

    if (read(load->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        load->result->interrupted = true;
        load->result->signal = (int)info.ssi_signo;
    }
}

/* Waits until `count` has reached the number of threads, or until `until_ns`,
 * or for a signal. True if the run is to go on. */
static bool wait_for(struct load *load, atomic_uint *count, uint64_t until_ns)
{
    struct pollfd fds[] = {
        {.fd = load->signal_fd, .events = POLLIN},
        {.fd = load->course.news_fd, .events = POLLIN},
    };
    eventfd_t news;

    while (atomic_load(count) < load->settings->threads) {
        const struct timespec left = clock_left(until_ns);
        if (left.tv_sec == 0 && left.tv_nsec == 0)
            return true;
        if (ppoll(fds, 2, until_ns == NOT_YET ? NULL : &left, NULL) < 0 &&
            errno != EINTR)
            return false;
        load_take_signal(load);
        if (load->result->interrupted || atomic_load(&load->course.stop))
            return false;
        eventfd_read(load->course.news_fd, &news);
        collector_take(&load->collector);
    }
    return true;
}

/* Reads what the server has cost until now, and lets the window begin after
 * that, however long it took. */
static void begin_window(struct load *load, uint64_t delay_ns)
{
    if (load->settings->server_pid)
        load->result->server_known =
            cost_of_tree_cpu(load->settings->server_pid,
                             &load->server_before) == 0;
    collector_begin(&load->collector,
                    load->result->server_known ? &load->server_before : NULL);
    use_begin(load->settings, &load->use_before);
    uint64_t start_ns = clock_ns() + delay_ns;
    atomic_store(&load->course.end_ns, start_ns + load->settings->duration_ns);
    atomic_store(&load->course.start_ns, start_ns);
}

/* The server's cost at the end; how many CPUs it can use at once. */
static void read_server(struct load *load)
{
    struct result *result = load->result;
    pid_t pid = load->settings->server_pid;
    struct cost now;
    struct cost memory;
    cpu_set_t cpus;

    if (!result->server_known)
        return;
    result->use = use_since(&load->use_before);
    result->server_known = cost_of_tree_cpu(pid, &now) == 0 &&
                           cost_of_tree(pid, &memory) == 0 &&
                           sched_getaffinity(pid, sizeof(cpus), &cpus) == 0;
    if (!result->server_known)
        return;
    collector_end(&load->collector, &now);
    result->server = cost_between(&load->server_before, &now);
    result->server.rss_peak_bytes = memory.rss_peak_bytes;
    result->server.pss_bytes = memory.pss_bytes;
    unsigned usable = (unsigned)CPU_COUNT(&cpus);
    result->server_cpus = usable < now.threads ? usable : now.threads;
}

void load_conduct(struct load *load)
{
    const struct settings *settings = load->settings;
    struct course *course = &load->course;
    const bool open_loop = settings->rate_per_s > 0;

    if (!wait_for(load, &course->settled, NOT_YET))
        return;
    atomic_store(&course->plan_ns, clock_ns() + notice_ns);
    if (settings->warmup_ns == 0) {
        begin_window(load, open_loop ? notice_ns : 0);
        atomic_store(&course->plan_ns, atomic_load(&course->start_ns));
    }
    atomic_store(&course->go, true);
    wake_all(load);
    if (settings->warmup_ns) {
        if (!wait_for(load, &course->finished,
                      clock_ns() + settings->warmup_ns))
            return;
        begin_window(load, notice_ns);
        wake_all(load);
    }
    /* An open loop waits for replies after its window: that is no cost. */
    if (!wait_for(load, &course->finished,
                  open_loop ? atomic_load(&course->end_ns) : NOT_YET))
        return;
    read_server(load);
    wait_for(load, &course->finished, NOT_YET);
}

void load_end_all(struct load *load)
{
    struct pollfd news = {.fd = load->course.news_fd, .events = POLLIN};
    eventfd_t ignored;

    if (atomic_load(&load->course.finished) < load->n_running) {
        atomic_store(&load->course.stop, true);
        wake_all(load);
    }
    while (atomic_load(&load->course.finished) < load->n_running) {
        if (poll(&news, 1, -1) > 0)
            eventfd_read(load->course.news_fd, &ignored);
    }
}
