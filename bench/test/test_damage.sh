#!/bin/bash
# Damaged runs from outside: report and --resume go on with what is left, tell
# what is not, and overwrite nothing that they could not read.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

tree=$scratch/tree
mkdir -p "$tree/build/servers" "$tree/bench/suites" "$tree/results"
cp "$build/muxbench" "$build/loadgen" "$tree/build/"
cp "$build/servers/epoll" "$tree/build/servers/"
cp bench/wrk.lua "$tree/bench/"
cp -r plots "$tree/plots"
muxbench=$tree/build/muxbench

cat >"$tree/bench/suites/tiny.ini" <<'SUITE'
[suite]
repeats = 3
duration = 20ms
warmup = 0s
[a]
servers = epoll
protocol = echo http
connections = 1 4
SUITE
"$muxbench" run --out "$scratch/good" --suite tiny --seed 7 >/dev/null 2>&1

# A fresh copy of a good run.
copy() { rm -rf "${scratch:?}/$1" && cp -r "$scratch/good" "$scratch/$1"; }

# What report and --resume read, and report never writes.
inputs() { (cd "$scratch/$1" && find meta.json suite.ini trials.jsonl hist log -type f -exec md5sum {} + 2>/dev/null | sort -k 2); }

# Reports the run $1; its inputs must stay as they are.
report() {
    local before status
    before=$(inputs "$1")
    "$muxbench" report "$scratch/$1" >"$scratch/table" 2>"$scratch/err"
    status=$?
    equal "$before" "$(inputs "$1")" && return $status
}

bad_lines_are_reported() {
    copy lines
    sed -i -e '2s/.*/garbage/' -e '5s/"schema":1/"schema":9/' \
        -e '7s/"suite":"tiny"/"suite":"other"/' "$scratch/lines/trials.jsonl"
    truncate -s -20 "$scratch/lines/trials.jsonl"
    report lines || return
    for what in '2: is no record' '5: newer schema 9' '7: is of another suite' '[0-9]+: torn'; do
        has_line "trials.jsonl:$what.*; left out" "$scratch/err" &&
            has_line "trials.jsonl:$what.*; left out" "$scratch/lines/report.html" || return
    done
    has_line '^  epoll +[14] ' "$scratch/table"
}

a_whole_run_says_nothing() {
    copy whole
    report whole && equal '' "$(cat "$scratch/err")" &&
        equal 0 "$(grep -c 'is damaged' "$scratch/whole/report.html")"
}

a_run_without_meta_is_reported() {
    for what in missing empty torn array; do
        copy meta
        case $what in
        missing) rm "$scratch/meta/meta.json" ;;
        empty) : >"$scratch/meta/meta.json" ;;
        torn) truncate -s 100 "$scratch/meta/meta.json" ;;
        array) echo '[1]' >"$scratch/meta/meta.json" ;;
        esac
        report meta || return
        equal 1 "$(wc -l <"$scratch/err")" && has_line 'meta/meta.json:' "$scratch/err" &&
            has_line 'kernel unknown' "$scratch/meta/report.html" &&
            has_line 'meta/meta.json:' "$scratch/meta/report.html" || return
    done
}

# Refused, and the run's folder is as it was, drawn things included.
untouched() {
    local dir=$1 message=$2
    cp -r "$scratch/$dir" "$scratch/before-$dir"
    "${@:3}" >"$scratch/out" 2>"$scratch/err"
    equal 2 $? && has_line "$message" "$scratch/err" &&
        diff -r "$scratch/before-$dir" "$scratch/$dir"
}

what_is_refused_is_untouched() {
    copy newer && sed -i 's/"schema": 1/"schema": 2/' "$scratch/newer/meta.json"
    copy empty && : >"$scratch/empty/trials.jsonl"
    copy garbage && head -c 100000 /dev/urandom >"$scratch/garbage/trials.jsonl"
    copy gone && rm "$scratch/gone/trials.jsonl"
    copy torn && truncate -s 100 "$scratch/torn/meta.json"
    copy seedless && sed -i '/"seed"/d' "$scratch/seedless/meta.json"
    untouched newer 'newer/meta.json:1: newer schema 2' "$muxbench" report "$scratch/newer" &&
        untouched empty 'holds no finished trial' "$muxbench" report "$scratch/empty" &&
        untouched garbage 'holds no finished trial' "$muxbench" report "$scratch/garbage" &&
        untouched gone 'gone: holds no run' "$muxbench" report "$scratch/gone" &&
        untouched torn 'torn/meta.json:' "$muxbench" run --resume "$scratch/torn" &&
        untouched seedless 'seedless/meta.json: tells no seed' "$muxbench" run --resume "$scratch/seedless"
}

bad_histograms_leave_a_report() {
    local file
    copy hist
    for file in "$scratch"/hist/hist/*; do echo garbage >"$file"; done
    report hist && has_line '\.hgrm: no histogram' "$scratch/err" &&
        [ ! -e "$scratch/hist/plots/percentiles.svg" ] && [ -s "$scratch/hist/plots/cpu.svg" ] &&
        has_line '</html>' "$scratch/hist/report.html"
}

resuming_measures_what_is_lost() {
    local lost line lines
    copy resumed
    lines=$(wc -l <"$scratch/resumed/trials.jsonl")
    # one that was not repeated for noise, which would stand for it
    lost=$(grep -o '"trial":[0-9]*,' "$scratch/resumed/trials.jsonl" | sort | uniq -u | head -n 1)
    line=$(grep -n "$lost" "$scratch/resumed/trials.jsonl" | cut -d : -f 1)
    sed -i "$line"'s/^{/[/' "$scratch/resumed/trials.jsonl"
    cp "$scratch/resumed/trials.jsonl" "$scratch/damaged"
    "$muxbench" run --resume "$scratch/resumed" --no-report 2>"$scratch/err" || return
    equal 1 "$(grep -c "trials.jsonl:$line: is no record" "$scratch/err")" &&
        cmp <(head -n "$lines" "$scratch/resumed/trials.jsonl") "$scratch/damaged" &&
        tail -n "+$((lines + 1))" "$scratch/resumed/trials.jsonl" >"$scratch/again" &&
        has_line "$lost" "$scratch/again" &&
        equal 1 "$(grep -c '"retry":0' "$scratch/again")"
}

test_that 'bad lines are reported, and the rest is used' bad_lines_are_reported
test_that 'a whole run says nothing' a_whole_run_says_nothing
test_that 'a run without meta.json is reported' a_run_without_meta_is_reported
test_that 'what is refused is untouched' what_is_refused_is_untouched
test_that 'bad histograms leave a report' bad_histograms_leave_a_report
test_that 'resuming measures what is lost' resuming_measures_what_is_lost
tap_end
