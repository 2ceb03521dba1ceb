#include "servers/threads.h"

#include "common/units.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum {
    STACK_BYTES = 128 * 1024, /* a worker in it is the most of what is used */
    KNOCK_MS = 20,
};

struct member {
    struct threads *threads;
    pthread_t thread;
    int number;
    struct member *next;
    struct member **link; /* what points to it */
};

static void leave(struct member *member)
{
    struct threads *threads = member->threads;

    pthread_mutex_lock(&threads->lock);
    *member->link = member->next;
    if (member->next)
        member->next->link = member->link;
    if (!threads->first)
        pthread_cond_signal(&threads->emptied);
    pthread_mutex_unlock(&threads->lock);
    free(member);
}

static void *run(void *argument)
{
    struct member *member = argument;

    member->threads->work(member->threads->context, member->number);
    leave(member);
    return NULL;
}

void threads_init(struct threads *threads, threads_work *work, void *context)
{
    *threads = (struct threads){.work = work, .context = context};
    pthread_mutex_init(&threads->lock, NULL);
    pthread_cond_init(&threads->emptied, NULL);
    pthread_attr_init(&threads->attributes);
    pthread_attr_setstacksize(&threads->attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&threads->attributes, PTHREAD_CREATE_DETACHED);
}

/* The lock is held until the member knows its thread, since it could be gone at
 * once. */
int threads_begin(struct threads *threads, int number)
{
    struct member *member = malloc(sizeof(*member));
    int error;

    if (!member)
        return -ENOMEM;
    *member = (struct member){.threads = threads, .number = number};
    pthread_mutex_lock(&threads->lock);
    error = pthread_create(&member->thread, &threads->attributes, run, member);
    if (!error) {
        member->next = threads->first;
        member->link = &threads->first;
        if (threads->first)
            threads->first->link = &member->next;
        threads->first = member;
    }
    pthread_mutex_unlock(&threads->lock);
    if (error)
        free(member);
    return -error;
}

void threads_end(struct threads *threads)
{
    pthread_mutex_lock(&threads->lock);
    while (threads->first) {
        struct timespec until;
        for (struct member *m = threads->first; m; m = m->next)
            pthread_kill(m->thread, SIGALRM);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += KNOCK_MS * (long)NS_PER_MS;
        until.tv_sec += until.tv_nsec / (long)NS_PER_S;
        until.tv_nsec %= (long)NS_PER_S;
        pthread_cond_clockwait(&threads->emptied, &threads->lock,
                               CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&threads->lock);
}
