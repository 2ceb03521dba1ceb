/* json_differences.h: what differs between some JSON objects of the same kind. */
#ifndef BENCH_COMPARE_JSON_DIFFERENCES_H
#define BENCH_COMPARE_JSON_DIFFERENCES_H

#include "bench/words.h"

#include <jansson.h>
#include <stddef.h>

/* Appends, for each value that is not the same in all of `object` (`n` of
 * them, NULL for a missing one), its dotted path and then its `n` values as
 * text, "–" for none. Within an object by its keys' order. 0 or -ENOMEM. */
int json_differences(json_t *const *object, size_t n, struct words *words);

#endif
