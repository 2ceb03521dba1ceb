#!/bin/bash
# Baselines from outside, made of runs that are written by hand.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

tree=$scratch/tree
mkdir -p "$tree/build" "$tree/bench/suites" "$tree/results"
cp "$build/muxbench" "$tree/build/"
cp -r plots "$tree/plots"
muxbench=$tree/build/muxbench
baselines=$tree/results/baselines

# A record of the trial $1: server $2, status $3.
record() {
    printf '{"schema":1,"trial":%d,"suite":"tiny","repeat":0,"retry":0,' "$1"
    printf '"server":"%s","protocol":"http","tool":"loadgen","engine":"epoll",' "$2"
    printf '"connections":4,"payload_bytes":0,"pipeline":1,"workers":null,'
    printf '"server_cpus":"0","client_cpus":"1","placement":"apart","keep_awake":true,'
    printf '"started":"2026-11-2%dT10:00:00.000Z","status":"%s",' "$1" "$3"
    printf '"histogram":"hist/%d.hgrm","result":{"requests":1000,"requests_per_s":5000,' "$1"
    printf '"connections_served":4,"errors":{"total":0},"verdict":"ok",'
    printf '"total":{"cpu_us_per_request":7.5},"latency_ns":{"service":{"p50":5000,"p99":9000}}}}\n'
}

# Makes the run results/$1 of the records on stdin.
make_run() {
    local run=$tree/results/$1
    mkdir -p "$run/hist" "$run/log"
    cat >"$run/trials.jsonl"
    echo '{"schema":1,"suite":"tiny","machine":{"host":"here","kernel":{"release":"6.1"},"cpu":{"model":"X"}}}' >"$run/meta.json"
    echo '[a]' >"$run/suite.ini"
    echo 'hist' >"$run/hist/1.hgrm"
    ln -sfn "$1" "$tree/results/latest"
}

{ record 2 poll ok && record 1 epoll ok && record 3 fork failed; } | make_run one

the_last_run_is_saved_by_default() {
    "$muxbench" baseline save first >"$scratch/out" || return
    has_line "^Baseline: $baselines/first$" "$scratch/out" &&
        equal 'meta.json suite.ini trials.jsonl' "$(cd "$baselines/first" && echo *)" &&
        equal first "$(find "$baselines" -mindepth 1 -maxdepth 1 -printf %f)" &&
        equal 3 "$(wc -l <"$baselines/first/trials.jsonl")" &&
        equal 0 "$(grep -c histogram "$baselines/first/trials.jsonl")" &&
        cmp "$tree/results/one/suite.ini" "$baselines/first/suite.ini"
}

it_is_read_like_a_run() {
    local row
    "$muxbench" baseline show first >"$scratch/shown" || return
    "$muxbench" report "$tree/results/one" 2>/dev/null >"$scratch/run"
    "$muxbench" report first >"$scratch/report" 2>"$scratch/err" || return
    for row in '  epoll .*' '  fork .*'; do
        equal "$(grep -E "^$row" "$scratch/run")" "$(grep -E "^$row" "$scratch/report")" &&
            equal "$(grep -E "^$row" "$scratch/run")" "$(grep -E "^$row" "$scratch/shown")" || return
    done
    has_line '2 trials have no histogram' "$scratch/err" &&
        equal 1 "$(wc -l <"$scratch/err")"
}

a_save_from_a_named_run() {
    record 7 select ok | make_run two
    "$muxbench" baseline save second.x_y-Z one >/dev/null &&
        equal 3 "$(wc -l <"$baselines/second.x_y-Z/trials.jsonl")"
}

the_list_tells_what_they_are() {
    mkdir "$baselines/empty" && cp -r "$baselines/first" "$baselines/torn" &&
        truncate -s -9 "$baselines/torn/trials.jsonl" &&
        cp -r "$baselines/first" "$baselines/newer" &&
        sed -i 's/"schema": 1/"schema": 9/' "$baselines/newer/meta.json" &&
        cp -r "$baselines/first" "$baselines/bare" && : >"$baselines/bare/trials.jsonl" || return
    "$muxbench" baseline list >"$scratch/list" 2>"$scratch/err" || return
    equal '' "$(cat "$scratch/err")" &&
        equal 7 "$(wc -l <"$scratch/list")" &&
        has_line '^first +2026-11-21 +6.1 +here +tiny +3 +2 +[0-9]+  X$' "$scratch/list" &&
        has_line '^empty +damaged: .*meta.json: No such file' "$scratch/list" &&
        has_line '^torn +damaged: .*trials.jsonl:3: torn' "$scratch/list" &&
        has_line '^newer +damaged: .*meta.json:1: newer schema 9' "$scratch/list" &&
        has_line '^bare +damaged: no finished trial' "$scratch/list"
}

one_is_shown() {
    "$muxbench" baseline show first >"$scratch/shown" &&
        has_line '^date +2026-11-21T10' "$scratch/shown" &&
        has_line '^trials +2$' "$scratch/shown" &&
        has_line '^cells +3$' "$scratch/shown" && has_line '^  epoll +4 ' "$scratch/shown"
}

an_unfinished_run_is_told() {
    record 1 epoll ok | make_run part
    "$muxbench" baseline save whole part 2>"$scratch/err" && equal '' "$(cat "$scratch/err")" || return
    sed -i 's/"suite"/"trials":3,"suite"/' "$tree/results/part/meta.json"
    "$muxbench" baseline save part part 2>"$scratch/err" &&
        has_line 'part: has 1 of its 3 trials; the rest: muxbench run --resume .*/part$' "$scratch/err"
}

nothing_is_replaced() {
    cp -r "$baselines/first" "$scratch/before"
    refused "baseline 'first' exists already: remove $baselines/first to replace it, or save under another name" \
        "$muxbench" baseline save first two && diff -r "$scratch/before" "$baselines/first"
}

what_cannot_be_saved_is_refused() {
    local name
    record 1 fork failed | make_run failed
    : | make_run nothing
    for name in a/b ../x .x 'a b' ä; do
        refused "'.*' can't name a baseline" "$muxbench" baseline save "$name" one || return
    done
    refused 'holds no finished trial' "$muxbench" baseline save x failed &&
        refused 'holds no finished trial' "$muxbench" baseline save x nothing &&
        refused 'is no run' "$muxbench" baseline save x nowhere &&
        refused "there is no baseline 'frist' \(did you mean 'first'" "$muxbench" baseline show frist &&
        refused "there is no baseline '\.\./one'" "$muxbench" baseline show ../one &&
        refused "unknown 'sav' \(did you mean 'save'" "$muxbench" baseline sav &&
        refused 'baseline what' "$muxbench" baseline &&
        refused 'baseline save NAME \[RUN\]' "$muxbench" baseline save &&
        refused 'baseline list' "$muxbench" baseline list x &&
        refused "takes no 'z'" "$muxbench" baseline save x y z &&
        [ ! -e "$baselines/x" ]
}

a_full_disk_leaves_nothing() {
    local i
    for i in $(seq 100 400); do record "$i" "s$i" ok; done | make_run big
    (ulimit -f 12 && exec "$muxbench" baseline save big big) 2>"$scratch/err"
    equal 2 $? && has_line "baselines/big: can't be written: File too large" "$scratch/err" &&
        equal '' "$(find "$baselines" -name '*big*')"
}

# Killed at each of the renames: three files, then the folder.
a_kill_leaves_no_half() {
    local rename
    for rename in 1 2 3 4; do
        strace -o /dev/null -e trace='?rename,?renameat,?renameat2' \
            -e inject='?rename,?renameat,?renameat2':signal=KILL:when=$rename \
            "$muxbench" baseline save killed one
        equal 137 $? && [ -e "$baselines/.killed.new" ] && [ ! -e "$baselines/killed" ] || return
        "$muxbench" baseline list | grep killed && return 1
    done
    "$muxbench" baseline save killed one && [ ! -e "$baselines/.killed.new" ] &&
        diff -r "$baselines/second.x_y-Z" "$baselines/killed"
}

two_at_once_are_one() {
    mkdir "$baselines/.both.new"
    refused 'is being saved by another' \
        flock "$baselines/.both.new" "$muxbench" baseline save both one
}

git_ignores_what_is_drawn() {
    local repo=$scratch/repo
    mkdir "$repo" && git -C "$repo" init -q && mkdir -p "$repo/results/baselines/.b.new" \
        "$repo/results/baselines/a/plots" "$repo/results/run" || return
    cp results/.gitignore "$repo/results/"
    touch "$repo"/results/{run/meta.json,baselines/.b.new/meta.json} \
        "$repo"/results/baselines/a/{meta.json,cells.tsv,labels.gp,report.html,plots/a.svg}
    equal 'results/.gitignore results/baselines/a/meta.json' \
        "$(git -C "$repo" ls-files -co --exclude-standard | xargs)"
}

test_that 'the last run is saved by default' the_last_run_is_saved_by_default
test_that 'a baseline is read like a run' it_is_read_like_a_run
test_that 'another run can be named' a_save_from_a_named_run
test_that 'the list tells what they are, and what is damaged' the_list_tells_what_they_are
test_that 'one is shown' one_is_shown
test_that 'an unfinished run is told' an_unfinished_run_is_told
test_that 'nothing is replaced' nothing_is_replaced
test_that 'what cannot be saved is refused' what_cannot_be_saved_is_refused
test_that 'a full disk leaves nothing' a_full_disk_leaves_nothing
if strace -o /dev/null true 2>/dev/null; then
    test_that 'a kill leaves no half' a_kill_leaves_no_half
else
    skip 'a kill leaves no half' 'strace does not work here'
fi
test_that 'two at once are one' two_at_once_are_one
test_that 'git ignores what is drawn' git_ignores_what_is_drawn
tap_end
