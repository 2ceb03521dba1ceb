#include "servers/protocols/text.h"

#include <string.h>
#include <strings.h>

#define ALNUM (IN_TOKEN | IN_TARGET | IN_VALUE | IN_HOST)
#define SUB (IN_TARGET | IN_VALUE | IN_HOST)
#define TWO(c, bits) [c] = (bits), [(c) + 1] = (bits)
#define EIGHT(c, bits)                                                         \
    TWO(c, bits), TWO((c) + 2, bits), TWO((c) + 4, bits), TWO((c) + 6, bits)
#define LETTERS(a)                                                             \
    EIGHT(a, ALNUM), EIGHT((a) + 8, ALNUM), EIGHT((a) + 16, ALNUM),            \
        TWO((a) + 24, ALNUM)
#define SIXTEEN(c, bits) EIGHT(c, bits), EIGHT((c) + 8, bits)

const unsigned char text_classes[256] = {
    ['\t'] = IN_VALUE,
    [' '] = IN_VALUE,
    EIGHT('0', ALNUM),
    TWO('8', ALNUM),
    LETTERS('A'),
    LETTERS('a'),
    ['-'] = ALNUM,
    ['.'] = ALNUM,
    ['_'] = ALNUM,
    ['~'] = ALNUM,
    ['!'] = ALNUM,
    ['$'] = ALNUM,
    ['&'] = ALNUM,
    ['\''] = ALNUM,
    ['*'] = ALNUM,
    ['+'] = ALNUM,
    ['%'] = ALNUM,
    ['('] = SUB,
    [')'] = SUB,
    [','] = SUB,
    [';'] = SUB,
    ['='] = SUB,
    [':'] = SUB,
    ['['] = SUB,
    [']'] = SUB,
    ['/'] = IN_TARGET | IN_VALUE,
    ['?'] = IN_TARGET | IN_VALUE,
    ['@'] = IN_TARGET | IN_VALUE,
    ['#'] = IN_TOKEN | IN_VALUE,
    ['^'] = IN_TOKEN | IN_VALUE,
    ['`'] = IN_TOKEN | IN_VALUE,
    ['|'] = IN_TOKEN | IN_VALUE,
    ['"'] = IN_VALUE,
    ['<'] = IN_VALUE,
    ['>'] = IN_VALUE,
    ['\\'] = IN_VALUE,
    ['{'] = IN_VALUE,
    ['}'] = IN_VALUE,
    SIXTEEN(0x80, IN_VALUE),
    SIXTEEN(0x90, IN_VALUE),
    SIXTEEN(0xa0, IN_VALUE),
    SIXTEEN(0xb0, IN_VALUE),
    SIXTEEN(0xc0, IN_VALUE),
    SIXTEEN(0xd0, IN_VALUE),
    SIXTEEN(0xe0, IN_VALUE),
    SIXTEEN(0xf0, IN_VALUE),
};

bool text_is(struct text text, const char *word)
{
    return text.n == strlen(word) && strncasecmp(text.at, word, text.n) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

struct text text_trim(struct text text)
{
    while (text.n > 0 && is_space(text.at[0])) {
        text.at++;
        text.n--;
    }
    while (text.n > 0 && is_space(text.at[text.n - 1]))
        text.n--;
    return text;
}

int text_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct text text_next_element(struct text *list)
{
    const char *comma = memchr(list->at, ',', list->n);
    struct text element = {list->at,
                           comma ? (size_t)(comma - list->at) : list->n};
    size_t cut = element.n + (comma ? 1 : 0);

    list->at += cut;
    list->n -= cut;
    return text_trim(element);
}
