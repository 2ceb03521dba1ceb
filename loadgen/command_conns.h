/* command_conns.h: what the command line says about connections and what goes
 * over them. Each function returns 0, or -1 after telling what is wrong. */
#ifndef LOADGEN_COMMAND_CONNS_H
#define LOADGEN_COMMAND_CONNS_H

#include "loadgen/command.h"

/* --payload BYTES, or LOW-HIGH. */
int command_take_payload(struct command *command, const char *value);

/* --close client, server or reset. */
int command_take_closing(struct command *command, const char *value);

/* What can only be checked when all options are known. Fills in the defaults
 * that depend on the target, and raises the soft limit of descriptors as far
 * as the connections need. */
int command_check_conns(struct command *command);

#endif
