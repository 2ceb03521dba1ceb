#include "loadgen/load.h"

#include "loadgen/engine.h"
#include "loadgen/load_course.h"
#include "loadgen/own_fds.h"
#include "loadgen/sum.h"

#include "common/cpus.h"
#include "common/units.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

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
        load_take_signal(load);
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

/* All threads rest: sends them into the next step, at another rate. */
static void begin_again(struct load *load, uint64_t rate_per_s)
{
    struct course *course = &load->course;

    load->step.rate_per_s = rate_per_s;
    load->step.seed++; /* a plan of its own */
    result_clear(load->result);
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

    load_conduct(load);
    load_end_all(load);
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
        load_end_all(load);
    while (steps && !error && !load->result->interrupted &&
           steps->next(steps->input, load->result, &rate_per_s)) {
        begin_again(load, rate_per_s);
        error = make_step(load);
    }
    dismiss_all(load);
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
    error = result_init(result, load->settings);
    load->total.latency[LATENCY_SERVICE] = result->service;
    load->total.latency[LATENCY_CONNECT] = result->connect;
    load->total.latency[LATENCY_RESPONSE] = result->times.response;
    load->total.latency[LATENCY_QUEUE_WAIT] = result->times.queue_wait;
    load->total.latency[LATENCY_SEND_LAG] = result->times.send_lag;
    return error;
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

    *result = (struct result){0};
    load.settings = &load.step;
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
