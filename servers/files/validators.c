#include "servers/files/validators.h"

#include <stdio.h>
#include <string.h>

struct validators validators_of(const struct file_facts *facts, int64_t now_s)
{
    struct validators made = {.now_s = now_s, .modified_s = facts->modified_s};

    snprintf(made.etag, sizeof(made.etag), "\"%llx%08lx-%llx-%lx\"",
             (unsigned long long)facts->modified_s,
             (unsigned long)facts->modified_ns, (unsigned long long)facts->size,
             (unsigned long)facts->inode);
    if (made.modified_s > made.now_s)
        made.modified_s = made.now_s;
    http_date_write(made.modified_s, made.modified);
    return made;
}

static bool is_same(struct text text, const char *etag)
{
    return text.n == strlen(etag) && memcmp(text.at, etag, text.n) == 0;
}

static bool is_weak(struct text tag)
{
    return tag.n > 2 && memcmp(tag.at, "W/", 2) == 0;
}

/* Whether a list of entity tags, or "*", has `etag`. Ours has no comma in it,
 * so those in others' tags do no harm. The weak comparison takes "W/" for
 * nothing, the strong one wants none (RFC 9110, 8.8.3.2). */
static bool lists(struct text list, const char *etag, bool weak)
{
    if (is_same(list, "*"))
        return true;
    while (list.n > 0) {
        struct text tag = text_next_element(&list);
        if (weak && is_weak(tag))
            tag = (struct text){tag.at + 2, tag.n - 2};
        if (is_same(tag, etag))
            return true;
    }
    return false;
}

/* -1, 0 or 1: was it modified before, at or after the date in `field`?
 * `ignored` if that is no date: the caller names the answer that changes
 * nothing. */
static int modified_against(struct text field, const struct validators *file,
                            int ignored)
{
    int64_t date_s;

    if (!field.at || !http_date_read(field, &date_s))
        return ignored;
    return (file->modified_s > date_s) - (file->modified_s < date_s);
}

int conditions_judge(const struct conditions *conditions,
                     const struct validators *file)
{
    const struct text *field = conditions->field;

    if (field[IF_MATCH].at) {
        if (!lists(field[IF_MATCH], file->etag, false))
            return 412;
    } else if (modified_against(field[IF_UNMODIFIED_SINCE], file, 0) > 0) {
        return 412;
    }
    if (field[IF_NONE_MATCH].at)
        return lists(field[IF_NONE_MATCH], file->etag, true) ? 304 : 0;
    return modified_against(field[IF_MODIFIED_SINCE], file, 1) > 0 ? 0 : 304;
}

/* A date that equals the present second may stand for two states of the file
 * (RFC 9110, 8.8.2.2). */
bool conditions_allow_range(const struct conditions *conditions,
                            const struct validators *file)
{
    struct text only_if = conditions->field[IF_RANGE];

    if (!conditions->field[RANGE].at)
        return false;
    if (!only_if.at || is_same(only_if, file->etag))
        return true;
    return modified_against(only_if, file, 1) == 0 &&
           file->modified_s < file->now_s;
}
