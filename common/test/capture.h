/* capture.h: what a function prints on stderr, for tests of messages. */
#ifndef COMMON_TEST_CAPTURE_H
#define COMMON_TEST_CAPTURE_H

#include <stddef.h>

/* Sends stderr to memory from now on. Aborts the test when it can't. */
void capture_begin(void);

/* Restores stderr, and writes what came to `text`, cut to `size` bytes, with a
 * NUL. Returns `text`. */
const char *capture_end(char *text, size_t size);

#endif
