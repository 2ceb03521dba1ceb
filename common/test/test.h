/* test.h: what every unit test includes first; cmocka wants these before it. */
#ifndef COMMON_TEST_TEST_H
#define COMMON_TEST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
