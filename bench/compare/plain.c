#include "bench/compare/plain.h"

#include <ctype.h>
#include <jansson.h>

char *plain_text(char *text)
{
    json_t *checked = json_string(text); /* NULL for what is no UTF-8 */

    for (char *c = text; *c; c++) {
        if (iscntrl((unsigned char)*c) || (!checked && (*c & 0x80)))
            *c = '?';
    }
    json_decref(checked);
    return text;
}

void plain_words(struct words *words)
{
    for (size_t i = 0; i < words->n; i++)
        plain_text(words->word[i]);
}
