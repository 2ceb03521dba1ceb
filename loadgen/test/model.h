/* model.h: the servers that are measured, for a test to drive. */
#ifndef LOADGEN_TEST_MODEL_H
#define LOADGEN_TEST_MODEL_H

#include <sys/types.h>

struct model {
    pid_t pid;
    int out_fd;
    unsigned port;
};

/* Starts $BUILD/servers/NAME on a free port of 127.0.0.1; when this returns, it
 * serves. Aborts the test if that fails. */
struct model model_start(const char *name, const char *protocol);

void model_stop(const struct model *model);

#endif
