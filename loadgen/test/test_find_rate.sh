#!/bin/bash
# --find-rate: the curve that it walks, on the same connections all the way.
# TAP on stdout.
set -u
. common/test/tap.sh
loadgen=$build/loadgen
short=(-c 4 --duration 60ms --warmup 20ms --timeout 1s)

# Starts the server $1 (epoll); its address is in $url.
start_server() {
    local word address port
    mkfifo "$scratch/ready"
    "$build/servers/${1:-epoll}" --stats "$scratch/stats" >"$scratch/ready" &
    server=$!
    read -r word _ address port <"$scratch/ready"
    rm "$scratch/ready"
    equal ready "$word" && url=http://$address:$port/
}

stop_server() {
    kill "$server" && wait "$server"
}

# Runs it with the options after $1, which is what it must exit with.
finds() {
    local expected=$1
    shift
    "$loadgen" "${short[@]}" "$@" "$url" >"$scratch/curve" 2>"$scratch/err"
    equal "$expected" $? || { cat "$scratch/curve" "$scratch/err" && return 1; }
}

no_rate_is_slow_enough() {
    finds 1 --find-rate 'p50<1ns' --rate 50 &&
        has_line '^# rate_per_s	requests_per_s	p50_us	p99_us	p50_us	answer	verdict$' "$scratch/curve" &&
        equal 2 "$(grep -c '^50	.*	missed	' "$scratch/curve")" &&
        equal 4 "$(wc -l <"$scratch/curve")" &&
        has_line "^# not even 50/s has p50<1ns$" "$scratch/curve"
}

# It is found, or this machine is too busy to tell; the way there is a plot.
a_rate_is_found() {
    "$loadgen" "${short[@]}" --find-rate 'p90 < 20ms' --json "$scratch/json" "$url" \
        >"$scratch/curve" 2>"$scratch/err"
    local status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { cat "$scratch/err" && return 1; }
    has_line '^100	[0-9.]+	nan	nan	[0-9.]+	(met|missed|unknown)	(ok|generator-bound|invalid)$' "$scratch/curve" &&
        has_line '"find_rate":\{"target":"p90 < 20ms","rate_per_s":([0-9]+|null),"steps":\[\{"rate_per_s":100,' "$scratch/json" &&
        equal "$(grep -vc '^#' "$scratch/curve")" \
            "$(grep -o '"answer":' "$scratch/json" | wc -l)" &&
        { [ "$status" -eq 3 ] || has_line '^# [0-9]+/s is the highest rate with p90 < 20ms$' "$scratch/curve"; }
}

# 4 connections a run, and not 4 for each step; a busy machine may leave one now
# and then with a request in flight, and that is opened again.
connections_stay_open() {
    local steps accepted
    steps=$(grep -vc '^#' "$scratch/curve")
    stop_server || return 1
    accepted=$(sed 's/[^0-9]*\([0-9]*\).*/\1/' "$scratch/stats")
    echo "$accepted accepted in $steps steps"
    [ "$accepted" -le $((8 + steps)) ]
}

# The record alone is on stdout, and the curve goes with the messages.
stdout_is_for_one() {
    start_server || return 1
    finds 1 --find-rate 'max<1ns' --json - &&
        equal 1 "$(wc -l <"$scratch/curve")" && has_line '^100	' "$scratch/err"
}

# A rate at which some connections never get a reply meets no goal, neither the
# first time nor, with those that are left, the next.
starving_meets_no_goal() {
    stop_server && start_server blocking || return 1
    finds 1 --find-rate 'p50<10s' --timeout 100ms &&
        equal 0 "$(grep -c '	met	' "$scratch/curve")"
}

a_dead_server_ends_it() {
    stop_server
    "$loadgen" "${short[@]}" --find-rate 'p99<1ms' "$url" >"$scratch/curve" 2>"$scratch/err"
    equal 1 $? && has_line 'Connection refused' "$scratch/err"
}

test_that 'a server to measure' start_server
test_that 'not even the first rate' no_rate_is_slow_enough
test_that 'a rate is found' a_rate_is_found
test_that 'connections stay open between steps' connections_stay_open
test_that 'the record alone is on stdout' stdout_is_for_one
test_that 'where connections starve, no rate is met' starving_meets_no_goal
test_that 'a dead server ends it' a_dead_server_ends_it
tap_end
