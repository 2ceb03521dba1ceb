#include "servers/test/spin.h"

__attribute__((noinline, aligned(64))) void spin(uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++)
        __asm__ volatile("" ::: "memory");
}
