/* stub.h: a server that misbehaves as a test likes, in a process of its own,
 * and the generator run against it. */
#ifndef LOADGEN_TEST_STUB_H
#define LOADGEN_TEST_STUB_H

#include <jansson.h>
#include <sys/types.h>

enum stub_manner {
    STUB_HTTP,    /* right replies; the Date changes each time */
    STUB_ECHO,    /* what came goes back */
    STUB_BYTES,   /* right replies, in pieces of one byte */
    STUB_POST,    /* right replies, once the whole body has come */
    STUB_CLOSING, /* right replies that announce the end of the connection */
    STUB_ONE,     /* right replies, to the first connection only */
    STUB_MUTE,    /* reads and never answers */
    STUB_GARBAGE,
    STUB_SURPLUS, /* a byte too many after each reply */
    STUB_STATUS,  /* 404 */
    STUB_BODY,    /* from the tenth reply on, another body */
    STUB_EARLY,   /* closes after half of the tenth reply */
    STUB_RESET,   /* resets instead of the tenth reply */
    STUB_DIES,    /* exits instead of the hundredth reply of all */
    STUB_HANGS,   /* never answers again after the hundredth reply of all */
    STUB_STOPS,   /* stops itself before the hundredth reply of all */
    STUB_REFUSES, /* does not listen */
    STUB_LONG,    /* right replies of 64 MiB */
    STUB_BAD_END, /* the same, but from the third on the last byte is wrong */
    /* Right replies, but not as most servers send them: */
    STUB_CHUNKED,   /* in other chunks each time, with trailers */
    STUB_UNTIL_END, /* without a length, and then closes */
    STUB_INTERIM,   /* after one or two interim replies (1xx) */
    STUB_MOVED,     /* to /there/ */
};

struct stub {
    pid_t pid;
    unsigned port;
};

/* Starts it on a free port of 127.0.0.1; when this returns, it can be
 * connected to. Aborts the test if that fails. */
struct stub stub_start(enum stub_manner manner);
void stub_stop(const struct stub *stub);

/* A socket of our own that listens on a free port of 127.0.0.1. */
int stub_listen(unsigned *port);

/* What a run of the generator has left behind. */
struct outcome {
    int status;     /* exit code, or 128 + signal */
    json_t *record; /* NULL if it wrote none */
    char err[8192]; /* its stderr */
};

/* With which engine the generator is started; NULL: what it takes itself. */
extern const char *loadgen_engine;

/* Called in the generator's process before it becomes that, if not NULL. */
extern void (*loadgen_prepare)(void);

struct CMUnitTest;

/* Runs the tests with `loadgen_engine` set to each engine in turn that can run
 * here, and notes which cannot. Returns the number of those that failed. */
int run_with_each_engine(const struct CMUnitTest *tests, size_t n);

/* The generator at work. */
struct running {
    pid_t pid;
    int json_fd;
    int err_fd;
};

/* Starts $BUILD/loadgen with --json into a memfd, the `words` (ends with NULL)
 * and the target "SCHEME://127.0.0.1:PORT". */
struct running start_loadgen(const char *scheme, unsigned port,
                             const char *const *words);

/* Waits for its end. Free the outcome with outcome_free(). */
struct outcome finish_loadgen(struct running *running);

/* Both. */
struct outcome run_loadgen(const char *scheme, unsigned port,
                           const char *const *words);
void outcome_free(struct outcome *outcome);

/* The number at `path`, like "errors.total"; fails the test if it is none. */
double outcome_number(const struct outcome *outcome, const char *path);

/* The text at `path`, or "" if there is none. */
const char *outcome_text(const struct outcome *outcome, const char *path);

/* Is `part` a part of one of the reasons? */
int outcome_has_reason(const struct outcome *outcome, const char *part);

#endif
