/* wrk.h: wrk(1) as a second opinion: what our script made it print, in the
 * words of our own generator. */
#ifndef BENCH_RUNNER_WRK_H
#define BENCH_RUNNER_WRK_H

#include "bench/runner/plan.h"
#include "common/cost.h"

#include <jansson.h>

/* Turns wrk's output (the object that bench/wrk.lua prints, on a line of its
 * own) into a result with the field names of our generator, null where wrk has
 * no answer; the bytes of bodies are known where they are files. wrk has no
 * warm-up, so the costs are those of its whole run. `client_cpu_ns` is wrk's own. A new reference, or NULL when the output holds
 * no such line. */
json_t *wrk_result(const char *output, const struct cell *cell,
                   const struct cost *server, uint64_t client_cpu_ns);

#endif
