#include "bench/compare/answer.h"

#include "common/msg.h"

#include <errno.h>
#include <string.h>

void answer_take(struct answer *answer, int key, const char *value)
{
    answer->output[key - ANSWER_KEY].path = value ? value : "-";
}

int answer_open(struct answer *answer)
{
    static const char *const names[ANSWER_OUTPUTS] = {
        [ANSWER_JSON] = "--json",
        [ANSWER_JUNIT] = "--junit",
        [ANSWER_CSV] = "--csv",
        [ANSWER_MARKDOWN] = "--markdown",
    };

    for (int i = 0; i < ANSWER_OUTPUTS; i++)
        answer->output[i].option = names[i];
    return outputs_open(answer->output, ANSWER_OUTPUTS);
}

FILE *answer_notes(const struct answer *answer)
{
    for (int i = 0; i < ANSWER_OUTPUTS; i++) {
        const char *path = answer->output[i].path;
        if (path && strcmp(path, "-") == 0)
            return stderr;
    }
    return stdout;
}

int answer_write(struct answer *answer, const struct comparison *comparison)
{
    struct output *output = answer->output;
    int error = 0;

    if (!output[ANSWER_MARKDOWN].file)
        comparison_print(comparison, answer_notes(answer));
    if (output[ANSWER_JSON].file)
        error = comparison_write_json(comparison, output[ANSWER_JSON].file);
    if (output[ANSWER_JUNIT].file)
        comparison_print_junit(comparison, output[ANSWER_JUNIT].file);
    if (output[ANSWER_CSV].file)
        comparison_print_csv(comparison, output[ANSWER_CSV].file);
    if (output[ANSWER_MARKDOWN].file)
        comparison_print_markdown(comparison, output[ANSWER_MARKDOWN].file);
    error = output_close(&output[ANSWER_JSON], error);
    for (int i = ANSWER_JSON + 1; i < ANSWER_OUTPUTS; i++)
        error |= output_close(&output[i], 0);
    return error;
}

int answer_verdict(const struct answer *answer,
                   const struct comparison *comparison)
{
    const bool markdown = answer->output[ANSWER_MARKDOWN].path != NULL;

    /* it ends the table, also where that is in Markdown */
    fprintf(markdown ? stdout : answer_notes(answer), "%sverdict: %s\n",
            markdown ? "" : "\n", change_word(comparison->verdict));
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    msg_error("stdout: can't be written: %s", strerror(errno));
    return -1;
}
