#include "bench/labels.h"

#include "bench/percentiles.h"

#include <ctype.h>
#include <string.h>

/* The number of connections of the percentile chart: 64, or the nearest below
 * that there is, or the least. */
static double percentile_connections(const struct charted *charted)
{
    double best = 0;

    for (size_t i = 0; i < charted->n; i++) {
        double n =
            json_number_value(charted->cell[i].cell->axis[AXIS_CONNECTIONS]);
        if (best == 0 || (n <= 64 && n > best) || (best > 64 && n < best))
            best = n;
    }
    return best;
}

/* Which of the charts' cells a list is about. */
enum which {
    ALL,
    IN_PERCENTILES, /* those that the percentile chart shows */
    STARVED,        /* and those that it leaves out */
};

static bool is_one(const struct charted *charted,
                   const struct summary_cell *cell, enum which which)
{
    if (which == ALL)
        return true;
    return json_number_value(cell->axis[AXIS_CONNECTIONS]) ==
               percentile_connections(charted) &&
           (which == STARVED ? cell->starved : percentiles_reach(cell));
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

/* How many cells the percentile chart can show. */
static size_t percentile_rows(const struct charted *charted)
{
    size_t n = 0;

    for (size_t i = 0; i < charted->n; i++)
        n += is_one(charted, charted->cell[i].cell, IN_PERCENTILES);
    return n;
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
static void write_note(FILE *file, const struct charted *charted)
{
    char others[200] = "";
    char text[300];
    bool one = true;

    for (size_t i = 0; i < charted->sides; i++)
        one = one && one_server_cpu(&charted->side[i]);
    for (size_t i = 0; i < charted->n && !others[0]; i++)
        summary_other_axes(&charted->side[charted->cell[i].side],
                           charted->cell[i].cell, others, sizeof(others));
    snprintf(text, sizeof(text), "%s%s%s",
             one ? "one server CPU: cost, not scaling" : "",
             others[0] ? "; shown:" : "", others[0] ? others + 1 : "");
    fprintf(file, "note = ");
    write_shown(file, text);
    fputc('\n', file);
}

/* 0 or -ENOMEM. */
static int write_lists(FILE *file, const struct charted *charted)
{
    static const struct {
        const char *name;
        enum axis axis;
        enum which which;
    } lists[] = {
        {"servers", AXIS_SERVER, ALL},
        {"protocols", AXIS_PROTOCOL, ALL},
        {"connection_counts", AXIS_CONNECTIONS, ALL},
        {"percentile_servers", AXIS_SERVER, IN_PERCENTILES},
        {"percentile_starved", AXIS_SERVER, STARVED},
    };
    int error = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && !error; i++) {
        struct words values = {0};
        char text[1000];
        error = list_values(charted, lists[i].axis, lists[i].which, &values);
        if (lists[i].axis == AXIS_CONNECTIONS)
            words_sort_numbers(&values);
        fprintf(file, "%s = ", lists[i].name);
        write_string(file, words_join(&values, " ", text, sizeof(text)));
        fputc('\n', file);
        words_free(&values);
    }
    return error;
}

int labels_write(const struct charted *charted, const struct words *titles,
                 FILE *file)
{
    write_titles(file, titles);
    write_note(file, charted);
    int error = write_lists(file, charted);
    fprintf(file, "percentile_connections = %.0f\n",
            percentile_connections(charted));
    fprintf(file, "latency_cells = %zu\n", cells_with(charted, METRIC_P99_NS));
    fprintf(file, "percentile_rows = %zu\n", percentile_rows(charted));
    fprintf(file, "cost_cells = %zu\n",
            cells_with(charted, METRIC_TOTAL_CPU_US));
    return error;
}
