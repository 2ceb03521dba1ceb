/* spin.h: work that takes time and does nothing. */
#ifndef SERVERS_TEST_SPIN_H
#define SERVERS_TEST_SPIN_H

#include <stdint.h>

/* So many turns of a loop that the compiler keeps. One function, aligned, for
 * all that use it: where it was inlined, the same loop took twice as long in one
 * program as in another. */
void spin(uint64_t turns);

#endif
