#include "common/test/test.h"

#include "loadgen/protocol/digest.h"

/* Bytes without any symmetry that a wrong order could hide in. */
static void fill(char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7 + i / 256);
}

static uint64_t value_of(const char *bytes, size_t n, size_t step)
{
    struct digest digest;

    digest_begin(&digest);
    for (size_t at = 0; at < n; at += step)
        digest_add(&digest, bytes + at, n - at < step ? n - at : step);
    return digest_value(&digest);
}

/* As xxhsum(1) -H1 has them, of the first so many bytes. */
static const struct {
    size_t n;
    uint64_t value;
} known[] = {
    {0, UINT64_C(0xef46db3751d8e999)},   {1, UINT64_C(0xe934a84adb052768)},
    {3, UINT64_C(0x9ff70a635a6209ab)},   {4, UINT64_C(0xae5acdc00a55ac41)},
    {7, UINT64_C(0xd734a6b26f3da63e)},   {8, UINT64_C(0x87116b3365b924eb)},
    {14, UINT64_C(0x8b3c6f96512c86a1)},  {31, UINT64_C(0x0f187c62b1e722b7)},
    {32, UINT64_C(0x91b0cb0931a8c629)},  {33, UINT64_C(0x931b043cf8d65b94)},
    {63, UINT64_C(0x219110bf13e2fa26)},  {64, UINT64_C(0xbf3052e3445775d0)},
    {65, UINT64_C(0xed65e3510df3611d)},  {100, UINT64_C(0x8e2272c08247d5db)},
    {999, UINT64_C(0x27e1c7bd5cadec70)}, {1000, UINT64_C(0x698399d62f9c1695)},
};

static void values_are_those_of_xxh64(void **state)
{
    char bytes[1000];

    (void)state;
    fill(bytes, sizeof(bytes));
    for (size_t i = 0; i < LENGTH(known); i++)
        assert_true(value_of(bytes, known[i].n, 1000) == known[i].value);
}

static void pieces_make_no_difference(void **state)
{
    char bytes[1000];

    (void)state;
    fill(bytes, sizeof(bytes));
    for (size_t i = 0; i < LENGTH(known); i++) {
        for (size_t step = 1; step <= 70; step++)
            assert_true(value_of(bytes, known[i].n, step) == known[i].value);
    }
}

static void every_byte_counts(void **state)
{
    char bytes[100];
    uint64_t value;

    (void)state;
    fill(bytes, sizeof(bytes));
    value = value_of(bytes, sizeof(bytes), 100);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] ^= 1;
        assert_true(value_of(bytes, sizeof(bytes), 100) != value);
        bytes[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_xxh64),
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(every_byte_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
