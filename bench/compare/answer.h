/* answer.h: how a comparison is told: the table, and the outputs that options
 * ask for; the same for all commands that compare. */
#ifndef BENCH_COMPARE_ANSWER_H
#define BENCH_COMPARE_ANSWER_H

#include "bench/compare/comparison.h"
#include "common/outputs.h"

#include <argp.h>
#include <stdio.h>

enum answer_output {
    ANSWER_JSON,
    ANSWER_JUNIT,
    ANSWER_CSV,
    ANSWER_MARKDOWN,
    ANSWER_OUTPUTS,
    ANSWER_KEY = 512, /* + output: the keys of the options */
};

struct answer {
    struct output output[ANSWER_OUTPUTS];
};

/* The rows of the options' table. */
#define ANSWER_OPTIONS                                                         \
    {"json",                                                                   \
     ANSWER_KEY + ANSWER_JSON,                                                 \
     "FILE",                                                                   \
     0,                                                                        \
     "Write all of it as JSON ('-': stdout)",                                  \
     10},                                                                      \
        {"junit",                                                              \
         ANSWER_KEY + ANSWER_JUNIT,                                            \
         "FILE",                                                               \
         0,                                                                    \
         "Write each cell as a test, in the XML that CI systems read",         \
         10},                                                                  \
        {"csv", ANSWER_KEY + ANSWER_CSV,       NULL,                           \
         0,     "Print a row a result as CSV", 10},                            \
    {                                                                          \
        "markdown", ANSWER_KEY + ANSWER_MARKDOWN, NULL, 0,                     \
            "Print the table as it is pasted into a mail or pull request", 10  \
    }

/* Takes one of these options. */
void answer_take(struct answer *answer, int key, const char *value);

/* Opens what is wanted. 0, or -1 after telling. */
int answer_open(struct answer *answer);

/* Where notes for people belong: stdout, or stderr when an output takes that. */
FILE *answer_notes(const struct answer *answer);

/* Prints the table, and writes and closes the outputs. 0, or -1 after telling. */
int answer_write(struct answer *answer, const struct comparison *comparison);

/* Prints the line "verdict: same", the last one, and flushes. 0, or -1 after
 * telling that stdout could not be written. */
int answer_verdict(const struct answer *answer,
                   const struct comparison *comparison);

#endif
