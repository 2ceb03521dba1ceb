#include "bench/compare/comparison.h"

char comparison_letter(size_t side)
{
    return (char)('A' + side);
}

void comparison_free(struct comparison *comparison)
{
    words_free(&comparison->sides);
    words_free(&comparison->about);
    words_free(&comparison->counts);
    words_free(&comparison->warnings);
    words_free(&comparison->unmatched);
    findings_free(&comparison->findings);
    *comparison = (struct comparison){0};
}
