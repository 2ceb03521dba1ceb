/* command_plan.h: what the command line says about open loops. Each function
 * returns 0, or -1 after telling what is wrong. */
#ifndef LOADGEN_COMMAND_PLAN_H
#define LOADGEN_COMMAND_PLAN_H

#include "loadgen/command.h"

/* --arrivals poisson or fixed. */
int command_take_arrivals(struct command *command, const char *value);

/* --find-rate METRIC<DURATION. */
int command_take_goal(struct command *command, const char *value);

/* What can only be checked when all options are known. Fills in where
 * --find-rate begins. */
int command_check_plan(struct command *command);

#endif
