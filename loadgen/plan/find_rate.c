#include "loadgen/plan/find_rate.h"

#include "loadgen/load.h"
#include "loadgen/verdict/verdict_rules.h"

#include "common/exits.h"
#include "common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>

/* If a goal is missed, is it for another reason than the server? A generator that
 * was late has no part in it if it had CPU left and the replies alone took too
 * long. */
static bool is_excused(const struct settings *settings, const struct goal *goal,
                       const struct result *result)
{
    switch (result->verdict.judgement) {
    case VERDICT_OK:
        return false;
    case VERDICT_INVALID:
        return true;
    case VERDICT_GENERATOR_BOUND:
        break;
    }
    return verdict_generator_share(settings, result) >= VERDICT_LIMIT_SHARE ||
           goal_value(goal, result->service) < (double)goal->limit_ns;
}

/* What the generator adds makes the response time longer only, so a rate that
 * meets the goal does so also where the verdict is that the generator was the
 * limit; not where it is that the figures are worth nothing. */
static enum answer judge(const struct settings *settings,
                         const struct goal *goal, const struct result *result)
{
    if (result->requests == 0 || faults_total(&result->faults) > 0 ||
        result->starved > 0 || result->lost > 0)
        return ANSWER_MISSED;
    if (result->verdict.judgement != VERDICT_INVALID &&
        !verdict_falls_behind(settings, result) &&
        goal_value(goal, result->times.response) < (double)goal->limit_ns)
        return ANSWER_MET;
    return is_excused(settings, goal, result) ? ANSWER_UNKNOWN : ANSWER_MISSED;
}

static void add_step(struct found *found, const struct settings *settings,
                     const struct result *result)
{
    const struct histogram *response = result->times.response;

    found->steps[found->n_steps++] = (struct step){
        .rate_per_s = settings->rate_per_s,
        .requests_per_s = (double)result->requests * (double)NS_PER_S /
                          (double)result->duration_ns,
        .p50_ns = histogram_quantile(response, 50),
        .p99_ns = histogram_quantile(response, 99),
        .value_ns = goal_value(&found->goal, response),
        .answer = judge(settings, &found->goal, result),
        .verdict = result->verdict,
    };
    found->samples = goal_samples(&found->goal, response);
}

static int print_head(FILE *file, const struct goal *goal)
{
    int printed =
        fprintf(file,
                "# rate_per_s\trequests_per_s\tp50_us\tp99_us\t%s_us\t"
                "answer\tverdict\n",
                goal->metric);

    return printed < 0 || fflush(file) != 0 ? -errno : 0;
}

static int print_step(FILE *file, const struct step *step)
{
    int printed = fprintf(file, "%" PRIu64 "\t%.1f\t%.3f\t%.3f\t%.3f\t%s\t%s\n",
                          step->rate_per_s, step->requests_per_s,
                          step->p50_ns / 1e3, step->p99_ns / 1e3,
                          step->value_ns / 1e3, answer_name(step->answer),
                          judgement_name(step->verdict.judgement));

    return printed < 0 || fflush(file) != 0 ? -errno : 0;
}

/* What goes along from step to step. */
struct walk {
    struct settings settings; /* of the current step */
    struct found *found;
    FILE *curve;
    int error; /* -errno of writing */
};

/* Takes a step's result, and says how to go on. */
static bool next(void *input, struct result *result, uint64_t *rate_per_s)
{
    struct walk *walk = input;
    struct found *found = walk->found;

    verdict_reach(&walk->settings, result);
    add_step(found, &walk->settings, result);
    const struct step *step = &found->steps[found->n_steps - 1];
    search_take(&found->search, step->answer);
    walk->error = print_step(walk->curve, step);
    *rate_per_s = found->search.rate_per_s;
    if (walk->error || search_over(&found->search) ||
        found->n_steps == FIND_STEPS_MOST ||
        result->lost == walk->settings.connections)
        return false;
    walk->settings.rate_per_s = *rate_per_s;
    walk->settings.seed++;
    return true;
}

int find_rate(struct settings *settings, const struct goal *goal, FILE *curve,
              struct found *found, struct result *result)
{
    struct walk walk = {.settings = *settings, .found = found, .curve = curve};
    const struct steps steps = {.next = next, .input = &walk};

    *found = (struct found){.goal = *goal};
    *result = (struct result){0};
    search_begin(&found->search, settings->rate_per_s);
    int error = print_head(curve, goal);
    if (!error)
        error = load_run(settings, &steps, result);
    *settings = walk.settings;
    return error ? error : walk.error;
}

uint64_t found_rate(const struct found *found)
{
    return found->search.stage == STAGE_FOUND &&
                   found->samples >= HISTOGRAM_BEYOND_LEAST
               ? found->search.low
               : 0;
}

int found_exit(const struct found *found, char *words, size_t size)
{
    const struct search *search = &found->search;
    const char *text = found->goal.text;

    if (found_rate(found)) {
        snprintf(words, size, "%" PRIu64 "/s is the highest rate with %s",
                 search->low, text);
        return EXIT_FINE;
    }
    if (!search_over(search)) {
        snprintf(words, size, "stopped at %" PRIu64 "/s: no connection is left",
                 search->rate_per_s);
        return EXIT_NO;
    }
    if (search->stage == STAGE_NONE) {
        snprintf(words, size, "not even %" PRIu64 "/s has %s", search->first,
                 text);
        return EXIT_NO;
    }
    if (search->stage == STAGE_FOUND)
        snprintf(words, size,
                 "%" PRIu64 "/s has %s, but by only %.0f samples beyond it: "
                 "make --duration longer",
                 search->low, text, found->samples);
    else if (search->given_up)
        snprintf(words, size,
                 "no rate from %" PRIu64 "/s on met %s twice of three times: "
                 "something disturbs this machine",
                 search->high, text);
    else if (search->low)
        snprintf(words, size,
                 "%" PRIu64 "/s has %s, but %" PRIu64 "/s is beyond what could "
                 "be measured",
                 search->low, text, search->high);
    else
        snprintf(words, size, "could not measure %" PRIu64 "/s",
                 search->rate_per_s);
    return EXIT_UNCLEAR;
}
