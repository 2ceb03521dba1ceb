#include "loadgen/engine.h"

const struct engine *const engines[ENGINES] = {&engine_epoll, &engine_uring};
