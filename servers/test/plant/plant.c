/* plant: a slow-down of known size, linked into a server in front of recv(), to
 * see whether the regression gate finds it. Environment PLANT: "spin:TURNS"
 * works that long for each request received, "syscall" makes one more system
 * call, "stall" sleeps 1 ms at every thousandth request of a thread. Without it
 * nothing is planted. */
#include "servers/test/spin.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { STALL_EVERY = 1000 };

static uint64_t turns;
static int calls;
static int stalls;

static void __attribute__((constructor)) read_plant(void)
{
    const char *plant = getenv("PLANT");

    if (!plant || !*plant)
        return;
    if (strncmp(plant, "spin:", 5) == 0) {
        turns = strtoull(plant + 5, NULL, 10);
    } else if (strcmp(plant, "syscall") == 0) {
        calls = 1;
    } else if (strcmp(plant, "stall") == 0) {
        stalls = 1;
    } else {
        fprintf(stderr,
                "plant: PLANT='%s' is none of spin:TURNS, syscall, "
                "stall\n",
                plant);
        exit(2);
    }
}

static void stall_now_and_then(void)
{
    static _Thread_local unsigned requests;
    const struct timespec millisecond = {.tv_nsec = 1000000};

    if (++requests % STALL_EVERY == 0)
        nanosleep(&millisecond, NULL);
}

/* The linker's --wrap puts the first in place of recv(), which is the other. */
ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags);
ssize_t __real_recv(int fd, void *bytes, size_t size, int flags);

ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags)
{
    ssize_t n = __real_recv(fd, bytes, size, flags);

    if (n <= 0)
        return n;
    spin(turns);
    if (calls)
        (void)syscall(SYS_getppid);
    if (stalls)
        stall_now_and_then();
    return n;
}
