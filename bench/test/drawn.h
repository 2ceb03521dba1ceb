/* drawn.h: what tests ask of charts. */
#ifndef BENCH_TEST_DRAWN_H
#define BENCH_TEST_DRAWN_H

#include <stdbool.h>

/* Fails unless FOLDER/plots/NAME.svg and .png are there, or none of them. */
void assert_chart(const char *folder, const char *name, bool there);

/* Runs a script alone, as a person would, and fails if it tells anything or leaves
 * no chart. */
void assert_draws_quietly(const char *scripts, const char *folder,
                          const char *name);

#endif
