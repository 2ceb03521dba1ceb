/* options.h: command lines, the same way in every program: GNU long options
 * described as for glibc's argp, errors in one line, exit 2. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <argp.h>
#include <stdint.h>

/* The key with which `take` gets a word that is no option. */
enum { OPTIONS_WORD = 0 };

struct options {
    const char *command;             /* after the program's name, or NULL */
    const struct argp_option *table; /* ends with {0}; every key unique, > 0 */
    const char *words;               /* for the usage line: "HOST PORT" */
    const char *about; /* before the options, a \v, and after them */

    /* Takes one option or word; `value` is NULL for a flag without one.
     * Returns 0, or -1 after it has told what is wrong with it. */
    int (*take)(int key, const char *value, void *input);
};

/* Parses argv and hands every option and word to `take`, in the order of the
 * command line but words last. --help and --version print to stdout and exit
 * 0. An unknown option, a missing or empty value, an empty word, or -1 from
 * `take` exits 2 after one line on stderr. */
void options_parse(const struct options *options, int argc, char **argv,
                   void *input);

/* Parse the value of the option `name` ("--port"). 0, or -1 after telling
 * what is wrong and what is allowed. Bounds are inclusive. */
int options_count(const char *name, const char *text, uint64_t min,
                  uint64_t max, uint64_t *value);
int options_duration(const char *name, const char *text, uint64_t min_ns,
                     uint64_t max_ns, uint64_t *ns);

/* A share, as units_parse_percent() reads it. */
int options_percent(const char *name, const char *text, double *share);

/* The index in `known` (`n` words) of `text`, or -1 after telling which words
 * there are and which one was probably meant. */
int options_choice(const char *name, const char *text, const char *const *known,
                   size_t n);

#endif
