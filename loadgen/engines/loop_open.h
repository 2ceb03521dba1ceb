/* loop_open.h: opening connections: how many at once, when a later try may
 * help, and which ones wait for others. For loop.c. */
#ifndef LOADGEN_LOOP_OPEN_H
#define LOADGEN_LOOP_OPEN_H

#include "loadgen/engines/loop.h"

/* None is waiting yet. */
void loop_open_init(struct loop *loop);

/* Opens connections for the first time, as many as there is room for; tells
 * the coordinator when no more are being opened. */
void loop_open_more(struct loop *loop);

/* Opens a closed one again: now, or when others have been opened. */
void loop_open_again(struct loop *loop, struct conn *conn);

/* Opens those that wait for others. */
void loop_open_waiting(struct loop *loop);

/* When loop->retry_ns has come: tries again to connect what could not begin
 * to. */
void loop_open_late(struct loop *loop);

#endif
