#include "bench/compare/comparison_text.h"

#include <string.h>

/* Text as it stands; see GitHub Flavored Markdown, 2.4 and 4.10. No line begins
 * with it, and no word with an underscore. */
static void put(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*[]|<", *text))
            fputc('\\', to);
        fputc(*text, to);
    }
}

static void put_heading(const struct comparison *comparison, FILE *to)
{
    fputs("### muxbench:", to);
    for (size_t i = 0; i < comparison->sides.n; i++) {
        fprintf(to, "%s %c ", i ? ";" : "", comparison_letter(i));
        put(to, comparison->sides.word[i]);
        if (i < comparison->about.n) {
            fputs(", ", to);
            put(to, comparison->about.word[i]);
        }
        fputs(i == 0 ? " (base)" : "", to);
    }
    fputs("\n\n", to);
}

static void put_list(const struct words *words, FILE *to)
{
    for (size_t i = 0; i < words->n; i++) {
        fputs("- ", to);
        put(to, words->word[i]);
        fputc('\n', to);
    }
    fputs(words->n ? "\n" : "", to);
}

/* One line of the table; `finding` is NULL for its heads. */
static void put_line(const struct comparison *comparison,
                     const struct finding *finding, FILE *to)
{
    for (enum comparison_column column = 0; column < COLUMNS; column++) {
        char text[64];
        if (!comparison_has_column(comparison, column))
            continue;
        fputs("| ", to);
        put(to, finding ? comparison_entry(finding, column, text, sizeof(text))
                        : comparison_head(comparison, column));
        fputc(' ', to);
    }
    fputs("|\n", to);
}

static void put_table(const struct comparison *comparison,
                      const struct comparison_part part, FILE *to)
{
    if (part.n == 0)
        return;
    put_line(comparison, NULL, to);
    for (enum comparison_column column = 0; column < COLUMNS; column++) {
        if (comparison_has_column(comparison, column))
            fputs(comparison_is_number(column) ? "| ---: " : "| --- ", to);
    }
    fputs("|\n", to);
    for (size_t i = 0; i < part.n; i++)
        put_line(comparison, &part.finding[i], to);
    fputc('\n', to);
}

void comparison_print_markdown(const struct comparison *comparison, FILE *to)
{
    char text[1200];

    put_heading(comparison, to);
    if (comparison->warnings.n > 0)
        fputs("Warnings:\n\n", to);
    put_list(&comparison->warnings, to);
    put(to, comparison_rests_on(comparison, text, sizeof(text)));
    fputs(" The unit is: ", to);
    put(to, comparison_unit(comparison, text, sizeof(text)));
    fprintf(to, ".\n\n**%s**: %s.\n\n", change_word(comparison->verdict),
            comparison_count(comparison, text, sizeof(text)));
    put_table(comparison, comparison_gating(comparison), to);
    if (comparison_describing(comparison).n > 0)
        fputs("The others only describe:\n\n", to);
    put_table(comparison, comparison_describing(comparison), to);
    if (comparison->unmatched.n > 0)
        fputs("Not on all sides:\n\n", to);
    put_list(&comparison->unmatched, to);
}
