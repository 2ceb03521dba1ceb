/* html.h: what reports share: pages that need no other file. They are
 * well-formed XML too, so that any parser can check them. */
#ifndef BENCH_REPORT_HTML_H
#define BENCH_REPORT_HTML_H

#include "bench/words.h"

#include <stdio.h>

/* The page up to its heading, which is its title; and what ends it. */
void html_begin(FILE *to, const char *title);
void html_end(FILE *to);

/* Text between tags, or in an attribute's quotes: nothing in it is special. */
void html_text(FILE *to, const char *text);

/* The words as a list, or nothing for none. */
void html_list(FILE *to, const struct words *words);

/* A table's field with a number, or with a dash for NAN. */
void html_number(FILE *to, double value, int decimals);

/* The chart `name` of FOLDER/plots/ with its caption: the comment that its
 * script in the folder `scripts` begins with. What can't be read is told. */
void html_chart(FILE *to, const char *scripts, const char *folder,
                const char *name);

/* All of these charts: what changed, then latency at equal load first; what only
 * restates throughput last; others between, in their order. */
void html_charts(FILE *to, const char *scripts, const char *folder,
                 const struct words *charts);

#endif
