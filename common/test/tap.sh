# shellcheck shell=bash
# What shell tests share: source it, call `test_that NAME COMMAND...` for each,
# and `tap_end` last. A test that only makes sense elsewhere calls `skip WHY`.
# $scratch is a folder of the test's own, removed at its end.

# shellcheck disable=SC2034 # for the tests
build=$(realpath "${BUILD:-build}")
scratch=$(mktemp -d /tmp/muxbench-test-XXXXXX)
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$scratch"' EXIT
tap_n=0
tap_failed=0

# Runs a test; what it prints is shown when it fails.
test_that() {
    local name=$1 out=$scratch/.tap_output
    shift
    tap_n=$((tap_n + 1))
    if "$@" >"$out" 2>&1; then
        echo "ok $tap_n - $name"
    else
        sed 's/^/# /' "$out"
        echo "not ok $tap_n - $name"
        tap_failed=$((tap_failed + 1))
    fi
}

skip() {
    tap_n=$((tap_n + 1))
    echo "ok $tap_n - $1 # SKIP $2"
}

tap_end() {
    echo "1..$tap_n"
    [ "$tap_failed" -eq 0 ]
}

# Fails, telling both, unless $2 is $1.
equal() {
    [ "$1" = "$2" ] || { echo "expected '$1', got '$2'" && return 1; }
}

# Fails, showing all of it, unless the file $2 has a line that matches $1.
has_line() {
    grep -qE -- "$1" "$2" || { echo "no line matches '$1' in:" && cat "$2" && return 1; }
}

between_looks_s=0.02

# Waits until a command succeeds, at most $1 s.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || { echo "never true: $*" && return 1; }
        sleep "$between_looks_s"
    done
    return 0
}

# Runs a command with bad arguments: exit status 2, nothing on stdout, and one
# line on stderr that matches $1.
refused() {
    local message=$1 status
    shift
    "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    equal 2 "$status" && equal '' "$(cat "$scratch/out")" &&
        equal 1 "$(wc -l <"$scratch/err")" && has_line "$message" "$scratch/err"
}
