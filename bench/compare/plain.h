/* plain.h: names of folders and words of records may hold anything; text for
 * people, JSON and XML may not. */
#ifndef BENCH_COMPARE_PLAIN_H
#define BENCH_COMPARE_PLAIN_H

#include "bench/words.h"

/* Puts '?' in place of control characters and, unless all of it is UTF-8, of
 * every byte that is not ASCII. Returns `text`. */
char *plain_text(char *text);

/* The same for each word. */
void plain_words(struct words *words);

#endif
