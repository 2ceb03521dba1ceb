#include "bench/report/labels.h"

#include "bench/report/percentiles.h"

#include <ctype.h>
#include <string.h>

/* Which of the charts' cells a list is about. */
enum which {
    ALL,
    AT_CONNECTIONS, /* those of charts with one number of connections */
    IN_PERCENTILES, /* of these, those that charts by percentile show */
    STARVED,        /* and those that these leave out */
};

static bool is_one(const struct charted *charted,
                   const struct summary_cell *cell, enum which which)
{
    if (which == ALL)
        return true;
    if (json_number_value(cell->axis[AXIS_CONNECTIONS]) !=
        charted_connections(charted))
        return false;
    if (which == AT_CONNECTIONS)
        return true;
    return which == STARVED ? cell->starved : percentiles_reach(cell);
}

/* The distinct values of an axis, in their order. 0 or -ENOMEM. */
static int list_values(const struct charted *charted, enum axis axis,
                       enum which which, struct words *values)
{
    int error = 0;

    for (size_t i = 0; i < charted->n && !error; i++) {
        char text[64];
        const struct summary_cell *cell = charted->cell[i].cell;
        if (!is_one(charted, cell, which))
            continue;
        summary_axis(cell, axis, text, sizeof(text));
        if (!words_have(values, text))
            error = words_add(values, text, strlen(text));
    }
    return error;
}

static bool one_server_cpu(const struct summary *summary)
{
    for (size_t i = 0; i < summary->cells; i++) {
        char text[64];
        const struct summary_cell *cell = &summary->cell[i];
        summary_axis(cell, AXIS_SERVER_CPUS, text, sizeof(text));
        if (text[strspn(text, "0123456789")] != '\0')
            return false;
    }
    return true;
}

static size_t count(const struct charted *charted, enum which which)
{
    size_t n = 0;

    for (size_t i = 0; i < charted->n; i++)
        n += is_one(charted, charted->cell[i].cell, which);
    return n;
}

static bool is_drawn(const struct charted *charted, enum axis axis,
                     const char *value)
{
    char text[64];

    for (size_t i = 0; i < charted->n; i++) {
        summary_axis(charted->cell[i].cell, axis, text, sizeof(text));
        if (strcmp(text, value) == 0 && charted->cell[i].cell->ok > 0)
            return true;
    }
    return false;
}

/* The values of an axis, say the servers, that a chart leaves out. 0 or -ENOMEM. */
static int list_skipped(const struct charted *charted, enum axis axis,
                        struct words *values)
{
    int error = 0;

    for (size_t i = 0; i < charted->sides; i++) {
        const struct summary *side = &charted->side[i];
        for (size_t k = 0; k < side->cells && !error; k++) {
            const struct summary_cell *cell = &side->cell[k];
            char text[64];
            if (summary_load(cell) != charted->load || cell->ok > 0 ||
                cell->skipped == 0)
                continue;
            summary_axis(cell, axis, text, sizeof(text));
            if (!is_drawn(charted, axis, text) && !words_have(values, text))
                error = words_add(values, text, strlen(text));
        }
    }
    return error;
}

static size_t cells_with(const struct charted *charted, enum metric metric)
{
    size_t n = 0;

    for (size_t i = 0; i < charted->n; i++)
        n += charted->cell[i].cell->metric[metric].n > 0;
    return n;
}

/* A character in a string of gnuplot's, which a quote would end, or the end of
 * a line. */
static void write_character(FILE *file, char c)
{
    fputc(c == '\'' || iscntrl((unsigned char)c) ? ' ' : c, file);
}

static void write_string(FILE *file, const char *value)
{
    fputc('\'', file);
    for (; *value; value++)
        write_character(file, *value);
    fputc('\'', file);
}

/* Whether the byte begins a character of UTF-8. */
static bool begins(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static size_t count_characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += begins(*text);
    return n;
}

/* Text that is shown: nothing in it is special to gnuplot, and what is too long
 * for a picture loses its middle. */
static void write_shown(FILE *file, const char *value)
{
    enum { HEAD = 90, TAIL = 60 };
    const size_t all = count_characters(value);
    size_t nth = 0;

    fputc('\'', file);
    for (; *value; value++) {
        nth += begins(*value);
        if (all > HEAD + TAIL && nth > HEAD && nth <= all - TAIL) {
            fputs(nth == HEAD + 1 && begins(*value) ? "…" : "", file);
            continue;
        }
        if (strchr("_^{}@&~\\", *value))
            fputc('\\', file);
        write_character(file, *value);
    }
    fputc('\'', file);
}

static void write_titles(FILE *file, const struct words *titles)
{
    fprintf(file, "run_title = ");
    for (size_t i = 0; i < titles->n; i++) {
        fputs(i ? ".\"\\n\"." : "", file);
        write_shown(file, titles->word[i]);
    }
    fputc('\n', file);
}

/* What the charts' title adds: what they do not show. */
static void write_note(FILE *file, const struct charted charted[LOADS])
{
    char others[200] = "";
    char text[300];
    bool one = true;

    for (size_t i = 0; i < charted->sides; i++)
        one = one && one_server_cpu(&charted->side[i]);
    for (enum load load = 0; load < LOADS; load++) {
        const struct charted *some = &charted[load];
        for (size_t i = 0; i < some->n && !others[0]; i++)
            summary_other_axes(&some->side[some->cell[i].side],
                               some->cell[i].cell, others, sizeof(others));
    }
    snprintf(text, sizeof(text), "%s%s%s",
             one ? "one server CPU: cost, not scaling" : "",
             others[0] ? "; shown:" : "", others[0] ? others + 1 : "");
    fprintf(file, "note = ");
    write_shown(file, text);
    fputc('\n', file);
}

void labels_write_list(FILE *file, const char *name, const struct words *values)
{
    char text[1000];

    fprintf(file, "%s = ", name);
    write_string(file, words_join(values, " ", text, sizeof(text)));
    fputc('\n', file);
}

static bool is_number(enum axis axis)
{
    return axis != AXIS_SERVER && axis != AXIS_PROTOCOL && axis != AXIS_FILE_IO;
}

/* 0 or -ENOMEM. */
static int write_lists(FILE *file, const struct charted charted[LOADS])
{
    static const struct {
        const char *name;
        enum load load;
        enum axis axis;
        enum which which;
    } lists[] = {
        {"servers", LOAD_CLOSED, AXIS_SERVER, ALL},
        {"protocols", LOAD_CLOSED, AXIS_PROTOCOL, ALL},
        {"connection_counts", LOAD_CLOSED, AXIS_CONNECTIONS, ALL},
        {"percentile_servers", LOAD_CLOSED, AXIS_SERVER, IN_PERCENTILES},
        {"percentile_starved", LOAD_CLOSED, AXIS_SERVER, STARVED},
        {"open_servers", LOAD_OPEN, AXIS_SERVER, AT_CONNECTIONS},
        {"open_protocols", LOAD_OPEN, AXIS_PROTOCOL, AT_CONNECTIONS},
        {"open_rates", LOAD_OPEN, AXIS_RATE, AT_CONNECTIONS},
        {"churn_servers", LOAD_CHURN, AXIS_SERVER, AT_CONNECTIONS},
        {"churn_protocols", LOAD_CHURN, AXIS_PROTOCOL, AT_CONNECTIONS},
        {"churn_counts", LOAD_CHURN, AXIS_REQUESTS_PER_CONNECTION,
         AT_CONNECTIONS},
        {"file_ways", LOAD_FILES, AXIS_FILE_IO, ALL},
        {"file_sizes", LOAD_FILES, AXIS_FILE_BYTES, ALL},
    };
    int error = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && !error; i++) {
        struct words values = {0};
        error = list_values(&charted[lists[i].load], lists[i].axis,
                            lists[i].which, &values);
        if (is_number(lists[i].axis))
            words_sort_numbers(&values);
        labels_write_list(file, lists[i].name, &values);
        words_free(&values);
    }
    return error;
}

/* As above. */
static int write_skipped(FILE *file, const char *name,
                         const struct charted *charted, enum axis axis)
{
    struct words values = {0};
    int error = list_skipped(charted, axis, &values);

    labels_write_list(file, name, &values);
    words_free(&values);
    return error;
}

/* The panels of the chart of files: "blocking:1 epoll:4", a model with so many
 * connections each. 0 or -ENOMEM. */
static int write_file_panels(FILE *file, const struct charted *charted)
{
    struct words panels = {0};
    int error = 0;

    for (size_t i = 0; i < charted->n && !error; i++) {
        const struct summary_cell *cell = charted->cell[i].cell;
        char server[64];
        char connections[32];
        char panel[100];
        snprintf(panel, sizeof(panel), "%s:%s",
                 summary_axis(cell, AXIS_SERVER, server, sizeof(server)),
                 summary_axis(cell, AXIS_CONNECTIONS, connections,
                              sizeof(connections)));
        if (!words_have(&panels, panel))
            error = words_add(&panels, panel, strlen(panel));
    }
    labels_write_list(file, "file_panels", &panels);
    words_free(&panels);
    return error;
}

int labels_write(const struct charted charted[LOADS],
                 const struct words *titles, FILE *file)
{
    const struct charted *closed = &charted[LOAD_CLOSED];
    const struct charted *open = &charted[LOAD_OPEN];

    write_titles(file, titles);
    write_note(file, charted);
    int error = write_lists(file, charted);
    if (!error)
        error = write_skipped(file, "open_skipped", open, AXIS_SERVER);
    if (!error)
        error = write_file_panels(file, &charted[LOAD_FILES]);
    if (!error)
        error = write_skipped(file, "file_skipped", &charted[LOAD_FILES],
                              AXIS_FILE_IO);
    fprintf(file, "percentile_connections = %.0f\n",
            charted_connections(closed));
    fprintf(file, "open_connections = %.0f\n", charted_connections(open));
    fprintf(file, "churn_connections = %.0f\n",
            charted_connections(&charted[LOAD_CHURN]));
    fprintf(file, "latency_cells = %zu\n", cells_with(closed, METRIC_P99_NS));
    fprintf(file, "percentile_rows = %zu\n", count(closed, IN_PERCENTILES));
    fprintf(file, "response_rows = %zu\n", count(open, IN_PERCENTILES));
    fprintf(file, "cost_cells = %zu\n",
            cells_with(closed, METRIC_TOTAL_CPU_US));
    return error;
}
