#!/bin/sh
# Runs one test for prove(1): TAP output, and an end to tests that hang.
# Usage: common/test/run.sh TEST
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="detect_leaks=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
export TSAN_OPTIONS="halt_on_error=1:${TSAN_OPTIONS:-}"
exec timeout -k 5 "${TEST_LIMIT_S:-300}" "$1"
