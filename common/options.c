#include "common/options.h"

#include "common/exits.h"
#include "common/msg.h"
#include "common/nearest.h"
#include "common/units.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MUXBENCH_VERSION
#error "the Makefile defines MUXBENCH_VERSION"
#endif

enum {
    MOST_OPTIONS = 64,
    KEY_HELP = 0x10000,
    KEY_VERSION,
};

static const struct argp_option standard[] = {
    {"help", KEY_HELP, NULL, 0, "Print this help and exit", -1},
    {"version", KEY_VERSION, NULL, 0, "Print the version and exit", -1},
    {0},
};

/* The tables in getopt's form, with the long names apart for suggestions. */
struct parser {
    struct option longs[MOST_OPTIONS + 1];
    const char *names[MOST_OPTIONS];
    char shorts[3 * MOST_OPTIONS + 2];
    size_t n;
};

static void add_table(struct parser *parser, const struct argp_option *table)
{
    size_t end = strlen(parser->shorts);

    for (; table->name || table->key; table++) {
        if (parser->n == MOST_OPTIONS)
            abort(); /* a programming error: enlarge MOST_OPTIONS */
        parser->names[parser->n] = table->name;
        parser->longs[parser->n++] = (struct option){
            .name = table->name,
            .has_arg = table->arg ? required_argument : no_argument,
            .val = table->key,
        };
        if (table->key > 0 && table->key < 128) {
            parser->shorts[end++] = (char)table->key;
            if (table->arg)
                parser->shorts[end++] = ':';
        }
    }
}

static void print_help(const struct options *options)
{
    static const struct argp standard_argp = {.options = standard};
    const struct argp_child children[] = {{&standard_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = options->table,
        .args_doc = options->words,
        .doc = options->about,
        .children = children,
    };
    char name[64];

    snprintf(name, sizeof(name), "%s%s%s", msg_program(),
             options->command ? " " : "",
             options->command ? options->command : "");
    argp_help(&argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
}

/* Says what is wrong with the option that getopt stopped at. */
static void tell_error(const struct parser *parser, int result,
                       const char *word)
{
    char name[64];
    char phrase[96];

    if (result == ':') {
        msg_error("option '%s' needs a value; see --help", word);
        return;
    }
    /* of a cluster of short ones, `word` may be the word before */
    if (optopt > 0 && optopt < 128 && !strchr(word, '=')) {
        msg_error("unknown option '-%c'; see --help", optopt);
        return;
    }
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
    if (optopt)
        msg_error("option '--%s' takes no value; see --help", name);
    else
        msg_error("unknown option '--%s'%s; see --help", name,
                  nearest_phrase(phrase, sizeof(phrase), name, parser->names,
                                 parser->n));
}

static _Noreturn void finish(void)
{
    exit(fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE);
}

void options_parse(const struct options *options, int argc, char **argv,
                   void *input)
{
    struct parser parser = {.shorts = ":"};
    int key;

    add_table(&parser, options->table);
    add_table(&parser, standard);
    optind = 1;
    opterr = 0;
    while ((key = getopt_long(argc, argv, parser.shorts, parser.longs, NULL)) !=
           -1) {
        if (key == KEY_HELP) {
            print_help(options);
            finish();
        } else if (key == KEY_VERSION) {
            printf("%s (muxbench) %s\n", msg_program(), MUXBENCH_VERSION);
            finish();
        } else if (key == '?' || key == ':') {
            tell_error(&parser, key, argv[optind - 1]);
            exit(EXIT_USAGE);
        } else if (optarg && optarg[0] == '\0') {
            msg_error("an option's value is empty; see --help");
            exit(EXIT_USAGE);
        } else if (options->take(key, optarg, input) != 0) {
            exit(EXIT_USAGE);
        }
    }
    for (int i = optind; i < argc; i++) {
        if (argv[i][0] == '\0') {
            msg_error("an empty word; see --help");
            exit(EXIT_USAGE);
        }
        if (options->take(OPTIONS_WORD, argv[i], input) != 0)
            exit(EXIT_USAGE);
    }
}

int options_count(const char *name, const char *text, uint64_t min,
                  uint64_t max, uint64_t *value)
{
    int error = units_parse_count(text, min, max, value);

    if (error == -ERANGE)
        msg_error("%s: %s is out of range (%llu to %llu)", name, text,
                  (unsigned long long)min, (unsigned long long)max);
    else if (error)
        msg_error("%s: '%s' is not a whole number", name, text);
    return error ? -1 : 0;
}

int options_duration(const char *name, const char *text, uint64_t min_ns,
                     uint64_t max_ns, uint64_t *ns)
{
    uint64_t value = 0;
    int error = units_parse_duration(text, &value);

    if (error == -EINVAL) {
        msg_error("%s: '%s' is not a duration like 500us, 200ms, 2s or 5m",
                  name, text);
        return -1;
    }
    if (error || value < min_ns || value > max_ns) {
        char low[24];
        char high[24];
        msg_error("%s: %s is out of range (%s to %s)", name, text,
                  units_format_exact(low, sizeof(low), min_ns),
                  units_format_exact(high, sizeof(high), max_ns));
        return -1;
    }
    *ns = value;
    return 0;
}

int options_percent(const char *name, const char *text, double *share)
{
    int error = units_parse_percent(text, share);

    if (error == -ERANGE)
        msg_error("%s: %s is out of range (above 0%% to 100%%)", name, text);
    else if (error)
        msg_error("%s: '%s' is not a percentage like 3%% or 0.5%%", name, text);
    return error ? -1 : 0;
}

int options_choice(const char *name, const char *text, const char *const *known,
                   size_t n)
{
    char list[400] = "";
    char phrase[96];

    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(list);
        if (strcmp(text, known[i]) == 0)
            return (int)i;
        snprintf(list + at, sizeof(list) - at, "%s%s", i ? ", " : "", known[i]);
    }
    msg_error("%s: unknown '%s'%s; there are: %s", name, text,
              nearest_phrase(phrase, sizeof(phrase), text, known, n), list);
    return -1;
}
