/* HTTP replies as streams: what comes out must not depend on how the bytes
 * were cut, nor on whether a reply like them was seen before. */
#include "common/test/test.h"

#include "loadgen/test/feed.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HINTS "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"

/* The replies of one connection, and what must come out of them. */
struct example {
    const char *bytes;
    uint32_t in_flight;
    uint32_t replies;
    bool end; /* the server closes after them */
    bool closing;
    enum fault fault;
    const char *why;
};

#define RIGHT(bytes, n)                                                        \
    {                                                                          \
        bytes, n, n, false, false, FAULT_NONE, ""                              \
    }
#define LAST(bytes, n)                                                         \
    {                                                                          \
        bytes, n, n, false, true, FAULT_NONE, ""                               \
    }
#define ENDED(bytes, n)                                                        \
    {                                                                          \
        bytes, n, n, true, true, FAULT_NONE, ""                                \
    }
#define WRONG(bytes, why)                                                      \
    {                                                                          \
        bytes, 1, 0, false, false, FAULT_MISMATCH, why                         \
    }

static const struct example examples[] = {
    RIGHT(GOOD LATER HELLO LATER "X: y\r\n" HELLO, 3),
    RIGHT(CHUNKED CHUNKS CHUNKED CHUNKS, 2),
    RIGHT(CHUNKED "1\r\nH\r\n4;x=y\r\nello\r\n0\r\nA: b\r\n\r\n" GOOD, 2),
    RIGHT(INTERIM GOOD INTERIM HINTS GOOD, 2),
    RIGHT(HINTS CHUNKED CHUNKS INTERIM GOOD GOOD, 3),
    RIGHT("HTTP/1.1 201 Created\r\n" HELLO, 1),
    RIGHT("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" HELLO, 1),
    RIGHT(DATE "Set-Cookie: a\r\nSet-Cookie: b\r\nETag: \"x\"\r\n" HELLO, 1),
    {GOOD "HTTP/1.1 200", 2, 1, false, false, FAULT_NONE, ""},
    {INTERIM, 1, 0, false, false, FAULT_NONE, ""},
    LAST(GOOD DATE "Connection: foo, close\r\n" HELLO, 2),
    LAST("HTTP/1.0 200 OK\r\n" HELLO, 1),
    LAST("HTTP/1.1 200 OK\r\nConnection: close\r\nX: " GOOD, 1),
    LAST(DATE "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS,
         1),
    ENDED("HTTP/1.0 200 OK\r\n\r\nHello", 1),
    ENDED(DATE "\r\nHello", 1),
    ENDED(GOOD CHUNKED CHUNKS DATE "Connection: keep-alive\r\n\r\nHello", 3),
    {DATE "\r\nHello", 1, 0, false, false, FAULT_NONE, ""},
    {GOOD, 2, 1, true, true, FAULT_NONE, ""},
    {GOOD "HTTP/1.1 2", 2, 1, true, true, FAULT_NONE, ""},
    {CHUNKED "5\r\nHello\r\n", 1, 0, true, true, FAULT_NONE, ""},
    {GOOD DATE "\r\nHell", 2, 1, true, true, FAULT_MISMATCH, "body is not"},
    {GOOD DATE "\r\nHello!", 2, 1, true, false, FAULT_MISMATCH, "body is not"},
    {GOOD "x", 1, 1, false, false, FAULT_SURPLUS, "nobody asked for"},
    {GOOD GOOD, 1, 1, false, false, FAULT_SURPLUS, "nobody asked for"},
    {GOOD INTERIM, 1, 1, false, false, FAULT_SURPLUS, "nobody asked for"},
    {CHUNKED CHUNKS "\r\n", 1, 1, false, false, FAULT_SURPLUS, "nobody asked"},
    {DATE "Connection: close\r\n" HELLO "x", 2, 1, false, true, FAULT_SURPLUS,
     "nobody asked for"},
    WRONG("g", "not HTTP/1.1"),
    WRONG("garbage\r\n\r\n", "not HTTP/1.1"),
    WRONG("\r\n" GOOD, "not HTTP/1.1"),
    WRONG("HTTP/2.0 200 OK\r\n" HELLO, "not HTTP/1.1"),
    WRONG("HTTP/1.1 2x0 OK\r\n" HELLO, "no number"),
    WRONG(INTERIM "x", "not HTTP/1.1"),
    WRONG(DATE "no field\r\n" HELLO, "no field"),
    WRONG(DATE "a: b\nc: d\r\n" HELLO, "CR LF"),
    WRONG(DATE "Content-Length: 5x\r\n\r\nHello", "no number"),
    WRONG(DATE "Content-Length: 6\r\n" HELLO, "two different"),
    WRONG(DATE "Transfer-Encoding: chunked\r\n" HELLO, "both"),
    WRONG(DATE "Transfer-Encoding: gzip\r\n\r\n", "other than chunked"),
    WRONG(CHUNKED "x\r\n", "chunk's size is no number"),
    WRONG(CHUNKED "4000001\r\n", "longer than 64 MiB"),
    WRONG(CHUNKED "5\r\nHello!\r\n", "does not end in CR LF"),
    WRONG(CHUNKED "5\r\nHello\r\n0\r\n x\r\n\r\n", "no field"),
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 1, 0, false, false,
     FAULT_BAD_STATUS, "status 404"},
    {"HTTP/1.1 500 Oops\r\n\r\n", 1, 0, false, false, FAULT_BAD_STATUS,
     "status 500"},
    {"HTTP/1.1 503 x\r\nContent-Length: x\r\n\r\n", 1, 0, false, false,
     FAULT_BAD_STATUS, "status 503"},
    {"HTTP/1.1 101 x\r\nUpgrade: y\r\n\r\n", 1, 0, false, false,
     FAULT_BAD_STATUS, "status 101"},
    {"HTTP/1.1 304 x\r\n\r\n", 1, 0, false, false, FAULT_BAD_STATUS,
     "status 304"},
    {"HTTP/1.1 007 x\r\n\r\n", 1, 0, false, false, FAULT_BAD_STATUS,
     "status 007"},
    {GOOD "HTTP/1.1 301 x\r\nLocation: /there/\r\n\r\n", 2, 1, false, false,
     FAULT_BAD_STATUS, "status 301, Location: /there/"},
};

/* What came out. */
struct outcome {
    uint32_t replies;
    bool closing;
    enum fault fault;
    char why[FAULT_TEXT];
};

/* How long the next piece is, at least 1: of what is left, or by a random
 * number. */
typedef size_t piece_len(size_t left, uint64_t *state);

static size_t all_of_it(size_t left, uint64_t *state)
{
    (void)state;
    return left;
}

static size_t one_byte(size_t left, uint64_t *state)
{
    (void)left;
    (void)state;
    return 1;
}

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t any_number(size_t left, uint64_t *state)
{
    size_t most = draw(state) % 3 ? 9 : left;

    return 1 + draw(state) % (most < left ? most : left);
}

/* Feeds a new connection until something is wrong. What comes after an
 * announced end is asked for by nobody. */
static struct outcome play(struct feed *feed, const char *bytes, size_t n,
                           uint32_t in_flight, bool end, piece_len *piece,
                           uint64_t *state)
{
    struct outcome outcome = {.fault = FAULT_NONE};
    size_t at = 0;

    feed_reconnect(feed);
    while (at < n && outcome.fault == FAULT_NONE) {
        size_t len = piece(n - at, state);
        struct checked checked =
            feed_bytes(feed, bytes + at, len,
                       outcome.closing ? 0 : in_flight - outcome.replies);
        outcome.replies += checked.replies;
        outcome.closing |= checked.closing;
        outcome.fault = checked.fault;
        at += len;
    }
    if (end && outcome.fault == FAULT_NONE && !outcome.closing) {
        struct checked checked = reply_end(&feed->checker, &feed->inbox);
        outcome.replies += checked.replies;
        outcome.closing = checked.closing;
        outcome.fault = checked.fault;
    }
    snprintf(outcome.why, sizeof(outcome.why), "%s",
             outcome.fault == FAULT_NONE ? "" : feed->checker.why);
    return outcome;
}

static void assert_as_expected(const struct example *example,
                               const struct outcome *outcome)
{
    if (outcome->replies != example->replies ||
        outcome->closing != example->closing ||
        outcome->fault != example->fault || !strstr(outcome->why, example->why))
        fail_msg("%s: %u replies, closing %d, %s: %s", example->bytes,
                 outcome->replies, outcome->closing, fault_name(outcome->fault),
                 outcome->why);
}

static struct outcome play_example(struct feed *feed,
                                   const struct example *example,
                                   piece_len *piece, uint64_t *state)
{
    return play(feed, example->bytes, strlen(example->bytes),
                example->in_flight, example->end, piece, state);
}

/* Two pieces: the first has as many bytes as the state says. */
static size_t cut_once(size_t left, uint64_t *state)
{
    size_t len = *state > 0 && *state < left ? (size_t)*state : left;

    *state = 0;
    return len;
}

static void any_cut_gives_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        const struct example *example = &examples[i];
        struct feed feed;
        feed_init(&feed, "http://h:1/");
        /* The first time, nothing is known; later, the pattern may be the
         * reply that comes, or a part of it. */
        for (int round = 0; round < 2; round++) {
            struct outcome outcome =
                play_example(&feed, example, one_byte, NULL);
            assert_as_expected(example, &outcome);
            outcome = play_example(&feed, example, all_of_it, NULL);
            assert_as_expected(example, &outcome);
            feed_reconnect(&feed);
            assert_right(feed_text(&feed, GOOD, 1), 1);
        }
        for (uint64_t cut = 1; cut < strlen(example->bytes); cut++) {
            uint64_t first = cut;
            feed_reconnect(&feed);
            assert_right(feed_text(&feed, GOOD, 1), 1);
            struct outcome outcome =
                play_example(&feed, example, cut_once, &first);
            assert_as_expected(example, &outcome);
        }
        feed_free(&feed);
    }
}

/* Damages `bytes` in one to four places; there is room for twice as many. */
static size_t damage(char *bytes, size_t n, uint64_t *state)
{
    static const char special[] = "\r\n:;, 0123456789abcdefHTTP/1.xX\t\0\xff";

    for (uint64_t times = 1 + draw(state) % 4; times > 0 && n > 1; times--) {
        size_t at = draw(state) % n;
        size_t len = 1 + draw(state) % (n - at < 12 ? n - at : 12);
        switch (draw(state) % 4) {
        case 0: /* another byte */
            bytes[at] = special[draw(state) % (sizeof(special) - 1)];
            break;
        case 1: /* some are missing */
            memmove(bytes + at, bytes + at + len, n - at - len);
            n -= len;
            break;
        case 2: /* some come twice */
            memmove(bytes + at + len, bytes + at, n - at);
            n += len;
            break;
        default: /* the end is missing */
            n = at + 1;
        }
    }
    return n;
}

/* Whatever is wrong with replies, it is the same for every cut. */
static void damage_is_seen_alike_for_any_cut(void **unused)
{
    enum { ROUNDS = 4000, ROOM = 1024 };
    uint64_t state = 88172645463325252;
    struct feed feed;
    char bytes[ROOM];

    (void)unused;
    feed_init(&feed, "http://h:1/");
    assert_right(feed_text(&feed, GOOD, 1), 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        const struct example *example = &examples[round % LENGTH(examples)];
        size_t n = strlen(example->bytes);
        assert_in_range(n, 1, ROOM / 2);
        memcpy(bytes, example->bytes, n);
        n = damage(bytes, n, &state);
        struct outcome whole = play(&feed, bytes, n, example->in_flight,
                                    example->end, all_of_it, NULL);
        for (int i = 0; i < 3; i++) {
            struct outcome other =
                play(&feed, bytes, n, example->in_flight, example->end,
                     i ? any_number : one_byte, &state);
            if (other.replies != whole.replies ||
                other.closing != whole.closing || other.fault != whole.fault)
                fail_msg("round %u: %u replies, %s (%s), but in one piece %u, "
                         "%s (%s): %.*s",
                         round, other.replies, fault_name(other.fault),
                         other.why, whole.replies, fault_name(whole.fault),
                         whole.why, (int)n, bytes);
        }
    }
    feed_free(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_gives_the_same),
        cmocka_unit_test(damage_is_seen_alike_for_any_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
