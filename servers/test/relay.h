/* relay.h: a test's hand on a connection or a terminal. */
#ifndef SERVERS_TEST_RELAY_H
#define SERVERS_TEST_RELAY_H

#include <stdbool.h>

/* Copies what is there, or comes next. False at the end of it, or of `to`. */
bool relay_copy(int from, int to);

/* Copies stdin to `fd` and `fd` to stdout until one of the two is at its end.
 * Returns whether that was `fd`. */
bool relay(int fd);

#endif
