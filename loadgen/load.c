#include "loadgen/load.h"

#include "loadgen/collector.h"
#include "loadgen/engine.h"
#include "loadgen/idle.h"
#include "loadgen/own_fds.h"
#include "loadgen/sum.h"
#include "loadgen/worker.h"

#include "common/clock.h"
#include "common/cpus.h"
#include "common/units.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The window begins so much after the word is given, so that every thread has
 * heard it by then. */
static const uint64_t notice_ns = NS_PER_MS;

struct load {
    const struct settings *settings; /* of the current step */
    struct settings step;
    struct result *result;
    struct course course;
    struct reference reference;
    struct worker *workers;
    struct collector collector;
    struct part total; /* of the window; its histograms are the result's */
    pthread_t *threads;
    unsigned n_running; /* threads that have been started */
    int signal_fd;
    struct cost server_before;
    struct idle idle;
    struct use_edge use_before;
};

static void *thread_main(void *input)
{
    struct worker *worker = input;
    const struct settings *settings = worker->settings;

    own_fds();
    if (settings->rate_per_s)
        prctl(PR_SET_TIMERSLACK, 1); /* ns: timers are not to be late */
    if (settings->pinned) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET((size_t)cpus_nth(&settings->cpus, (int)worker->index), &one);
        worker->error = cpus_pin(&one);
    }
    if (!worker->error)
        worker->error = settings->engine->run(worker);
    if (worker->error) {
        atomic_store(&worker->course->stop, true); /* the others, too */
        worker_rest(worker);
    }
    /* Only now: closing costs the server, too, and the load is not to blame. */
    worker_close_all(worker);
    return NULL;
}

static void wake_all(struct load *load)
{
    for (unsigned i = 0; i < load->settings->threads; i++)
        eventfd_write(load->workers[i].wake_fd, 1);
}

static int create_workers(struct load *load)
{
    const struct settings *settings = load->settings;
    unsigned n = settings->threads;

    load->workers = calloc(n, sizeof(*load->workers));
    load->threads = calloc(n, sizeof(*load->threads));
    if (!load->workers || !load->threads)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++)
        load->workers[i].wake_fd = -1;
    for (unsigned i = 0; i < n; i++) {
        uint32_t share =
            settings->connections / n + (i < settings->connections % n);
        int error = worker_init(&load->workers[i], i, share, settings,
                                &load->course, &load->reference);
        if (error)
            return error;
        load->workers[i].wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (load->workers[i].wake_fd < 0)
            return -errno;
    }
    return collector_init(&load->collector, settings, load->workers,
                          &load->total);
}

static int start_threads(struct load *load)
{
    for (unsigned i = 0; i < load->settings->threads; i++) {
        int error = pthread_create(&load->threads[i], NULL, thread_main,
                                   &load->workers[i]);
        if (error)
            return -error;
        load->n_running++;
    }
    return 0;
}

/* Notices a signal that asks to stop. */
static void take_signal(struct load *load)
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
        take_signal(load);
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

static void conduct(struct load *load)
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

/* Lets all threads come to their end, whatever they do. */
static void end_all(struct load *load)
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

static void release_all(struct load *load)
{
    for (unsigned i = 0; i < load->n_running; i++)
        sem_post(&load->course.release);
}

/* Lets them close their connections, and sees them gone. */
static void dismiss_all(struct load *load)
{
    atomic_store(&load->course.over, true);
    release_all(load);
    for (unsigned i = 0; i < load->n_running; i++)
        pthread_join(load->threads[i], NULL);
}

/* Opens the idle connections. A signal that comes meanwhile is noticed. */
static int open_idle(struct load *load)
{
    int error = idle_open(&load->idle, load->signal_fd);

    if (error == -EINTR) {
        take_signal(load);
        return 0;
    }
    return error;
}

/* How many of them the server has dropped by now. */
static void check_idle(struct load *load)
{
    const struct idle *idle = &load->idle;

    idle_check(&load->idle);
    load->result->idle_opened = idle->opened;
    load->result->idle_dropped = idle->dropped;
    faults_merge(&load->result->faults, &idle->faults);
}

static void clear_result(struct result *result)
{
    *result = (struct result){
        .service = result->service,
        .connect = result->connect,
        .connect_first = result->connect_first,
        .times = result->times,
        .thread_shares = result->thread_shares,
    };
    histogram_clear(result->service);
    histogram_clear(result->connect);
    histogram_clear(result->connect_first);
    if (result->times.response)
        plan_times_clear(&result->times);
}

/* All threads rest: sends them into the next step, at another rate. */
static void begin_again(struct load *load, uint64_t rate_per_s)
{
    struct course *course = &load->course;

    load->step.rate_per_s = rate_per_s;
    load->step.seed++; /* a plan of its own */
    clear_result(load->result);
    collector_again(&load->collector);
    atomic_store(&course->go, false);
    atomic_store(&course->start_ns, NOT_YET);
    atomic_store(&course->end_ns, NOT_YET);
    atomic_store(&course->settled, 0);
    atomic_store(&course->finished, 0);
    release_all(load);
}

/* Lets the threads, which have just begun with it, make a step. */
static int make_step(struct load *load)
{
    int error = 0;

    conduct(load);
    end_all(load);
    for (unsigned i = 0; !error && i < load->settings->threads; i++)
        error = load->workers[i].error;
    if (error || load->result->interrupted)
        return error;
    check_idle(load);
    collector_take(&load->collector);
    return sum_up(load->settings, load->workers, &load->total, load->result);
}

static int run(struct load *load, const struct steps *steps)
{
    uint64_t rate_per_s;
    int error = create_workers(load);

    if (!error)
        error = open_idle(load);
    if (!error && !load->result->interrupted)
        error = start_threads(load);
    if (!error && !load->result->interrupted)
        error = make_step(load);
    else
        end_all(load);
    while (steps && !error && !load->result->interrupted &&
           steps->next(steps->input, load->result, &rate_per_s)) {
        begin_again(load, rate_per_s);
        error = make_step(load);
    }
    dismiss_all(load);
    return error;
}

/* What only an open loop has. */
static int set_up_times(struct load *load)
{
    struct plan_times *times = &load->result->times;
    int error = plan_times_init(times);

    load->total.latency[LATENCY_RESPONSE] = times->response;
    load->total.latency[LATENCY_QUEUE_WAIT] = times->queue_wait;
    load->total.latency[LATENCY_SEND_LAG] = times->send_lag;
    return error;
}

static int set_up(struct load *load, sigset_t *old_mask)
{
    struct result *result = load->result;
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &mask, old_mask);
    load->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    int error = idle_init(&load->idle, load->settings);
    if (error)
        return error;
    if (sem_init(&load->course.release, 0, 0) != 0)
        return -errno;
    load->course.news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (load->signal_fd < 0 || load->course.news_fd < 0)
        return -errno;
    result->service = malloc(sizeof(*result->service));
    result->connect = malloc(sizeof(*result->connect));
    result->connect_first = malloc(sizeof(*result->connect_first));
    result->thread_shares =
        calloc(load->settings->threads, sizeof(*result->thread_shares));
    if (!result->service || !result->connect || !result->connect_first ||
        !result->thread_shares)
        return -ENOMEM;
    histogram_clear(result->service);
    histogram_clear(result->connect);
    histogram_clear(result->connect_first);
    load->total.latency[LATENCY_SERVICE] = result->service;
    load->total.latency[LATENCY_CONNECT] = result->connect;
    return load->settings->rate_per_s ? set_up_times(load) : 0;
}

static void tear_down(struct load *load)
{
    for (unsigned i = 0; load->workers && i < load->settings->threads; i++) {
        if (load->workers[i].wake_fd >= 0)
            close(load->workers[i].wake_fd);
        worker_free(&load->workers[i]);
    }
    idle_free(&load->idle);
    free(load->workers);
    collector_free(&load->collector);
    free(load->threads);
    reference_free(&load->reference);
    sem_destroy(&load->course.release);
    if (load->course.news_fd >= 0)
        close(load->course.news_fd);
    if (load->signal_fd >= 0)
        close(load->signal_fd);
}

int load_run(const struct settings *settings, const struct steps *steps,
             struct result *result)
{
    struct load load = {.step = *settings, .result = result};
    sigset_t old_mask;

    load.settings = &load.step;

    *result = (struct result){0};
    atomic_init(&load.course.start_ns, NOT_YET);
    atomic_init(&load.course.end_ns, NOT_YET);
    reference_init(&load.reference);
    int error = set_up(&load, &old_mask);
    if (!error)
        error = run(&load, steps);
    tear_down(&load);
    pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
    return error;
}

void load_free(struct result *result)
{
    free(result->service);
    free(result->connect);
    free(result->connect_first);
    plan_times_free(&result->times);
    free(result->thread_shares);
}
