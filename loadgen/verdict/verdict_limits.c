#include "loadgen/verdict/verdict_rules.h"

#include "common/units.h"

#include <math.h>

/* With fewer connections in use both sides mostly wait for the other one to
 * wake up. */
enum { SERVED_LEAST = 5 };

/* Of one CPU: less than this is nobody's doing. The second part is for what the
 * units of /proc/stat and the server's last timer tick leave open. */
static const double others_least = 0.05;
static const double unsure_ns = 20e6;

/* What was done with the time of the CPUs, in CPUs. */
struct shares {
    double server;
    double generator; /* its busiest thread */
    double ours;      /* both, all threads */
    double idle;
    double stolen;
    double others;
};

static struct shares measure(const struct settings *settings,
                             const struct result *result)
{
    const struct use *use = &result->use;
    struct shares shares = {
        .server = verdict_server_share(result),
        .generator = verdict_generator_share(settings, result),
        .ours = (double)(result->server.cpu_ns + result->client.cpu_ns) /
                (double)result->duration_ns,
        .idle = use->idle_share * use->cpus,
        .stolen = use->steal_share * use->cpus,
    };

    shares.others =
        fmax(0, use->cpus - shares.idle - shares.stolen - shares.ours -
                    (double)result->plan.spun_ns / (double)result->duration_ns);
    return shares;
}

/* Is one side as busy as it must be with `n` requests in flight? At any moment
 * at least one side has something to do. With CPUs of their own the busier one
 * is at its limit, but for the moments in which all `n` are at the other: at
 * worst, between equals, 1 of n + 1. On CPUs that they share the two may have
 * run on one, so that only their sum tells. */
static bool busy_enough(const struct result *result,
                        const struct shares *shares, double n)
{
    if (result->use.shared)
        return shares->ours >= VERDICT_LIMIT_SHARE;
    return fmax(shares->server, shares->generator) >=
           VERDICT_LIMIT_SHARE * n / (n + 1);
}

/* Was there something to do at any moment? In a closed loop there is; in an open
 * one if requests waited for connections. */
static bool always_work(const struct settings *settings,
                        const struct result *result)
{
    if (settings->rate_per_s)
        return result->verdict.judgement == VERDICT_OK &&
               verdict_falls_behind(settings, result);
    return result->verdict.bottleneck == BOTTLENECK_NEITHER;
}

void verdict_judge_limits(const struct settings *settings,
                          struct result *result)
{
    struct verdict *verdict = &result->verdict;

    if (!always_work(settings, result) || result->requests == 0 ||
        result->served < SERVED_LEAST || !result->server_known ||
        result->server_cpus != 1 || result->use.cpus == 0)
        return;
    const struct shares shares = measure(settings, result);
    if (busy_enough(result, &shares,
                    (double)result->served * settings->pipeline))
        return;
    double taken = shares.others + shares.stolen;
    double missing =
        1 - (result->use.shared ? shares.ours
                                : fmax(shares.server, shares.generator));
    if (taken >= others_least + unsure_ns / (double)result->duration_ns &&
        taken >= missing / 2) {
        verdict_worsen(verdict, VERDICT_INVALID);
        verdict->bottleneck = BOTTLENECK_NEITHER;
        verdict_reason(verdict,
                       "neither side is at its limit: the server used %.0f %% "
                       "of a CPU and the generator %.0f %%; something else "
                       "took %.0f %% of one (others %.0f %%, the hypervisor "
                       "%.0f %%)",
                       shares.server * 100, shares.generator * 100, taken * 100,
                       shares.others * 100, shares.stolen * 100);
    } else {
        verdict_reason(verdict,
                       "neither side is at its limit: the server used %.0f %% "
                       "of a CPU and the generator %.0f %%, and nothing else "
                       "took them: requests wait for something other than "
                       "CPUs, as a sleep, a disk or a lock of the server",
                       shares.server * 100, shares.generator * 100);
    }
}
