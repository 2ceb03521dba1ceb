#include "loadgen/intervals/handover.h"

#include "loadgen/settings.h"

int handover_init(struct handover *handover, const struct settings *settings)
{
    int error = 0;

    *handover = (struct handover){0};
    for (int i = 0; i < HANDOVER_BOXES; i++)
        atomic_init(&handover->full[i], false);
    atomic_init(&handover->ended, false);
    for (int i = 0; i < HANDOVER_BOXES && settings->watcher && !error; i++)
        error = part_init(&handover->box[i], settings);
    return error;
}

void handover_again(struct handover *handover)
{
    handover->fills = 0;
    handover->empties = 0;
    handover->over = false;
    handover->last = (struct part){0};
    atomic_store(&handover->ended, false);
}

void handover_free(struct handover *handover)
{
    for (int i = 0; i < HANDOVER_BOXES; i++)
        part_free(&handover->box[i]);
}

static unsigned after(unsigned box)
{
    return (box + 1) % HANDOVER_BOXES;
}

struct part *handover_box(struct handover *handover)
{
    bool full = atomic_load_explicit(&handover->full[handover->fills],
                                     memory_order_acquire);

    return full ? NULL : &handover->box[handover->fills];
}

void handover_fill(struct handover *handover)
{
    atomic_store_explicit(&handover->full[handover->fills], true,
                          memory_order_release);
    handover->fills = after(handover->fills);
}

void handover_end(struct handover *handover)
{
    atomic_store_explicit(&handover->ended, true, memory_order_release);
}

const struct part *handover_look(const struct handover *handover)
{
    /* Asked first: a box that was filled before the end must not be missed. */
    bool ended = atomic_load_explicit(&handover->ended, memory_order_acquire);
    bool full = atomic_load_explicit(&handover->full[handover->empties],
                                     memory_order_acquire);

    if (full)
        return &handover->box[handover->empties];
    return ended && !handover->over ? &handover->last : NULL;
}

void handover_take(struct handover *handover)
{
    unsigned box = handover->empties;

    if (handover_look(handover) == &handover->last) {
        handover->over = true;
        return;
    }
    part_clear(&handover->box[box]);
    handover->empties = after(box);
    atomic_store_explicit(&handover->full[box], false, memory_order_release);
}
