/* Requests that nobody would send: good ones, damaged at random. However their
 * bytes are cut, the replies are the same, and little is kept; the sanitizers
 * see the rest. A case is repeated with FUZZ_SEED=N FUZZ_ROUNDS=1. */
#include "common/test/test.h"

#include "common/random.h"
#include "servers/protocols/text.h"
#include "servers/test/talk.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 3000,
    STREAM_MAX = 192 * 1024, /* more than the longest head */
    MOST_REQUESTS = 4,
    MOST_DAMAGES = 6,
    LONGEST_RUN_BITS = 17,
    PIECE_MAX = RECEIVE_SIZE,
};

#define TEXT(literal)                                                          \
    {                                                                          \
        literal, sizeof(literal) - 1                                           \
    }
#define HOST "Host: a\r\n"

static const struct text requests[] = {
    TEXT("GET / HTTP/1.1\r\n" HOST "\r\n"),
    TEXT("HEAD /a?b=%20 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"),
    TEXT("GET http://a:80/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    TEXT("\r\nPOST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"),
    TEXT("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
         "Transfer-Encoding: chunked\r\n\r\n"
         "5;a=\"b\"\r\nhello\r\n0A\r\n0123456789\r\n0\r\nT: x\r\n\r\n"),
    TEXT("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
};

static const struct text words[] = {
    TEXT("\0"),
    TEXT("\r"),
    TEXT("\n"),
    TEXT("\r\n"),
    TEXT("\r\n\r\n"),
    TEXT(" "),
    TEXT("\t"),
    TEXT(":"),
    TEXT(";"),
    TEXT(","),
    TEXT("/"),
    TEXT("\x7f"),
    TEXT("\xff"),
    TEXT("0"),
    TEXT("-1"),
    TEXT("1048576"),
    TEXT("1048577"),
    TEXT("4294967296"),
    TEXT("18446744073709551616"),
    TEXT("fffff"),
    TEXT("ffffffffffffffff"),
    TEXT("\r\n folded"),
    TEXT("\r\n" HOST),
    TEXT("\r\nContent-Length: 3"),
    TEXT("\r\nTransfer-Encoding: chunked"),
    TEXT("\r\nConnection: close"),
    TEXT("\r\nExpect: 100-continue"),
};

struct stream {
    uint64_t random;
    size_t n;
    char bytes[STREAM_MAX];
};

static size_t below(struct stream *stream, size_t n)
{
    return (size_t)random_below(&stream->random, n);
}

/* Puts `n` bytes in the place of `drop` bytes at `at`, if there is room. */
static void replace(struct stream *stream, size_t at, size_t drop,
                    const char *bytes, size_t n)
{
    size_t rest = stream->n - at - drop;

    if (at + n + rest > STREAM_MAX)
        return;
    memmove(stream->bytes + at + n, stream->bytes + at + drop, rest);
    memcpy(stream->bytes + at, bytes, n);
    stream->n = at + n + rest;
}

/* The same byte again and again: what has a limit is to reach it. */
static void insert_run(struct stream *stream, size_t at)
{
    static char run[1 << LONGEST_RUN_BITS];
    size_t n = below(stream, (size_t)1 << below(stream, LONGEST_RUN_BITS + 1));

    memset(run, stream->n > 0 ? stream->bytes[below(stream, stream->n)] : 'a',
           n);
    replace(stream, at, 0, run, n);
}

/* A piece of itself in another place, as in a request within a request. */
static void insert_copy(struct stream *stream, size_t at)
{
    char copy[64];
    size_t from = below(stream, stream->n + 1);
    size_t n = below(stream, sizeof(copy));

    n = n < stream->n - from ? n : stream->n - from;
    memcpy(copy, stream->bytes + from, n);
    replace(stream, at, 0, copy, n);
}

static void damage(struct stream *stream)
{
    size_t at = below(stream, stream->n + 1);
    size_t rest = stream->n - at;
    size_t drop = rest > 0 ? below(stream, 2) : 0;
    const struct text *word = &words[below(stream, LENGTH(words))];
    char byte = (char)below(stream, 256);

    switch (below(stream, 10)) {
    case 0:
        stream->n = at;
        break;
    case 1:
        insert_run(stream, at);
        break;
    case 2:
    case 3:
        insert_copy(stream, at);
        break;
    case 4:
    case 5:
        replace(stream, at, drop, &byte, 1);
        break;
    case 6:
        replace(stream, at, drop, "", 0);
        break;
    default:
        replace(stream, at, drop, word->at, word->n);
        break;
    }
}

static void make_stream(struct stream *stream, uint64_t seed)
{
    size_t n;

    stream->random = seed;
    stream->n = 0;
    n = 1 + below(stream, MOST_REQUESTS);
    while (n-- > 0) {
        const struct text *text = &requests[below(stream, LENGTH(requests))];
        replace(stream, stream->n, 0, text->at, text->n);
    }
    n = below(stream, MOST_DAMAGES + 1);
    while (n-- > 0)
        damage(stream);
}

/* Feeds all of it in pieces of random sizes up to `piece`, then the end. */
static struct talk *feed(struct stream *stream, size_t piece, size_t send_max)
{
    struct talk *talk = talk_start(PROTO_HTTP);
    size_t at = 0;

    talk->send_max = send_max;
    while (at < stream->n) {
        size_t n = 1 + below(stream, piece);
        n = n < stream->n - at ? n : stream->n - at;
        talk_feed(talk, stream->bytes + at, n);
        at += n;
        assert_true(buffer_waiting(&talk->conn.in) <= HTTP_HEAD_MAX + n);
    }
    if (talk->want != WANT_CLOSE)
        talk_eof(talk);
    assert_int_equal(talk_state(talk), TALK_CLOSES);
    return talk;
}

static void expect_same(const struct talk *one, const struct talk *other,
                        unsigned long seed)
{
    if (one->n == other->n && memcmp(one->reply, other->reply, one->n) == 0 &&
        one->worker.counts[COUNT_REQUESTS] ==
            other->worker.counts[COUNT_REQUESTS])
        return;
    fail_msg("FUZZ_SEED=%lu: \"%s\" and \"%s\"", seed, one->reply,
             other->reply);
}

static unsigned long number(const char *name, unsigned long usual)
{
    const char *text = getenv(name);

    return text ? strtoul(text, NULL, 10) : usual;
}

static void damaged_requests_get_the_same_reply_for_every_cut(void **state)
{
    static struct stream stream;
    unsigned long seed = number("FUZZ_SEED", 1);
    unsigned long rounds = number("FUZZ_ROUNDS", ROUNDS);

    (void)state;
    for (; rounds > 0; rounds--, seed++) {
        struct talk *whole;
        struct talk *bytes;
        struct talk *pieces;
        make_stream(&stream, seed);
        whole = feed(&stream, PIECE_MAX, SIZE_MAX);
        bytes = feed(&stream, 1, 1);
        pieces = feed(&stream, 1 + below(&stream, 100), 77);
        expect_same(whole, bytes, seed);
        expect_same(whole, pieces, seed);
        talk_end(whole);
        talk_end(bytes);
        talk_end(pieces);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_requests_get_the_same_reply_for_every_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
