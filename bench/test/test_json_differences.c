#include "common/test/test.h"

#include "bench/compare/json_differences.h"

#include <string.h>

static void what_is_not_the_same_in_all_is_listed(void **state)
{
    static const struct {
        const char *object[3]; /* "" is none */
        const char *differences;
    } rows[] = {
        {{"{}", "{}", "{}"}, ""},
        {{"{\"a\":1}", "{\"a\":1}", "{\"a\":1}"}, ""},
        {{"{\"a\":1}", "{\"a\":1}", "{\"a\":2}"}, "a|1|1|2"},
        {{"{\"a\":\"x y\"}", "{\"a\":null}", "{}"}, "a|x y|null|–"},
        {{"{}", "{\"a\":[1,2]}", "{}"}, "a|–|[1, 2]|–"},
        {{"{\"a\":{\"b\":1,\"c\":2,\"d\":3}}", "{\"a\":{\"b\":1,\"c\":3}}",
          "{\"a\":{\"b\":1,\"e\":4}}"},
         "a.c|2|3|–|a.d|3|–|–|a.e|–|–|4"},
        {{"{\"a\":{\"b\":1}}", "{\"a\":7}", "{\"a\":{\"b\":1}}"},
         "a|{\"b\": 1}|7|{\"b\": 1}"},
        {{"", "", ""}, ""},
        {{"{}", "", "{}"}, "|{}|–|{}"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        json_t *object[3];
        struct words words = {0};
        char text[400];
        for (size_t k = 0; k < 3; k++)
            object[k] = json_loads(rows[i].object[k], 0, NULL);
        assert_int_equal(json_differences(object, 3, &words), 0);
        words_join(&words, "|", text, sizeof(text));
        if (strcmp(text, rows[i].differences) != 0)
            fail_msg("row %zu: '%s' instead of '%s'", i, text,
                     rows[i].differences);
        words_free(&words);
        for (size_t k = 0; k < 3; k++)
            json_decref(object[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_the_same_in_all_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
