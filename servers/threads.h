/* threads.h: the threads of models that have some, as far as it is the same for
 * all of them: beginning, and ending although they sit in blocking calls. */
#ifndef SERVERS_THREADS_H
#define SERVERS_THREADS_H

#include <pthread.h>

/* What a thread does; it ends by itself once the server stops. */
typedef void threads_work(void *context, int number);

struct member;

struct threads {
    threads_work *work;
    void *context;
    pthread_attr_t attributes;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t emptied;
    struct member *first; /* those that have not ended */
};

/* Before any begins. `context` is handed to all, and outlives them. */
void threads_init(struct threads *threads, threads_work *work, void *context);

/* Begins one more, which calls work(context, number). 0, or -errno as of
 * pthread_create(3). */
int threads_begin(struct threads *threads, int number);

/* Waits until all have ended, while the server stops. Wakes those that sit in a
 * blocking call again and again, since a signal just before the call does not
 * wake. None begins meanwhile. */
void threads_end(struct threads *threads);

#endif
