/* tool_record: measures two builds' servers against each other for a fixed
 * number of blocks, whatever they show: a series to replay gates from.
 * Usage: tool_record BASE SIDE SUITE.ini BLOCKS SERVERS OUT.tsv
 * BASE and SIDE are build folders, the generator is SIDE's; BLOCKS of each
 * cell, in turn; SERVERS is a list as in suites. Exit 0, or 2 after telling. */
#include "bench/child.h"
#include "bench/regress/slices.h"
#include "bench/runner/plan.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int record_block(const struct duel *duel, const struct cell *cell,
                        unsigned block, uint64_t *state, FILE *out)
{
    struct slice slice[DUEL_SLICES];
    struct duel_end end;
    char name[100];

    cell_describe(cell, name, sizeof(name));
    duel_run(duel, cell, random_next(state), slice, &end);
    if (end.outcome.status != OUTCOME_OK) {
        msg_error("%s: %s", name, end.outcome.reason);
        return end.outcome.status == OUTCOME_INTERRUPTED ? -1 : 0;
    }
    return slices_write(out, block, name, slice);
}

static int record(const struct duel *duel, const struct plan *plan,
                  unsigned blocks, FILE *out)
{
    uint64_t state = clock_ns();
    int error = 0;

    slices_write_header(out);
    for (unsigned block = 0; block < blocks && !error; block++) {
        for (size_t i = 0; i < plan->cells && !error; i++)
            error = record_block(duel, &plan->cell[i], block, &state, out);
    }
    return error;
}

int main(int argc, char **argv)
{
    static const struct docroot no_files;
    struct suite suite = {0};
    struct plan plan = {0};
    struct words servers = {0};
    int error = -1;

    msg_init(argv[0]);
    if (argc != 7) {
        msg_error("takes BASE SIDE SUITE.ini BLOCKS SERVERS OUT.tsv");
        return 2;
    }
    char base[4200];
    char side[4200];
    const struct duel duel = {.tools = {.programs = argv[2]},
                              .programs = {argv[1], argv[2]},
                              .copies = {base, side},
                              .docroot = &no_files};
    const struct narrowing narrowing = {.axis = {[AXIS_SERVER] = argv[5]}};
    const unsigned blocks = (unsigned)strtoul(argv[4], NULL, 10);
    snprintf(base, sizeof(base), "%s.base", argv[6]);
    snprintf(side, sizeof(side), "%s.side", argv[6]);
    FILE *out = fopen(argv[6], "we");

    if (!out)
        msg_error("%s: %s", argv[6], strerror(errno));
    else if (child_signals() == 0 &&
             words_split(&servers, "blocking threaded select poll epoll",
                         " ") == 0 &&
             suite_read(argv[3], &servers, &suite) == 0 &&
             suite_narrow(&suite, &narrowing, &servers) == 0 &&
             plan_make(&suite, 1, &plan) == 0)
        error = record(&duel, &plan, blocks, out);
    if (out && fclose(out) != 0)
        error = -errno;
    plan_free(&plan);
    suite_free(&suite);
    words_free(&servers);
    return error ? 2 : 0;
}
