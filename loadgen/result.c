#include "loadgen/result.h"

#include "loadgen/settings.h"

#include <errno.h>
#include <stdlib.h>

int result_init(struct result *result, const struct settings *settings)
{
    *result = (struct result){
        .service = malloc(sizeof(*result->service)),
        .connect = malloc(sizeof(*result->connect)),
        .connect_first = malloc(sizeof(*result->connect_first)),
        .thread_shares =
            calloc(settings->threads, sizeof(*result->thread_shares)),
    };
    int error = settings->rate_per_s ? plan_times_init(&result->times) : 0;
    if (error || !result->service || !result->connect ||
        !result->connect_first || !result->thread_shares)
        return -ENOMEM;
    result_clear(result);
    return 0;
}

void result_clear(struct result *result)
{
    *result = (struct result){
        .service = result->service,
        .connect = result->connect,
        .connect_first = result->connect_first,
        .times = result->times,
        .thread_shares = result->thread_shares,
    };
    histogram_clear(result->service);
    histogram_clear(result->connect);
    histogram_clear(result->connect_first);
    if (result->times.response)
        plan_times_clear(&result->times);
}

void result_free(struct result *result)
{
    free(result->service);
    free(result->connect);
    free(result->connect_first);
    plan_times_free(&result->times);
    free(result->thread_shares);
}
