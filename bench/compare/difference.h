/* difference.h: sentences that say how two values differ; no I/O. Each has
 * less than 200 bytes and stays UTF-8 when a value is cut. */
#ifndef BENCH_COMPARE_DIFFERENCE_H
#define BENCH_COMPARE_DIFFERENCE_H

#include "bench/words.h"

/* Appends "WHAT differs: 'A' and 'B'". Values too long for that are shown from
 * where they begin to differ. 0 or -ENOMEM. */
int difference_add(struct words *to, const char *what, const char *a,
                   const char *b);

/* Appends "NAME 'A' and 'B'", one of many differences, for
 * difference_add_items(). 0 or -ENOMEM. */
int difference_item(struct words *items, const char *name, const char *a,
                    const char *b);

/* Appends one sentence, "WHAT differ: ITEM, ITEM", with as many as fit and how
 * many more there are; nothing without items. 0 or -ENOMEM. */
int difference_add_items(struct words *to, const char *what,
                         const struct words *items);

#endif
