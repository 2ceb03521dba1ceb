/* tool.h: what loads the server of one trial: our generator, or wrk. */
#ifndef BENCH_RUNNER_TOOL_H
#define BENCH_RUNNER_TOOL_H

#include "bench/child.h"
#include "bench/runner/outcome.h"
#include "bench/runner/placement.h"
#include "bench/runner/service.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct tool_paths {
    const char *programs; /* the folder that holds loadgen */
    char *wrk_script;     /* our Lua script for wrk, owned */
};

/* What is to be run. */
struct tool_load {
    const struct cell *cell;
    const struct placement *placement;
    const struct service *service;
    uint64_t seed;
    bool intervals; /* keep how the latency went over time, too */
};

struct tool_run {
    json_t *result;  /* the generator's object; NULL if there is none */
    int hist_fd;     /* a memory file in .hgrm format, maybe empty */
    int hlog_fd;     /* one in .hlog format, or -1 */
    int log_fd;      /* what it printed on stderr */
    uint64_t cpu_ns; /* of its whole life */
};

/* The time that an entry of the .hlog file spans. */
extern const uint64_t tool_interval_ns;

/* Runs the cell's tool against the server until it has ended. What goes wrong
 * is in `outcome`: replies that were wrong make it OUTCOME_FAILED and leave the
 * result. tool_close() is due in every case. */
void tool_run(const struct tool_paths *paths, const struct tool_load *load,
              struct tool_run *run, struct outcome *outcome);

void tool_close(struct tool_run *run);

/* Whether there is something to tell of a result: replies, or of files bytes, as of
 * one that takes longer than the window. */
bool tool_saw_replies(const struct cell *cell, const json_t *result);

#endif
