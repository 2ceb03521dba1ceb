#include "bench/compare/comparison_text.h"

#include <string.h>

static void print_heading(const struct comparison *comparison, FILE *to)
{
    const struct words *about = &comparison->about;
    char text[1200];

    for (size_t i = 0; i < comparison->sides.n; i++)
        fprintf(to, "%c: %s%s%s%s\n", comparison_letter(i),
                comparison->sides.word[i], i < about->n ? ", " : "",
                i < about->n ? about->word[i] : "", i == 0 ? " (base)" : "");
    fprintf(to, "unit: %s\n", comparison_unit(comparison, text, sizeof(text)));
    for (size_t i = 0; i < comparison->warnings.n; i++)
        fprintf(to, "warning: %s\n", comparison->warnings.word[i]);
    fprintf(to, "\n%s\n", comparison_rests_on(comparison, text, sizeof(text)));
    fprintf(to, "%s:\n", comparison_count(comparison, text, sizeof(text)));
}

static int width_of(const struct comparison *comparison,
                    const struct comparison_part *part,
                    enum comparison_column column)
{
    size_t width = strlen(comparison_head(comparison, column));
    char text[64];

    if (column == COLUMN_CELL)
        return 0; /* the last one */
    for (size_t i = 0; i < part->n; i++) {
        size_t length = strlen(
            comparison_entry(&part->finding[i], column, text, sizeof(text)));
        width = length > width ? length : width;
    }
    return (int)width;
}

/* One line of the table; `finding` is NULL for its heads. */
static void print_line(const struct comparison *comparison,
                       const struct finding *finding, const int width[COLUMNS],
                       FILE *to)
{
    for (enum comparison_column column = 0; column < COLUMNS; column++) {
        char text[64];
        const char *entry =
            finding ? comparison_entry(finding, column, text, sizeof(text))
                    : comparison_head(comparison, column);
        if (!comparison_has_column(comparison, column))
            continue;
        fprintf(to, comparison_is_number(column) ? "%*s" : "%-*s",
                width[column], entry);
        fputs(column == COLUMN_CELL ? "\n" : "  ", to);
    }
}

static void print_part(const struct comparison *comparison,
                       const struct comparison_part part, FILE *to)
{
    int width[COLUMNS];

    if (part.n == 0)
        return;
    for (enum comparison_column column = 0; column < COLUMNS; column++)
        width[column] = width_of(comparison, &part, column);
    fputc('\n', to);
    print_line(comparison, NULL, width, to);
    for (size_t i = 0; i < part.n; i++)
        print_line(comparison, &part.finding[i], width, to);
}

void comparison_print(const struct comparison *comparison, FILE *to)
{
    print_heading(comparison, to);
    print_part(comparison, comparison_gating(comparison), to);
    if (comparison_describing(comparison).n > 0)
        fputs("\nThe others only describe:\n", to);
    print_part(comparison, comparison_describing(comparison), to);
    if (comparison->unmatched.n > 0)
        fprintf(to, "\nNot on all sides (%zu):\n", comparison->unmatched.n);
    for (size_t i = 0; i < comparison->unmatched.n; i++)
        fprintf(to, "  %s\n", comparison->unmatched.word[i]);
}
