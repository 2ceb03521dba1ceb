#include "bench/comparison_text.h"

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

    fputs("  <testcase classname=\"muxbench.compare\" name=\"", to);
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

    for (size_t i = 0; i < gating.n; i++) {
        const enum change change = gating.finding[i].change;
        failures += change == CHANGE_SLOWER;
        skipped += change == CHANGE_UNCLEAR || change == CHANGE_TOO_FEW;
    }
    fprintf(to,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"muxbench compare\" tests=\"%zu\" "
            "failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
            gating.n, failures, skipped);
    for (size_t i = 0; i < gating.n; i++)
        put_case(comparison, &gating.finding[i], to);
    fputs("</testsuite>\n", to);
}
