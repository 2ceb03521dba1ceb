#include "bench/runner/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void outcome_set(struct outcome *outcome, enum outcome_status status,
                 const char *format, ...)
{
    va_list args;

    if (outcome->status != OUTCOME_OK)
        return;
    outcome->status = status;
    va_start(args, format);
    vsnprintf(outcome->reason, sizeof(outcome->reason), format, args);
    va_end(args);
    /* a program's own words may be in any encoding; JSON and XML are not */
    for (char *c = outcome->reason; *c; c++) {
        if ((unsigned char)*c >= 0x80 || (unsigned char)*c < 0x20)
            *c = '?';
    }
}

const char *outcome_last_line(int fd, char *text, size_t size)
{
    struct stat about;
    char end[1024];
    ssize_t n = 0;

    text[0] = '\0';
    if (fstat(fd, &about) == 0) {
        off_t from = about.st_size > (off_t)sizeof(end) - 1
                         ? about.st_size - (off_t)sizeof(end) + 1
                         : 0;
        n = pread(fd, end, sizeof(end) - 1, from);
    }
    while (n > 0 && end[n - 1] == '\n')
        n--;
    if (n <= 0)
        return text;
    end[n] = '\0';
    const char *line = strrchr(end, '\n');
    snprintf(text, size, "%s", line ? line + 1 : end);
    return text;
}

const char *outcome_word(enum outcome_status status)
{
    static const char *const words[] = {"ok", "failed", "skipped",
                                        "interrupted"};

    return words[status];
}
