/* spin.h: work that takes time and does nothing. */
#ifndef SERVERS_TEST_PLANT_SPIN_H
#define SERVERS_TEST_PLANT_SPIN_H

#include <stdint.h>

/* So many turns of a loop that the compiler keeps: about a cycle each. */
static inline void spin(uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++)
        __asm__ volatile("" ::: "memory");
}

#endif
