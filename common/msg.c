#include "common/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program = "muxbench";

void msg_init(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    program = slash ? slash + 1 : argv0;
    /* Or the first file opened would be taken for a stream that was closed. */
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", O_RDWR);
    }
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
    /* what a message quotes must not break the line, or the terminal */
    for (size_t i = 0; i < at; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    }
    line[at++] = '\n';
    /* When stderr can't be written there is nobody left to tell. */
    do {
        written = write(STDERR_FILENO, line, at);
    } while (written < 0 && errno == EINTR);
    errno = saved;
}
