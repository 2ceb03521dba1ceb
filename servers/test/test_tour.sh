#!/bin/bash
# TAP: the tour tells of each model what is so, and leaves nothing behind.
# Usage: servers/test/test_tour.sh   (BUILD and SAN as the Makefile sets them)
set -u
# shellcheck source=common/test/tap.sh
. common/test/tap.sh

# Servers of its own, so that those of other tests are not taken for them.
mkdir -p "$scratch/build/servers" "$scratch/bin" "$scratch/tmp"
cp "$build"/tour-clients "$scratch/build"
for program in "$build"/servers/*; do
    if [ -f "$program" ] && [ -x "$program" ]; then
        cp "$program" "$scratch/build/servers"
    fi
done
export BUILD=$scratch/build TMPDIR=$scratch/tmp
unset NO_COLOR

can_trace() { strace -qq -o /dev/null true 2>/dev/null; }

tour() { servers/tour/tour.sh "$@"; }

fact() { "$BUILD/servers/$1" --facts | sed -n "s/^$2 //p"; }

nothing_left() {
    ! find /proc/[0-9]*/exe -lname "$scratch/build/*" 2>/dev/null | grep . &&
        equal '' "$(ls -A "$TMPDIR")"
}

# That the tour of the model $1, with what else it says, is all true.
tells_of() {
    local model=$1 second=served calls
    [ "$(fact "$model" serves_at_once)" -eq 0 ] || second=waits
    calls=$(fact "$model" syscalls_per_request)
    if ! can_trace || [ -n "${SAN:-}" ]; then
        calls='[^ ]+' # a sanitizer makes some of its own
    elif [ "$(fact "$model" spins)" -eq 1 ]; then
        calls=varies
    else
        calls="$calls\\.0"
    fi
    tour "$model" >"$scratch/$model" || return
    has_line "^$model +$second +$calls +[-0-9]+ +[1-9] +[1-9]\$" "$scratch/$model" &&
        { ! can_trace || tells_calls "$scratch/$model"; } && nothing_left
}

# Every model takes two connections, and reads and answers five requests.
tells_calls() {
    has_line '^  accept4 +[0-9]+ 2 connections were taken' "$1" &&
        has_line '^  recvfrom +[0-9]+ 5 requests were read; 2 found that a client leaves' "$1" &&
        has_line '^  sendto +5 5 replies were sent' "$1"
}

# That client 2 of the model $1 experiences what the pattern $2 says.
second_is() { has_line "^  client 2  $2" "$scratch/$1"; }

refuses_above_its_limit() {
    has_line 'a crowd   connects: 10[0-9]+ are taken, number 10[0-9]+ is REFUSED' "$scratch/select" &&
        has_line 'its descriptor 1024 is not below 1024' "$scratch/select"
}

is_plain() {
    ! grep -l "$(printf '\033')" "$1" || return
    ! grep -nE '.{81}' "$1"
}

# Colour on a terminal, none if the user wants none.
is_coloured() {
    script -qec 'servers/tour/tour.sh blocking' /dev/null >"$scratch/out" &&
        grep -q "$(printf '\033')\[1;33mWAITS" "$scratch/out" || return
    NO_COLOR=1 script -qec 'servers/tour/tour.sh blocking' /dev/null >"$scratch/out" &&
        ! grep "$(printf '\033')" "$scratch/out"
}

# A server that closes its second connection once that has asked.
refusing_server() {
    exec perl -MIO::Socket::INET -e '$| = 1;
        my $at = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1") or die;
        print $at->sockport, "\n";
        my ($first, $second) = ($at->accept);
        syswrite $first, $_ if sysread $first, $_, 99;
        sysread $second = $at->accept, $_, 99;
        close $second;
        syswrite $first, $_ while sysread $first, $_, 99;'
}

tells_a_refusal() {
    mkfifo "$scratch/port"
    refusing_server >"$scratch/port" &
    read -r port <"$scratch/port"
    "$BUILD/tour-clients" visit "$port" $! "$scratch/visit" >"$scratch/out" &&
        has_line '^  client 2  connects and asks: REFUSED' "$scratch/out" &&
        has_line '^refused 1 1 ' "$scratch/visit"
}

# Sends the signal $1 as soon as the output matches $2: exit 2, nothing left.
ends_by() {
    local pid status
    : >"$scratch/out" # what an earlier one said must not be taken for this
    # A script's background jobs ignore SIGINT otherwise.
    env --default-signal=INT servers/tour/tour.sh >"$scratch/out" 2>&1 &
    pid=$!
    wait_until 60 grep -q "$2" "$scratch/out" && kill "-$1" "$pid"
    wait "$pid"
    status=$?
    equal 2 "$status" && nothing_left && ! grep 'calls/request' "$scratch/out"
}

ends_with_its_reader() {
    tour | head -n 4 >"$scratch/out"
    equal 4 "$(wc -l <"$scratch/out")" && nothing_left
}

goes_on_without_strace() {
    printf '#!/bin/sh\necho "strace: not permitted" >&2\nexit 1\n' >"$scratch/bin/strace"
    chmod +x "$scratch/bin/strace"
    PATH=$scratch/bin:$PATH tour epoll >"$scratch/out" &&
        has_line "^System calls are not shown: strace can't trace here: strace: not permitted" "$scratch/out" &&
        has_line '^epoll +served +- +- +1 +1$' "$scratch/out" && nothing_left
}

for program in "$BUILD"/servers/*; do
    test_that "tells the truth of ${program##*/}" tells_of "${program##*/}"
    test_that "is plain text of 80 columns on a pipe, of ${program##*/}" is_plain "$scratch/${program##*/}"
done
test_that 'blocking lets the second wait' second_is blocking "WAITS in the kernel's queue, not accepted"
test_that 'epoll serves the second' second_is epoll 'connects and asks: SERVED'
if [ "$(ulimit -H -n)" != unlimited ] && [ "$(ulimit -H -n)" -lt 1100 ]; then
    skip 'select refuses above its limit' 'so many descriptors may not be had'
else
    test_that 'select refuses above its limit' refuses_above_its_limit
fi
test_that 'tells a refusal' tells_a_refusal
test_that 'colour on a terminal only' is_coloured
test_that 'ends in a visit by SIGINT' ends_by INT 'client 2  connects'
test_that 'ends in a visit by SIGTERM' ends_by TERM 'client 2  connects'
if can_trace; then
    test_that 'ends under strace by SIGINT' ends_by INT 'under strace'
    test_that 'ends under strace by SIGTERM' ends_by TERM 'under strace'
else
    skip 'ends under strace' "strace can't trace here"
fi
test_that 'ends with its reader' ends_with_its_reader
test_that 'goes on without strace' goes_on_without_strace
test_that 'refuses an unknown model' refused "unknown model 'epol' \(there are: .*epoll" servers/tour/tour.sh blocking epol
tap_end
