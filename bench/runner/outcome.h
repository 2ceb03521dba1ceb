/* outcome.h: how a trial ended. */
#ifndef BENCH_RUNNER_OUTCOME_H
#define BENCH_RUNNER_OUTCOME_H

#include <stddef.h>

enum outcome_status {
    OUTCOME_OK,
    OUTCOME_FAILED,
    OUTCOME_SKIPPED,     /* can't run on this machine */
    OUTCOME_INTERRUPTED, /* the runner was told to stop: no result */
};

struct outcome {
    enum outcome_status status;
    char reason[500]; /* "" when ok */
};

/* Sets status and reason unless an earlier reason stands: the first thing that
 * went wrong is the cause of the others. */
void outcome_set(struct outcome *outcome, enum outcome_status status,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The last line, without its line end, of the memory file `fd`; "" if there is
 * none. Writes to `text` (`size` bytes) and returns it. */
const char *outcome_last_line(int fd, char *text, size_t size);

/* "ok", "failed", "skipped". */
const char *outcome_word(enum outcome_status status);

#endif
