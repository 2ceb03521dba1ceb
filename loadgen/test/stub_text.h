/* stub_text.h: what a stub answers whose replies are always the same bytes, or
 * always the same few. */
#ifndef LOADGEN_TEST_STUB_TEXT_H
#define LOADGEN_TEST_STUB_TEXT_H

#include "loadgen/test/stub.h"

/* The reply number `nth` of all, or NULL if the manner is none of these. */
const char *stub_text(enum stub_manner manner, unsigned nth);

#endif
