/* record.h: a result for programs: one JSON object on one line. */
#ifndef LOADGEN_OUTPUTS_RECORD_H
#define LOADGEN_OUTPUTS_RECORD_H

#include "loadgen/plan/find_rate.h"
#include "loadgen/result.h"
#include "loadgen/settings.h"

#include <stdio.h>

/* Raised when a field changes its meaning or goes away. */
enum { RECORD_SCHEMA = 1 };

/* Writes the record to `file`. 0, -ENOMEM or -EIO. */
int record_write(FILE *file, const struct settings *settings,
                 const struct result *result, const struct found *found);

#endif
