#include "loadgen/test/feed.h"

#include "common/test/test.h"

#include <stdlib.h>
#include <string.h>

void feed_init(struct feed *feed, const char *target)
{
    char why[200];

    *feed = (struct feed){.settings = {.pipeline = 8, .seed = 3}};
    assert_int_equal(
        target_parse(target, &feed->settings.target, why, sizeof(why)), 0);
    if (feed->settings.target.protocol == TARGET_ECHO)
        feed->settings.payload_bytes = 40;
    assert_int_equal(request_init(&feed->request, &feed->settings), 0);
    reference_init(&feed->reference);
    checker_init(&feed->checker, &feed->request, &feed->reference);
    feed_reconnect(feed);
}

void feed_free(struct feed *feed)
{
    inbox_free(&feed->inbox);
    checker_free(&feed->checker);
    reference_free(&feed->reference);
    request_free(&feed->request);
}

void feed_reconnect(struct feed *feed)
{
    inbox_reset(&feed->inbox, FEED_TAG);
}

struct checked feed_bytes(struct feed *feed, const char *bytes, size_t n,
                          uint32_t in_flight)
{
    char *copy = malloc(n ? n : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    struct checked checked =
        reply_check(&feed->checker, &feed->inbox, copy, n, in_flight);
    free(copy);
    return checked;
}

struct checked feed_text(struct feed *feed, const char *text,
                         uint32_t in_flight)
{
    return feed_bytes(feed, text, strlen(text), in_flight);
}

void assert_right(struct checked checked, uint32_t replies)
{
    assert_int_equal(checked.fault, FAULT_NONE);
    assert_int_equal(checked.replies, replies);
}
