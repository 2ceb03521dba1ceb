/* progress.h: how far a run is, on stderr. */
#ifndef BENCH_RUNNER_PROGRESS_H
#define BENCH_RUNNER_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool terminal;      /* one line that changes; else a plain line now and
                         * then */
    size_t total;       /* trials */
    size_t done;        /* trials, those of an earlier run among them */
    uint64_t left_ns;   /* planned for those that are not done */
    uint64_t spent_ns;  /* on those done now */
    uint64_t expect_ns; /* was planned for them */
    size_t told;        /* tenths that a plain line told of */
};

/* `terminal`: whether stderr is one. */
void progress_begin(struct progress *progress, size_t total, size_t done,
                    uint64_t left_ns, bool terminal);

/* Shows what runs now: "[ 42/284] epoll http c=64, 2 min 10 s left". */
void progress_show(struct progress *progress, const char *what);

/* A trial is done that was planned to take `expected_ns` and took `ns`. */
void progress_step(struct progress *progress, uint64_t expected_ns,
                   uint64_t ns);

/* The time left, in ns: the plan, corrected by how it went so far. */
uint64_t progress_left_ns(const struct progress *progress);

/* Prints a line that stays, above the changing one. */
void progress_note(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Removes the changing line. */
void progress_end(struct progress *progress);

#endif
