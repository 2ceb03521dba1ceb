#!/bin/sh
# Installs what is missing for `make bench` (run), `make test` (test) or `make
# lint` (lint), and says so. Does nothing, quietly, when all is there.
# Usage: common/setup.sh run|test|lint
# Exit: 0 all is there, 2 something is missing and could not be installed.
set -u

# Each line: for whom, Debian package, and how to see that it is there: a
# command, or a header. Who tests needs what runs, too.
needs='
run  gcc              command:cc
run  libc6-dev        header:stdio.h
run  wrk              command:wrk
run  gnuplot-nox      command:gnuplot
run  libjansson-dev   header:jansson.h
run  libinih-dev      header:ini.h
run  liburing-dev     header:liburing.h
run  zlib1g-dev       header:zlib.h
run  libedit-dev      header:histedit.h
test libcmocka-dev    header:cmocka.h
test strace           command:strace
test perl             command:prove
test procps           command:ps
lint clang            command:clang
lint clang-tidy       command:clang-tidy
lint clang-format     command:clang-format
lint cppcheck         command:cppcheck
lint shellcheck       command:shellcheck
'

# Is there what $1 names ("command:NAME" or "header:NAME")?
is_there() {
    case $1 in
    command:*) command -v "${1#command:}" >/dev/null 2>&1 ;;
    header:*)
        # Some headers want others first.
        printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <%s>\n' \
            "${1#header:}" | cc -E -x c - >/dev/null 2>&1
        ;;
    esac
}

# Prints the packages that the tier $1 lacks.
missing_for() {
    echo "$needs" | while read -r tier package probe; do
        case $1:$tier in
        run:run | test:run | test:test | lint:run | lint:test | lint:lint)
            is_there "$probe" || printf '%s ' "$package"
            ;;
        esac
    done
}

# Runs apt-get as root, directly or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

give_up() {
    echo "muxbench: $1; install these packages (Debian names), then try again: $missing" >&2
    exit 2
}

case ${1:-} in
run | test | lint) ;;
*)
    echo "usage: common/setup.sh run|test|lint" >&2
    exit 2
    ;;
esac

missing=$(missing_for "$1")
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null 2>&1 || give_up 'something is missing, and there is no apt-get here'
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    give_up 'something is missing, and installing it needs root or sudo'
fi
echo "muxbench: installing with apt-get: $missing"
# An old package list is a common reason of failure, so refresh it first.
as_root apt-get update -q >/dev/null || echo 'muxbench: apt-get update failed; trying all the same' >&2
# shellcheck disable=SC2086 # a list of words
as_root apt-get install -y -q --no-install-recommends $missing >/dev/null ||
    give_up 'apt-get install failed'
missing=$(missing_for "$1")
[ -z "$missing" ] || give_up 'still missing after apt-get install'
