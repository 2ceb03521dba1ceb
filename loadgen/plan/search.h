/* search.h: the way to the highest rate that meets a goal: doubled until one
 * does not, bisected, and confirmed. Only decisions: who asks measures. */
#ifndef LOADGEN_PLAN_SEARCH_H
#define LOADGEN_PLAN_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

enum answer {
    ANSWER_MET,
    ANSWER_MISSED,
    ANSWER_UNKNOWN, /* missed, but not by the server's fault */
};

enum stage {
    STAGE_BRACKET, /* double the rate until it is too high */
    STAGE_BISECT,  /* until `high` is 2 % above `low` */
    STAGE_CONFIRM, /* measure `low` three times: it is met twice at least */
    STAGE_FOUND,   /* `low` is the answer */
    STAGE_NONE,    /* not even the first rate meets the goal */
    STAGE_UNCLEAR, /* at `low` it is met, but nobody knows how far beyond */
};

struct search {
    enum stage stage;
    uint64_t rate_per_s; /* to be measured next */
    uint64_t first;      /* where it began: no lower rate is tried */
    uint64_t low;        /* the highest rate that met the goal, or 0 */
    uint64_t high;       /* the lowest rate that did not, or 0 */
    bool high_unknown;   /* the generator could not do `high` */
    bool again;          /* this rate is measured a second time */
    unsigned repeats;    /* confirming: so often, */
    unsigned met;        /* and so often met */
    unsigned retreats;   /* rates that could not be confirmed, */
    bool given_up;       /* too many of them: `low` was not measured */
};

/* The name of an answer: "met", "missed", "unknown". */
const char *answer_name(enum answer answer);

/* Begins at `first` (1 to SCHEDULE_RATE_MOST). */
void search_begin(struct search *search, uint64_t first);

/* Takes the answer to `rate_per_s`, and decides what comes next. Where a rate
 * does not meet the goal it is measured again, and the better answer counts:
 * whatever disturbs a machine makes it slower. */
void search_take(struct search *search, enum answer answer);

/* Is there nothing more to measure? */
static inline bool search_over(const struct search *search)
{
    return search->stage >= STAGE_FOUND;
}

#endif
