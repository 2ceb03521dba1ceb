#include "loadgen/command_plan.h"

#include "common/msg.h"
#include "common/options.h"

enum { FIND_RATE_FIRST = 100 };

int command_take_arrivals(struct command *command, const char *value)
{
    static const char *const names[] = {"poisson", "fixed"};
    int choice = options_choice("--arrivals", value, names, 2);

    if (choice < 0)
        return -1;
    command->settings.arrivals =
        choice == 1 ? ARRIVALS_FIXED : ARRIVALS_POISSON;
    command->arrivals_given = true;
    return 0;
}

int command_take_goal(struct command *command, const char *value)
{
    char why[200];

    if (goal_parse(value, &command->goal, why, sizeof(why)) == 0)
        return 0;
    msg_error("--find-rate: '%s' %s", value, why);
    return -1;
}

/* --find-rate has a window for each rate that it tries. */
static int check_goal(struct command *command)
{
    const char *with = command->hlog     ? "--hlog"
                       : command->series ? "--series"
                       : command->live   ? "--live"
                                         : NULL;

    if (with) {
        msg_error("%s: is about one window, and --find-rate has many", with);
        return -1;
    }
    if (command->settings.rate_per_s == 0)
        command->settings.rate_per_s = FIND_RATE_FIRST;
    return 0;
}

int command_check_plan(struct command *command)
{
    const char *without = command->arrivals_given   ? "--arrivals"
                          : !command->settings.spin ? "--no-spin"
                          : command->print_schedule ? "--print-schedule"
                                                    : NULL;

    if (command->goal.text)
        return check_goal(command);
    if (command->settings.rate_per_s || !without)
        return 0;
    msg_error("%s: there is no plan without --rate", without);
    return -1;
}
