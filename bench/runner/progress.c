#include "bench/runner/progress.h"

#include "common/units.h"

#include <stdarg.h>
#include <stdio.h>

void progress_begin(struct progress *progress, size_t total, size_t done,
                    uint64_t left_ns, bool terminal)
{
    *progress = (struct progress){
        .terminal = terminal,
        .total = total,
        .done = done,
        .left_ns = left_ns,
        .told = total ? done * 10 / total : 0,
    };
}

uint64_t progress_left_ns(const struct progress *progress)
{
    /* until there is enough to go by, the plan itself */
    if (progress->expect_ns < 2 * NS_PER_S)
        return progress->left_ns;
    return (uint64_t)((double)progress->left_ns * (double)progress->spent_ns /
                      (double)progress->expect_ns);
}

static const char *minutes(char *text, size_t size, uint64_t ns)
{
    unsigned long long s = ns / NS_PER_S;

    if (s >= 60)
        snprintf(text, size, "%llu min %llu s", s / 60, s % 60);
    else
        snprintf(text, size, "%llu s", s);
    return text;
}

void progress_show(struct progress *progress, const char *what)
{
    char left[40];
    size_t tenth = progress->total ? progress->done * 10 / progress->total : 0;

    minutes(left, sizeof(left), progress_left_ns(progress));
    if (progress->terminal) {
        fprintf(stderr, "\r[%*zu/%zu] %s, %s left\033[K", 3, progress->done,
                progress->total, what, left);
    } else if (progress->done == 0 || tenth > progress->told) {
        fprintf(stderr, "%zu of %zu trials done, %s left\n", progress->done,
                progress->total, left);
        progress->told = tenth;
    }
}

void progress_step(struct progress *progress, uint64_t expected_ns, uint64_t ns)
{
    progress->done++;
    progress->spent_ns += ns;
    progress->expect_ns += expected_ns;
    progress->left_ns -=
        expected_ns < progress->left_ns ? expected_ns : progress->left_ns;
}

void progress_note(struct progress *progress, const char *format, ...)
{
    va_list args;

    if (progress->terminal)
        fprintf(stderr, "\r\033[K");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal)
        fprintf(stderr, "\r\033[K");
}
