/* axes.h: what a suite can vary: the names, the words allowed, the defaults. */
#ifndef BENCH_RUNNER_AXES_H
#define BENCH_RUNNER_AXES_H

#include "bench/words.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum axis {
    AXIS_SERVER,
    AXIS_PROTOCOL,
    AXIS_TOOL,
    AXIS_ENGINE,
    AXIS_CONNECTIONS,
    AXIS_IDLE,
    AXIS_PAYLOAD,
    AXIS_PIPELINE,
    AXIS_REQUESTS_PER_CONNECTION,
    AXIS_RATE,
    AXIS_WORKERS,
    AXIS_SERVER_CPUS,
    AXIS_CLIENT_CPUS,
    AXIS_PLACEMENT,
    AXIS_KEEP_AWAKE,
    AXIS_FILE_IO,    /* how the server reads the file that it serves, */
    AXIS_FILE_BYTES, /* and how large that is */
    AXES
};

/* The value that leaves the choice to the runner or to the program run, and the
 * one that says there is no such thing: no rate, say, in closed loop. Both are
 * null in records. */
#define AXIS_AUTO "auto"
#define AXIS_NONE "none"

/* How suite files ("connections") and records ("connections") call it. */
const char *axis_key(enum axis axis);
const char *axis_record_key(enum axis axis);

/* The axis that suite files call `key`, or AXES. */
enum axis axis_find(const char *key);

/* What a section has that does not name the axis. */
const char *axis_default(enum axis axis);

/* Splits a list as this axis writes it and appends each value to `values`.
 * 0, or -1 with what is wrong in `why` (`size` bytes). `servers` are the
 * binaries that were built. */
int axis_values(enum axis axis, const char *list, const struct words *servers,
                struct words *values, char *why, size_t size);

/* Of an axis whose values are words: the place of `value` among them, from 0;
 * their number for one that is none. */
size_t axis_choice(enum axis axis, const char *value);

/* What percentage a rate is that is written as a share: 50 for "50%"; 0 for any
 * other value. */
uint64_t axis_share(const char *rate);

/* The value as a record holds it: a number, a string, a boolean, or null for
 * AXIS_AUTO and AXIS_NONE. A new reference; NULL when out of memory. */
json_t *axis_json(enum axis axis, const char *value);

/* The value that axis_json() made, as a string for tables: for null, or a value
 * that is missing, what a suite says that names none. Writes to `text` (`size` bytes) and returns it. */
const char *axis_text(enum axis axis, const json_t *value, char *text,
                      size_t size);

/* Whether two values of records are the same; a missing one is as null. */
bool axis_equal(const json_t *a, const json_t *b);

#endif
