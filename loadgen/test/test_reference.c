#include "common/test/test.h"

#include "loadgen/protocol/reference.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What comes next of a body that has been right for `at` bytes; these are not
 * beyond what is kept. */
static int take_at(struct reference *reference, size_t at, const char *bytes)
{
    struct body body;

    body_begin(&body);
    body.at = at;
    return reference_take(reference, &body, bytes, strlen(bytes));
}

/* A body of `len` bytes that have been right ends. */
static int end_at(struct reference *reference, size_t len)
{
    struct body body;

    body_begin(&body);
    body.at = len;
    return reference_end(reference, &body);
}

static void the_furthest_adds_and_all_are_compared(void **state)
{
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(take_at(&reference, 0, "Hel"), 0);
    assert_int_equal(take_at(&reference, 0, "H"), 0);
    assert_int_equal(take_at(&reference, 1, "ello"), 0);
    assert_int_equal(take_at(&reference, 1, "all"), -EBADMSG);
    assert_int_equal(take_at(&reference, 3, "lp!"), -EBADMSG);
    assert_int_equal(take_at(&reference, 5, ""), 0);
    assert_int_equal(end_at(&reference, 3), -EBADMSG);
    assert_int_equal(end_at(&reference, 5), 0);
    assert_int_equal(reference.kept.len, 5);
    reference_free(&reference);
}

static void a_whole_one_does_not_grow(void **state)
{
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(take_at(&reference, 0, "Hello"), 0);
    assert_int_equal(end_at(&reference, 5), 0);
    assert_int_equal(take_at(&reference, 3, "lo"), 0);
    assert_int_equal(take_at(&reference, 3, "lo!"), -EBADMSG);
    assert_int_equal(take_at(&reference, 5, "!"), -EBADMSG);
    assert_int_equal(take_at(&reference, 3, "ng"), -EBADMSG);
    assert_int_equal(end_at(&reference, 3), -EBADMSG);
    assert_int_equal(end_at(&reference, 5), 0);
    reference_free(&reference);
}

static void a_body_may_be_empty(void **state)
{
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(end_at(&reference, 0), 0);
    assert_int_equal(take_at(&reference, 0, "x"), -EBADMSG);
    assert_int_equal(end_at(&reference, 0), 0);
    reference_free(&reference);
}

enum { LONG = 3 * REFERENCE_KEPT + 77, PIECE = 64 * 1024 };

/* Takes a long body in pieces of `step` bytes, the byte at `wrong` another one, up
 * to its end. */
static int take_long(struct reference *reference, size_t len, size_t step,
                     size_t wrong)
{
    char *bytes = malloc(step);
    struct body body;
    int error = 0;

    assert_non_null(bytes);
    body_begin(&body);
    for (size_t at = 0; at < len && !error; at += step) {
        const size_t n = len - at < step ? len - at : step;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)((at + i) / 5 + (at + i == wrong));
        error = reference_take(reference, &body, bytes, n);
    }
    free(bytes);
    return error ? error : reference_end(reference, &body);
}

static void a_long_body_is_compared_but_not_kept(void **state)
{
    static const size_t wrong[] = {0, REFERENCE_KEPT - 1, REFERENCE_KEPT,
                                   (size_t)2 * REFERENCE_KEPT, LONG - 1};
    struct reference reference;

    (void)state;
    reference_init(&reference);
    assert_int_equal(take_long(&reference, LONG, PIECE, LONG), 0);
    assert_int_equal(reference.kept.len, REFERENCE_KEPT);
    assert_int_equal(take_long(&reference, LONG, 4097, LONG), 0);
    for (size_t i = 0; i < LENGTH(wrong); i++)
        assert_int_equal(take_long(&reference, LONG, PIECE, wrong[i]),
                         -EBADMSG);
    assert_int_equal(take_long(&reference, LONG - 1, PIECE, LONG), -EBADMSG);
    assert_int_equal(take_long(&reference, LONG + 1, PIECE, LONG), -EBADMSG);
    assert_int_equal(take_long(&reference, REFERENCE_KEPT, PIECE, LONG),
                     -EBADMSG);
    assert_int_equal(reference.kept.len, REFERENCE_KEPT);
    reference_free(&reference);
}

enum { STEP = 9700, STEPS = 1000 };

/* One thread's body, in pieces. */
static void *compare_all(void *input)
{
    struct reference *reference = input;
    static const char piece[STEP] = "the same for all";
    struct body body;
    int error = 0;

    body_begin(&body);
    for (int i = 0; !error && i < STEPS; i++)
        error = reference_take(reference, &body, piece, STEP);
    if (!error)
        error = reference_end(reference, &body);
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
    assert_int_equal(reference.len, STEP * STEPS);
    reference_free(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_furthest_adds_and_all_are_compared),
        cmocka_unit_test(a_whole_one_does_not_grow),
        cmocka_unit_test(a_body_may_be_empty),
        cmocka_unit_test(a_long_body_is_compared_but_not_kept),
        cmocka_unit_test(threads_may_be_first_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
