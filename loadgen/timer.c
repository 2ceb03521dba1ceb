#include "loadgen/timer.h"

#include "common/units.h"

#include <errno.h>
#include <sys/timerfd.h>

int timer_open(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    return fd >= 0 ? fd : -errno;
}

int timer_set(int fd, uint64_t at_ns)
{
    const struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(at_ns / NS_PER_S),
                     .tv_nsec = (long)(at_ns % NS_PER_S)},
    };

    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL) == 0 ? 0
                                                                    : -errno;
}
