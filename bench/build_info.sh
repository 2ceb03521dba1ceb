#!/bin/sh
# Writes the header $1 with how this tree is being built, touching it only when
# that has changed: the compiler $CC, the flags $CFLAGS, the git revision, and
# whether any source differs from it (a new file counts: the Makefile takes it).
set -eu

revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
dirty=false
if [ "$revision" != unknown ] &&
    [ -n "$(git status --porcelain -- Makefile common servers loadgen bench 2>/dev/null)" ]; then
    dirty=true
fi
cat >"$1.new" <<END
#define BUILD_COMPILER "$($CC --version | head -n 1 | tr -d '\042\134')"
#define BUILD_CFLAGS "$CFLAGS"
#define BUILD_REVISION "$revision"
#define BUILD_DIRTY $dirty
END
if cmp -s "$1.new" "$1"; then
    rm "$1.new"
else
    mv "$1.new" "$1"
fi
