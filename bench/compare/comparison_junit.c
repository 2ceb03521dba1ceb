#include "bench/compare/comparison_text.h"

/* The text of an attribute. */
static void put(FILE *to, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", to);
            break;
        case '<':
            fputs("&lt;", to);
            break;
        case '>':
            fputs("&gt;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        default:
            fputc(*text, to);
        }
    }
}

/* What a test case holds: nothing when it passed. */
static const char *outcome(const struct finding *finding)
{
    if (finding->given_up)
        return "error";
    switch (finding->change) {
    case CHANGE_SLOWER:
        return "failure";
    case CHANGE_UNCLEAR:
    case CHANGE_TOO_FEW:
        return "skipped";
    default:
        return NULL;
    }
}

static void put_case(const struct comparison *comparison,
                     const struct finding *finding, FILE *to)
{
    const char *inside = outcome(finding);
    char change[64];
    char interval[64];

    fprintf(to, "  <testcase classname=\"muxbench.%s\" name=\"",
            comparison->command);
    put(to, finding->cell);
    fputs(", ", to);
    put(to, comparison_metric(finding->metric));
    if (comparison_has_column(comparison, COLUMN_SIDE)) {
        fputs(", ", to);
        put(to, comparison->sides.word[finding->side]);
    }
    if (!inside) {
        fputs("\"/>\n", to);
        return;
    }
    fprintf(to, "\"><%s message=\"%s: %s (%s), n = %zu,%zu\"/></testcase>\n",
            inside, change_word(finding->change),
            comparison_change(finding, change, sizeof(change)),
            comparison_interval(finding, interval, sizeof(interval)),
            finding->n_base, finding->n_side);
}

void comparison_print_junit(const struct comparison *comparison, FILE *to)
{
    const struct comparison_part gating = comparison_gating(comparison);
    size_t failures = 0;
    size_t skipped = 0;
    size_t errors = 0;

    for (size_t i = 0; i < gating.n; i++) {
        const enum change change = gating.finding[i].change;
        const bool error = gating.finding[i].given_up;
        errors += error;
        failures += !error && change == CHANGE_SLOWER;
        skipped +=
            !error && (change == CHANGE_UNCLEAR || change == CHANGE_TOO_FEW);
    }
    fprintf(to,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"muxbench %s\" tests=\"%zu\" "
            "failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
            comparison->command, gating.n, failures, errors, skipped);
    for (size_t i = 0; i < gating.n; i++)
        put_case(comparison, &gating.finding[i], to);
    fputs("</testsuite>\n", to);
}
