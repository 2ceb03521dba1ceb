/* scratch.h: files for tests, in a folder that goes away with the test. */
#ifndef COMMON_TEST_SCRATCH_H
#define COMMON_TEST_SCRATCH_H

/* cmocka set-up and tear-down: makes a folder and goes into it; leaves and
 * removes it with all that is in it. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Writes a file in it. */
void scratch_write(const char *name, const char *text);

#endif
