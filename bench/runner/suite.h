/* suite.h: suite files: what is measured, as grids of lists. */
#ifndef BENCH_RUNNER_SUITE_H
#define BENCH_RUNNER_SUITE_H

#include "bench/runner/axes.h"
#include "bench/words.h"

#include <stdint.h>
#include <stdio.h>

/* What a section has, or the whole suite where a section does not say. */
struct settings {
    uint64_t repeats;
    uint64_t duration_ns;
    uint64_t warmup_ns;
    bool has_repeats; /* whether the file says so */
    bool has_duration;
    bool has_warmup;
};

/* One section: all combinations of its lists, measured `repeats` times. */
struct section {
    char *name;
    unsigned line; /* where it begins in the file */
    struct words axis[AXES];
    struct settings settings;
};

struct suite {
    char *path;    /* of the file */
    char *name;    /* the file's name without folder and ".ini" */
    char *summary; /* a line for people, or NULL */
    struct settings settings;
    struct section *section;
    size_t sections;
};

/* What `run` changes in a suite; NULL and 0 leave it as it is. */
struct narrowing {
    const char *axis[AXES]; /* lists as in suite files */
    uint64_t duration_ns;
    uint64_t repeats;
};

/* Reads the file `path`. `servers` are the names of the binaries built; a
 * section that names none has them all. 0, or -1 after telling, with file and
 * line, what is wrong. Free with suite_free() in both cases. */
int suite_read(const char *path, const struct words *servers,
               struct suite *suite);

/* Checks what can only be said of a whole section. 0, or -1 after telling what
 * is wrong, and where. suite_read() and suite_narrow() do it. */
int suite_check(const struct suite *suite);

/* Narrows each section to the values asked for. A value that no section has
 * is added to all of them. Sections in which nothing is left are dropped. 0,
 * or -1 after telling what is wrong (option names are the axes' keys). */
int suite_narrow(struct suite *suite, const struct narrowing *narrowing,
                 const struct words *servers);

/* Writes the suite as a file that suite_read() reads back to the same, with
 * every axis spelled out. 0 or -errno. */
int suite_write(const struct suite *suite, FILE *file);

void suite_free(struct suite *suite);

#endif
