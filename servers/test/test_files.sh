#!/bin/bash
# TAP: what a server says to a folder or a way of reading that it can't serve
# from. The replies are seen to in the conformance tests.
# Usage: servers/test/test_files.sh   (BUILD: where the programs are)
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

server=(timeout 10 "$build/servers/epoll")
mkdir "$scratch/root" "$scratch/closed"
echo text >"$scratch/root/a.txt"
chmod 0 "$scratch/closed"

# What a server does whose system calls $1 fail with the error $2.
with_failing() {
    local call=$1 error=$2
    shift 2
    # LeakSanitizer can't look at who is being traced.
    ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o /dev/null -e trace="$call" \
        -e inject="$call:error=$error" "${server[@]}" "$@"
}

# That it exits 77 where openat2 fails with the error $1.
needs_openat2() {
    with_failing openat2 "$1" --port 0 --root "$scratch/root" \
        >"$scratch/out" 2>"$scratch/err"
    equal 77 $? && equal '' "$(cat "$scratch/out")" &&
        has_line '^epoll: --root: .*without openat2' "$scratch/err"
}

# That it exits 77 where files can't be read past the page cache.
needs_o_direct() {
    "${server[@]}" --root /sys/kernel --file-io direct >"$scratch/out" 2>"$scratch/err"
    equal 77 $? && equal '' "$(cat "$scratch/out")" &&
        has_line "^epoll: --file-io direct: the file system of '/sys/kernel' can't" "$scratch/err"
}

# Somebody who is not root runs the server.
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

refused_to_nobody() {
    refused "--root: can't open '.*/closed': Permission denied" \
        as_nobody "${server[@]}" --root "$scratch/closed"
}

test_that 'refuses a folder that does not exist' \
    refused "--root: can't open '.*/no': No such file" \
    "${server[@]}" --root "$scratch/no"
test_that 'refuses what is no folder' \
    refused "--root: can't open '.*/a.txt': Not a directory" \
    "${server[@]}" --root "$scratch/root/a.txt"
test_that 'refuses an empty name' refused "an option's value is empty" "${server[@]}" --root ''
chmod 755 "$scratch"
if as_nobody "${server[@]}" --version >/dev/null 2>&1; then
    test_that 'refuses a folder that may not be read' refused_to_nobody
else
    skip 'refuses a folder that may not be read' 'nobody can run it here'
fi
test_that 'refuses a way that it does not know' \
    refused "did you mean 'sendfile'" \
    "${server[@]}" --root "$scratch/root" --file-io sendfiel
test_that 'refuses a way without a folder' \
    refused '--file-io: there are no files without --root' \
    "${server[@]}" --file-io read
test_that 'refuses files over echo' \
    refused '--root: files are served with --protocol http only' \
    "${server[@]}" --protocol echo --root "$scratch/root"
# Files of the kernel's own have no disk behind them.
if [ -f /sys/kernel/uevent_seqnum ]; then
    test_that "can't run with O_DIRECT where there is none" needs_o_direct
else
    skip "can't run with O_DIRECT where there is none" 'no /sys/kernel'
fi
for error in ENOSYS EPERM; do
    if strace -qq -o /dev/null true 2>/dev/null; then
        test_that "can't run without openat2 ($error)" needs_openat2 "$error"
    else
        skip "can't run without openat2 ($error)" "strace can't trace here"
    fi
done

tap_end
