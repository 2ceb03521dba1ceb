#include "common/test/test.h"

#include "loadgen/protocol/reference.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void the_furthest_adds_and_all_are_compared(void **state)
{
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(reference_compare(&reference, 0, "Hel", 3), 0);
    assert_int_equal(reference_compare(&reference, 0, "H", 1), 0);
    assert_int_equal(reference_compare(&reference, 1, "ello", 4), 0);
    assert_int_equal(reference_compare(&reference, 1, "all", 3), -EBADMSG);
    assert_int_equal(reference_compare(&reference, 3, "lp!", 3), -EBADMSG);
    assert_int_equal(reference_compare(&reference, 5, NULL, 0), 0);
    assert_int_equal(reference_end(&reference, 3), -EBADMSG);
    assert_int_equal(reference_end(&reference, 5), 0);
    assert_int_equal(reference.body.len, 5);
    reference_free(&reference);
}

static void a_whole_one_does_not_grow(void **state)
{
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(reference_compare(&reference, 0, "Hello", 5), 0);
    assert_int_equal(reference_end(&reference, 5), 0);
    assert_int_equal(reference_compare(&reference, 3, "lo", 2), 0);
    assert_int_equal(reference_compare(&reference, 3, "lo!", 3), -EBADMSG);
    assert_int_equal(reference_compare(&reference, 5, "!", 1), -EBADMSG);
    assert_int_equal(reference_compare(&reference, 3, "ng", 2), -EBADMSG);
    assert_int_equal(reference_end(&reference, 3), -EBADMSG);
    assert_int_equal(reference_end(&reference, 5), 0);
    reference_free(&reference);
}

static void a_body_may_be_empty(void **state)
{
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(reference_end(&reference, 0), 0);
    assert_int_equal(reference_compare(&reference, 0, "x", 1), -EBADMSG);
    assert_int_equal(reference_end(&reference, 0), 0);
    reference_free(&reference);
}

enum { STEP = 97, STEPS = 1000 };

/* One thread's body, in pieces. */
static void *compare_all(void *input)
{
    struct reference *reference = input;
    static const char piece[STEP] = "the same for all";
    size_t at = 0;
    int error = 0;

    for (int i = 0; !error && i < STEPS; i++, at += STEP)
        error = reference_compare(reference, at, piece, STEP);
    if (!error)
        error = reference_end(reference, at);
    return error ? reference : NULL;
}

static void threads_may_be_first_at_once(void **state)
{
    struct reference reference;
    pthread_t threads[4];

    (void)state;
    reference_init(&reference);
    for (size_t i = 0; i < LENGTH(threads); i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, compare_all, &reference), 0);
    for (size_t i = 0; i < LENGTH(threads); i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    reference_free(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_furthest_adds_and_all_are_compared),
        cmocka_unit_test(a_whole_one_does_not_grow),
        cmocka_unit_test(a_body_may_be_empty),
        cmocka_unit_test(threads_may_be_first_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
