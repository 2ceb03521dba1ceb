/* display.h: what a server says, as people may see it: whole lines, and what a
 * terminal would obey is escaped. There is no system call and no clock in it. */
#ifndef SERVERS_CLIENT_DISPLAY_H
#define SERVERS_CLIENT_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    /* A longer line is broken. */
    DISPLAY_LINE_MOST = 128 * 1024,
};

struct display {
    bool raw;       /* no terminal: each byte at once, as it is */
    bool broken;    /* what was shown last got a newline that is not its own */
    uint64_t shown; /* bytes, so far, of what came */
    uint64_t last_ns; /* when the last byte came of those held */
    uint64_t first_ns;
    size_t n;
    char held[DISPLAY_LINE_MOST]; /* a line that is not whole */
};

/* Begins. */
void display_start(struct display *display, bool raw);

/* Writes to `file` what of the `n` bytes, and of those before, can be shown
 * now: whole lines. The rest is held. What can't be written shows in
 * ferror(3). */
void display_hear(struct display *display, FILE *file, const char *bytes,
                  size_t n, uint64_t now_ns);

/* When it is time for display_flush(): nothing has followed what is held for a
 * moment, so it is no line's beginning, but all there is. UINT64_MAX: nothing
 * is held. */
uint64_t display_due_ns(const struct display *display);

/* Writes what is held, and a newline. */
void display_flush(struct display *display, FILE *file);

/* Writes `n` bytes so that a terminal shows them and obeys none: printable
 * characters of the locale's encoding and tabs as they are, others as \r or
 * \xNN. */
void display_escape(FILE *file, const char *bytes, size_t n);

#endif
