#include "common/msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program = "muxbench";

void msg_init(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    program = slash ? slash + 1 : argv0;
}

const char *msg_program(void)
{
    return program;
}

void msg_error(const char *format, ...)
{
    int saved = errno;
    char line[1000];
    va_list args;
    int head = snprintf(line, sizeof(line), "%.64s: ", program);
    size_t at = (size_t)head;
    ssize_t written;

    va_start(args, format);
    vsnprintf(line + at, sizeof(line) - at - 1, format, args);
    va_end(args);
    at = strlen(line);
    line[at++] = '\n';
    /* When stderr can't be written there is nobody left to tell. */
    do {
        written = write(STDERR_FILENO, line, at);
    } while (written < 0 && errno == EINTR);
    errno = saved;
}
