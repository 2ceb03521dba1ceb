/* cell.h: one combination of axis values: what one trial measures. */
#ifndef BENCH_RUNNER_CELL_H
#define BENCH_RUNNER_CELL_H

#include "bench/runner/suite.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* When requests are sent in open loop. */
struct offered {
    uint64_t per_s;      /* 0: closed loop, or a share that isn't known yet */
    double whole_per_s;  /* what it is a share of; 0 for no share */
    const char *slowest; /* the server whose rate that is, borrowed */
    char *fault;         /* why the cell can't be measured at it, or NULL */
};

/* One combination of axis values, measured `repeats` times. */
struct cell {
    const struct section *section;
    const char *axis[AXES]; /* borrowed from the suite; the payload is never
                             * AXIS_AUTO */
    uint64_t repeats;
    bool calibrates; /* its trials only tell what shares of a rate are of */
    struct offered offered;
};

/* The cell's value on `axis` as a number, 0 for AXIS_AUTO. */
uint64_t cell_count(const struct cell *cell, enum axis axis);

/* Whether requests are sent at a rate, whatever the replies: in open loop. */
bool cell_is_open(const struct cell *cell);

/* Whether the cell's value on `axis` is `word`. */
bool cell_is(const struct cell *cell, enum axis axis, const char *word);

/* The cell in words: "epoll http c=64". Writes to `text` (`size` bytes) and
 * returns it. */
const char *cell_describe(const struct cell *cell, char *text, size_t size);

/* Whether its replies are files. */
bool cell_has_file(const struct cell *cell);

/* What its HTTP requests ask for: "/", or "/1024.bin", a file of that size.
 * Writes to `text` (`size` bytes, 32 are enough) and returns it. */
const char *cell_path(const struct cell *cell, char *text, size_t size);

/* Sets each axis in `record`, by its record key. */
void cell_add_axes(const struct cell *cell, json_t *record);

/* The payload that the generator sends to this protocol unless told otherwise. */
const char *cell_default_payload(const struct cell *cell);

#endif
