/* command.h: the command line. */
#ifndef LOADGEN_COMMAND_H
#define LOADGEN_COMMAND_H

#include "loadgen/plan/goal.h"
#include "loadgen/settings.h"

#include <stdbool.h>

struct command {
    struct settings settings;
    bool payload_given;
    bool arrivals_given;
    struct goal goal;    /* of --find-rate; its text is NULL: not asked for */
    bool print_schedule; /* and do nothing else */
    bool closing_given;
    bool strict;
    const char *json; /* where to write what; NULL: not wanted */
    const char *hgrm;
    const char *hlog;
    const char *series;
    bool live; /* tell of each interval on a terminal */
};

/* Fills in `command`, borrowing from argv; raises the descriptor limit if the
 * connections need it. Exits 2 after one line on stderr if something is wrong
 * with it, so that nothing has been started. */
void command_parse(struct command *command, int argc, char **argv);

#endif
