#include "bench/report/summary.h"

#include <stdlib.h>
#include <string.h>

/* The order in which a course tells of them; others come after, by name. */
static int rank(const json_t *server)
{
    static const char *const order[] = {
        "blocking", "fork",  "prefork",  "threaded", "threadpool", "nonblock",
        "select",   "poll",  "epoll",    "epoll-et", "epoll-mt",   "epoll-excl",
        "sigio",    "uring", "libevent", "libev",    "libuv",
    };
    const int known = sizeof(order) / sizeof(order[0]);
    const char *name = json_string_value(server);

    for (int i = 0; i < known; i++) {
        if (name && strcmp(order[i], name) == 0)
            return i;
    }
    return known;
}

static int compare_text(const json_t *a, const json_t *b)
{
    const char *x = json_string_value(a);
    const char *y = json_string_value(b);

    return strcmp(x ? x : "", y ? y : "");
}

static int compare_values(enum axis axis, const json_t *a, const json_t *b)
{
    char x[64];
    char y[64];

    return strcmp(axis_text(axis, a, x, sizeof(x)),
                  axis_text(axis, b, y, sizeof(y)));
}

/* In the order of the axis. */
static int compare_choices(enum axis axis, const json_t *a, const json_t *b)
{
    char x[64];
    char y[64];
    const size_t m = axis_choice(axis, axis_text(axis, a, x, sizeof(x)));
    const size_t n = axis_choice(axis, axis_text(axis, b, y, sizeof(y)));

    return (m > n) - (m < n);
}

/* By the numbers that they are or, as shares, begin with; none is 0. */
static int compare_numbers(enum axis axis, const json_t *a, const json_t *b)
{
    char x[64];
    char y[64];
    const double m = strtod(axis_text(axis, a, x, sizeof(x)), NULL);
    const double n = strtod(axis_text(axis, b, y, sizeof(y)), NULL);

    return (m > n) - (m < n);
}

static int by_axes(const void *a, const void *b)
{
    static const enum axis sizes[] = {
        AXIS_PIPELINE,   AXIS_PAYLOAD,
        AXIS_IDLE,       AXIS_REQUESTS_PER_CONNECTION,
        AXIS_FILE_BYTES, AXIS_CONNECTIONS,
        AXIS_RATE};
    const struct summary_cell *x = a;
    const struct summary_cell *y = b;
    int order = (int)summary_load(x) - (int)summary_load(y);

    if (!order)
        order = compare_text(x->axis[AXIS_PROTOCOL], y->axis[AXIS_PROTOCOL]);
    if (!order)
        order = compare_text(x->axis[AXIS_TOOL], y->axis[AXIS_TOOL]);
    for (size_t i = 0; summary_other_axis(i) != AXES && !order; i++) {
        const enum axis axis = summary_other_axis(i);
        order = compare_values(axis, x->axis[axis], y->axis[axis]);
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !order; i++)
        order = compare_numbers(sizes[i], x->axis[sizes[i]], y->axis[sizes[i]]);
    if (!order)
        order = rank(x->axis[AXIS_SERVER]) - rank(y->axis[AXIS_SERVER]);
    if (!order)
        order = compare_text(x->axis[AXIS_SERVER], y->axis[AXIS_SERVER]);
    return order ? order
                 : compare_choices(AXIS_FILE_IO, x->axis[AXIS_FILE_IO],
                                   y->axis[AXIS_FILE_IO]);
}

void summary_sort(struct summary *summary)
{
    if (summary->cells > 1)
        qsort(summary->cell, summary->cells, sizeof(*summary->cell), by_axes);
}
