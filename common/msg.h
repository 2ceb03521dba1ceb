/* msg.h: one-line messages for people, on stderr. */
#ifndef COMMON_MSG_H
#define COMMON_MSG_H

/* The name that stands before every message: argv[0] without its folders.
 * `argv0` is borrowed for the life of the program. Call it first in main(): it
 * also opens what of stdin, stdout and stderr was closed, to /dev/null. */
void msg_init(const char *argv0);

/* The name given to msg_init(). */
const char *msg_program(void);

/* Prints "PROGRAM: MESSAGE\n" to stderr in a single write, so that the lines
 * of several processes sharing a terminal or log do not mix. Keeps errno. A
 * message longer than 1,000 bytes is cut, control characters become '?'. */
void msg_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
