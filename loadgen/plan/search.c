#include "loadgen/plan/search.h"

#include "loadgen/plan/schedule.h"

enum {
    CONFIRM_REPEATS = 3,
    CONFIRM_MET = 2,
    RETREATS_MOST = 10,
    RETREAT_PERCENT = 95,
    /* Bisected until one per that many is between. */
    CLOSE_ENOUGH = 50,
};

const char *answer_name(enum answer answer)
{
    static const char *const names[] = {
        [ANSWER_MET] = "met",
        [ANSWER_MISSED] = "missed",
        [ANSWER_UNKNOWN] = "unknown",
    };

    return names[answer];
}

void search_begin(struct search *search, uint64_t first)
{
    *search = (struct search){.rate_per_s = first, .first = first};
}

static void confirm(struct search *search)
{
    search->stage = STAGE_CONFIRM;
    search->rate_per_s = search->low;
    search->repeats = 0;
    search->met = 0;
}

/* Halves what is between, or is done with that. */
static void bisect(struct search *search)
{
    const uint64_t between = search->high - search->low;

    search->stage = STAGE_BISECT;
    if (between <= search->low / CLOSE_ENOUGH || between <= 1)
        confirm(search);
    else
        search->rate_per_s = search->low + between / 2;
}

static void go_up(struct search *search)
{
    search->low = search->rate_per_s;
    if (search->high)
        bisect(search);
    else if (search->low == SCHEDULE_RATE_MOST)
        confirm(search);
    else if (search->low > SCHEDULE_RATE_MOST / 2)
        search->rate_per_s = SCHEDULE_RATE_MOST;
    else
        search->rate_per_s = 2 * search->low;
}

static void go_down(struct search *search, enum answer answer)
{
    search->high = search->rate_per_s;
    search->high_unknown = answer == ANSWER_UNKNOWN;
    if (search->low)
        bisect(search);
    else
        search->stage = search->high_unknown ? STAGE_UNCLEAR : STAGE_NONE;
}

/* A rate that cannot be confirmed was met by luck: a little less. */
static void retreat(struct search *search, enum answer last)
{
    search->high = search->low;
    search->high_unknown = last == ANSWER_UNKNOWN;
    const uint64_t less = search->low * RETREAT_PERCENT / 100;
    search->low = less < search->first && search->low > search->first
                      ? search->first
                      : less;
    if (search->low < search->first) {
        search->low = 0;
        search->stage = STAGE_NONE;
    } else if (++search->retreats > RETREATS_MOST) {
        search->given_up = true;
        search->stage = STAGE_UNCLEAR;
    } else {
        confirm(search);
    }
}

static void take_repeat(struct search *search, enum answer answer)
{
    search->repeats++;
    search->met += answer == ANSWER_MET;
    if (search->repeats < CONFIRM_REPEATS)
        return;
    if (search->met < CONFIRM_MET)
        retreat(search, answer);
    else
        search->stage = search->high_unknown ? STAGE_UNCLEAR : STAGE_FOUND;
}

void search_take(struct search *search, enum answer answer)
{
    if (search->stage == STAGE_CONFIRM) {
        take_repeat(search, answer);
    } else if (answer == ANSWER_MET) {
        search->again = false;
        go_up(search);
    } else if (!search->again) {
        search->again = true;
    } else {
        search->again = false;
        go_down(search, answer);
    }
}
