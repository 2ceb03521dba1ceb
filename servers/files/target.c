#include "servers/files/target.h"

#include <stdbool.h>
#include <string.h>

/* What follows the authority, which an origin-form has none of, up to the
 * query. */
static struct text raw_path(struct text target)
{
    const char *end = target.at + target.n;
    const char *at = target.at;

    if (*at != '/') {
        at += strlen("http://");
        while (at < end && *at != '/' && *at != '?')
            at++;
    }
    for (const char *stop = at; stop < end; stop++) {
        if (*stop == '?')
            end = stop;
    }
    return (struct text){at, (size_t)(end - at)};
}

/* The byte that "%XX" at `at` stands for; -1: none that a name can have. */
static int decode(const char *at, const char *end)
{
    int high = end - at > 2 ? text_hex(at[1]) : -1;
    int low = high >= 0 ? text_hex(at[2]) : -1;
    int byte = low < 0 ? -1 : 16 * high + low;

    return byte == '\0' || byte == '/' ? -1 : byte;
}

static bool has_dot_dot(const char *path)
{
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 2 && path[0] == '.' && path[1] == '.')
            return true;
        path += n + (path[n] == '/');
    }
    return false;
}

int target_path(struct text target, char path[TARGET_PATH_SIZE])
{
    struct text raw = raw_path(target);
    const char *end = raw.at + raw.n;
    const char *from = raw.at;
    char *to = path;

    while (from < end && *from == '/')
        from++;
    while (from < end) {
        int byte = *from == '%' ? decode(from, end) : *from;
        if (byte < 0)
            return 400;
        from += *from == '%' ? 3 : 1;
        *to++ = (char)byte;
    }
    *to = '\0';
    return has_dot_dot(path) ? 400 : 0;
}

/* RFC 3986, 2.3, and the slash. */
static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || (c != '\0' && strchr("-._~/", c));
}

size_t target_of_folder(const char *path, char *room)
{
    static const char digits[] = "0123456789ABCDEF";
    char *to = room;

    *to++ = '/';
    for (; *path; path++) {
        unsigned char byte = (unsigned char)*path;
        if (is_plain(*path)) {
            *to++ = *path;
            continue;
        }
        *to++ = '%';
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    *to++ = '/';
    *to = '\0';
    return (size_t)(to - room);
}
