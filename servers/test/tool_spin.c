/* tool_spin: how many turns of spin() are a microsecond here: the most of many
 * short samples, because others can only slow it down. With an argument, works
 * for that many seconds instead: a load on the machine. */
#include "servers/test/spin.h"

#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 200, TURNS = 1000000 };

static void load(double seconds)
{
    const uint64_t end_ns = clock_ns() + (uint64_t)(seconds * 1e9);

    while (clock_ns() < end_ns)
        spin(TURNS);
}

static double turns_per_us(void)
{
    double most = 0;

    for (int i = 0; i < SAMPLES; i++) {
        const uint64_t begin_ns = clock_ns();
        spin(TURNS);
        double per_us = TURNS * 1e3 / (double)(clock_ns() - begin_ns);
        most = per_us > most ? per_us : most;
    }
    return most;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        load(strtod(argv[1], NULL));
    else
        printf("%.1f\n", turns_per_us());
    return 0;
}
