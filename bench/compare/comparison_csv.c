#include "bench/compare/comparison_text.h"

#include <math.h>
#include <string.h>

/* A field and what ends it; quoted where it must be: RFC 4180, 2.5 to 2.7. */
static void put(FILE *to, const char *text)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;

    fputs(quoted ? "\"" : "", to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputs(quoted ? "\"," : ",", to);
}

static void put_number(FILE *to, double value, bool known)
{
    if (known && !isnan(value))
        fprintf(to, "%.6g", value);
    fputc(',', to);
}

static void put_row(const struct comparison *comparison,
                    const struct finding *finding, FILE *to)
{
    const bool interval = comparison_has_interval(finding);

    for (enum axis axis = 0; axis < AXES; axis++) {
        char text[256];
        put(to, axis_text(axis,
                          json_object_get(finding->axes, axis_record_key(axis)),
                          text, sizeof(text)));
    }
    put(to, comparison->sides.word[finding->side]);
    put(to, metric_path(finding->metric));
    put_number(to, finding->ratio, true);
    put_number(to, finding->low, interval);
    put_number(to, finding->high, interval);
    put_number(to, finding->p, true);
    put_number(to, finding->q, true);
    fprintf(to, "%zu,%zu,%s\r\n", finding->n_base, finding->n_side,
            change_word(finding->change));
}

void comparison_print_csv(const struct comparison *comparison, FILE *to)
{
    for (enum axis axis = 0; axis < AXES; axis++)
        put(to, axis_record_key(axis));
    fputs("side,metric,ratio,low,high,p,q,n_a,n_b,verdict\r\n", to);
    for (size_t i = 0; i < comparison->findings.n; i++)
        put_row(comparison, &comparison->findings.finding[i], to);
}
