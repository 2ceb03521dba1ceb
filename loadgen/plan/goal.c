#include "loadgen/plan/goal.h"

#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    double percent;
} metrics[] = {
    {"p50", 50},      {"p90", 90},  {"p99", 99}, {"p999", 99.9},
    {"p9999", 99.99}, {"max", 100}, {"mean", 0},
};

static int find_metric(const char *text, size_t len, struct goal *goal)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        if (strlen(metrics[i].name) != len ||
            strncmp(metrics[i].name, text, len) != 0)
            continue;
        goal->metric = metrics[i].name;
        goal->percent = metrics[i].percent;
        return 0;
    }
    return -EINVAL;
}

int goal_parse(const char *text, struct goal *goal, char *why, size_t size)
{
    const char *sign = strchr(text, '<');
    struct goal parsed = {.text = text};

    if (!sign) {
        snprintf(why, size, "is not like 'p99<1ms'");
        return -EINVAL;
    }
    size_t len = (size_t)(sign - text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (find_metric(text, len, &parsed) != 0) {
        snprintf(why, size,
                 "knows no '%.*s'; there are: p50, p90, p99, p999, p9999, max, "
                 "mean",
                 len < 40 ? (int)len : 40, text);
        return -EINVAL;
    }
    do {
        sign++;
    } while (isspace((unsigned char)*sign));
    if (units_parse_duration(sign, &parsed.limit_ns) != 0 ||
        parsed.limit_ns == 0) {
        snprintf(why, size, "needs a duration above 0 like 1ms, not '%.40s'",
                 sign);
        return -EINVAL;
    }
    *goal = parsed;
    return 0;
}

double goal_value(const struct goal *goal, const struct histogram *response)
{
    if (goal->percent == 0)
        return histogram_mean(response);
    return (double)histogram_percentile(response, goal->percent);
}

double goal_samples(const struct goal *goal, const struct histogram *response)
{
    if (goal->percent == 0 || goal->percent == 100)
        return (double)response->count;
    return histogram_beyond(response, goal->percent);
}
