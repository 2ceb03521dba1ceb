/* load_course.h: how the coordinating thread leads all workers through a step.
 * For load.c, and nobody else. */
#ifndef LOADGEN_LOAD_COURSE_H
#define LOADGEN_LOAD_COURSE_H

#include "loadgen/connections/idle.h"
#include "loadgen/intervals/collector.h"
#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/use.h"
#include "loadgen/worker.h"

#include <pthread.h>

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

/* Waits until the connections are open, gives the word to go, sets the window
 * and reads what the server costs in it, until all workers have ended. Returns
 * earlier, with workers still at work, if a signal or an error demands it. */
void load_conduct(struct load *load);

/* Lets all threads come to the end of the step, whatever they do. */
void load_end_all(struct load *load);

/* Notices a signal that asks to stop, if there is one. */
void load_take_signal(struct load *load);

#endif
