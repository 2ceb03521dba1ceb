#!/bin/bash
# Everything that looks at the code without running it; called by `make lint`,
# which sets MAKE and VERSION. Ends with a line "lint: N passed, N failed".
# Exit: 0 all is clean, 1 something is not.
set -u -o pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0
jobs=$(nproc)
flags=(-std=c11 -I. -Ibuild -D_GNU_SOURCE "-DMUXBENCH_VERSION=\"$VERSION\"")

# Runs a check named $1; its output is shown only when it fails.
check() {
    local name=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "lint: $name: clean"
        passed=$((passed + 1))
    else
        cat "$log"
        echo "lint: $name: NOT CLEAN"
        failed=$((failed + 1))
    fi
}

c_files() { git ls-files -co --exclude-standard '*.c'; }
headers() { git ls-files -co --exclude-standard '*.h'; }
scripts() { git ls-files -co --exclude-standard | xargs -r grep -lE "^#!/bin/(ba)?sh"; }

build_with() {
    "$MAKE" --no-print-directory -j"$jobs" CC="$1" DEV=1 BUILD="build/lint-$1" everything
}

# Every header must compile alone.
check_headers() {
    headers | xargs -P "$jobs" -I{} gcc "${flags[@]}" -Wall -Wextra -Werror \
        -fsyntax-only -x c {}
}

check_format() { { c_files; headers; } | xargs clang-format --dry-run --Werror; }

check_tidy() {
    c_files | xargs -P "$jobs" -n 4 sh -c \
        'clang-tidy --quiet "$@" -- '"$(printf "'%s' " "${flags[@]}")" tidy
}

check_cppcheck() {
    c_files | xargs cppcheck --quiet --std=c11 --error-exitcode=1 \
        --inline-suppr --enable=warning,performance,portability \
        --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
        -j "$jobs" -I. -D_GNU_SOURCE -DMUXBENCH_VERSION='""'
}

check_scripts() { scripts | xargs shellcheck -x; }

check 'gcc -Werror' build_with gcc
check 'clang -Werror' build_with clang
check 'headers alone' check_headers
check 'clang-format' check_format
check 'clang-tidy' check_tidy
check 'cppcheck' check_cppcheck
check 'shellcheck' check_scripts
echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
