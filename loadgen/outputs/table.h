/* table.h: a result for people. */
#ifndef LOADGEN_OUTPUTS_TABLE_H
#define LOADGEN_OUTPUTS_TABLE_H

#include "loadgen/result.h"
#include "loadgen/settings.h"

#include <stdio.h>

/* Prints what was measured, what it cost and what it is worth. */
void table_print(FILE *file, const struct settings *settings,
                 const struct result *result);

#endif
