#include "servers/client/display.h"

#include "common/units.h"

#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define QUIET_NS (200 * NS_PER_MS) /* after that, what came is all there is */
#define HELD_NS (1000 * NS_PER_MS) /* and after that, it is shown anyway */

void display_start(struct display *display, bool raw)
{
    *display = (struct display){.raw = raw};
}

/* Characters that are printable, but turn round what stands beside them
 * (Unicode standard annex 9, table 4). */
static bool turns_text(wint_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool harmless(wint_t c)
{
    return c == L'\t' || (iswprint(c) && !turns_text(c));
}

static void escape_byte(FILE *file, char byte)
{
    if (byte == '\r')
        fputs("\\r", file);
    else
        fprintf(file, "\\x%02x", (unsigned)(unsigned char)byte);
}

void display_escape(FILE *file, const char *bytes, size_t n)
{
    while (n > 0) {
        mbstate_t state = {0};
        wchar_t c;
        size_t length = mbrtowc(&c, bytes, n, &state);
        /* 0 is a NUL; (size_t)-1 and -2 are no character, or half of one */
        if (length > 0 && length <= n && harmless((wint_t)c)) {
            fwrite(bytes, 1, length, file);
        } else {
            length = 1;
            escape_byte(file, *bytes);
        }
        bytes += length;
        n -= length;
    }
}

static void show_held(struct display *display, FILE *file)
{
    display_escape(file, display->held, display->n);
    fputc('\n', file);
    display->shown += display->n;
    display->n = 0;
}

/* Adds bytes of one line, without its newline. */
static void hold(struct display *display, FILE *file, const char *bytes,
                 size_t n, uint64_t now_ns)
{
    while (n > 0) {
        size_t room = sizeof(display->held) - display->n;
        size_t part = n < room ? n : room;
        if (display->n == 0)
            display->first_ns = now_ns;
        display->last_ns = now_ns;
        memcpy(display->held + display->n, bytes, part);
        display->n += part;
        bytes += part;
        n -= part;
        if (display->n == sizeof(display->held))
            display_flush(display, file);
    }
}

/* The line is whole. Its newline is there already if its end had to wait. */
static void end_line(struct display *display, FILE *file)
{
    if (display->n > 0 || !display->broken)
        show_held(display, file);
    display->shown++;
    display->broken = false;
}

void display_hear(struct display *display, FILE *file, const char *bytes,
                  size_t n, uint64_t now_ns)
{
    const char *newline;

    if (display->raw) {
        fwrite(bytes, 1, n, file);
        display->shown += n;
        return;
    }
    while ((newline = memchr(bytes, '\n', n))) {
        size_t length = (size_t)(newline - bytes);
        hold(display, file, bytes, length, now_ns);
        end_line(display, file);
        bytes = newline + 1;
        n -= length + 1;
    }
    hold(display, file, bytes, n, now_ns);
}

uint64_t display_due_ns(const struct display *display)
{
    if (display->n == 0)
        return UINT64_MAX;
    uint64_t quiet_ns = display->last_ns + QUIET_NS;
    uint64_t held_ns = display->first_ns + HELD_NS;
    return quiet_ns < held_ns ? quiet_ns : held_ns;
}

void display_flush(struct display *display, FILE *file)
{
    if (display->n == 0)
        return;
    show_held(display, file);
    display->broken = true;
}
