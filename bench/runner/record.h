/* record.h: whether one line of trials.jsonl can be used; no I/O. */
#ifndef BENCH_RUNNER_RECORD_H
#define BENCH_RUNNER_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What is wrong with the schema of `object`, a record or meta.json, in words;
 * "" if this program knows it. Writes to `why` (`size` bytes), returns it. */
const char *record_schema_fault(const json_t *object, char *why, size_t size);

/* What makes `record` no trial to count on, in words; "" if nothing does: of
 * all that figures, tables and charts are made of, the type, the range, and
 * that it is there where they need it. As above. */
const char *record_fault(const json_t *record, char *why, size_t size);

/* Does the generator itself say that the figures are not to be used? */
bool record_is_invalid(const json_t *record);

/* Is the trial worth another try? It is invalid, or others used the CPUs. */
bool record_is_doubtful(const json_t *record);

#endif
