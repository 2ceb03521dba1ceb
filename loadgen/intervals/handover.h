/* handover.h: how a worker hands over what it has counted in an interval while
 * it goes on: boxes that go round between it, which fills them, and the
 * coordinating thread, which empties them. The worker never waits: where no box
 * is empty it keeps what it has, and its part gets longer. */
#ifndef LOADGEN_INTERVALS_HANDOVER_H
#define LOADGEN_INTERVALS_HANDOVER_H

#include "loadgen/intervals/part.h"

#include <stdatomic.h>
#include <stdbool.h>

/* One is emptied while the other is being filled. */
enum { HANDOVER_BOXES = 2 };

struct handover {
    struct part box[HANDOVER_BOXES];
    atomic_bool full[HANDOVER_BOXES];
    unsigned fills;    /* the box that the worker fills next */
    unsigned empties;  /* the box that is emptied next */
    struct part last;  /* what the worker had when it ended; its histograms are
                        * the worker's */
    atomic_bool ended; /* `last` is there */
    bool over;         /* and has been taken */
};

/* With boxes if somebody watches the intervals. 0 or -ENOMEM; handover_free()
 * in both cases. */
int handover_init(struct handover *handover, const struct settings *settings);
void handover_free(struct handover *handover);

/* For another window, when all has been taken and both sides know it. */
void handover_again(struct handover *handover);

/* The worker's side: the box to fill, which is empty, or NULL if there is none;
 * and the word that it is full. */
struct part *handover_box(struct handover *handover);
void handover_fill(struct handover *handover);

/* The word that `last` is there: nothing is handed over after that. */
void handover_end(struct handover *handover);

/* The other side: the oldest part that has not been taken, which may be
 * `last`; NULL if there is none. Then tell that it has been taken. */
const struct part *handover_look(const struct handover *handover);
void handover_take(struct handover *handover);

#endif
