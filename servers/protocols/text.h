/* text.h: pieces of a request's head, and which characters they may have. */
#ifndef SERVERS_PROTOCOLS_TEXT_H
#define SERVERS_PROTOCOLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that belong to somebody else; not terminated. */
struct text {
    const char *at;
    size_t n;
};

/* Which characters may stand where, as bits of a byte each. */
enum text_class {
    IN_TOKEN = 1,  /* RFC 9110, 5.6.2: method, field name */
    IN_TARGET = 2, /* RFC 3986: what a URI is made of, without "#" */
    IN_VALUE = 4,  /* RFC 9110, 5.5: visible, obs-text, space, tab */
    IN_HOST = 8,   /* RFC 3986, 3.2.2 and 3.2.3: host and port */
};

extern const unsigned char text_classes[256];

/* How many of the first `n` bytes at `at` are of `class`. */
static inline size_t text_span(const char *at, size_t n, enum text_class class)
{
    size_t i = 0;

    while (i < n && (text_classes[(unsigned char)at[i]] & class))
        i++;
    return i;
}

/* Whether `text` is `word`, in upper or lower case. */
bool text_is(struct text text, const char *word);

/* Without the spaces and tabs around it. */
struct text text_trim(struct text text);

/* The value of a hexadecimal digit, or -1. */
int text_hex(char c);

/* Cuts the first element, and its comma, off a comma-separated list; the
 * element is trimmed. */
struct text text_next_element(struct text *list);

#endif
