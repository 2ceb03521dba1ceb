#!/bin/bash
# Comparing from outside: the real program on runs that were written by hand.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

# A tree of its own, so that results/ is the test's.
tree=$scratch/tree
mkdir -p "$tree/build" "$tree/bench/suites" "$tree/results"
cp "$build/muxbench" "$tree/build/"
cp -r plots "$tree/plots"
muxbench=$tree/build/muxbench
cd "$scratch" || exit 1

# Writes the run $1 on kernel $2, boot $3: $5 trials each of two cells, epoll $4
# times as fast as poll.
make_run() {
    mkdir -p "$1"
    cat >"$1/meta.json" <<END
{"schema": 1, "machine": {"kernel": {"release": "$2", "boot_id": "$3"}, "cpu": {"model": "x"}}}
END
    awk -v speed="$4" -v n="$5" 'BEGIN {
        for (i = 0; i < 2 * n; i++) {
            rate = 1000 * (i % 2 ? 1 : speed) * (1 + i / 1000)
            printf "{\"schema\":1,\"trial\":%d,\"status\":\"ok\",\"server\":\"%s\"," \
                "\"protocol\":\"http\",\"tool\":\"loadgen\",\"engine\":\"epoll\"," \
                "\"connections\":16,\"payload_bytes\":0,\"pipeline\":1,\"workers\":null," \
                "\"server_cpus\":\"0\",\"client_cpus\":\"1\",\"placement\":\"apart\"," \
                "\"keep_awake\":true,\"result\":{\"requests\":1000,\"requests_per_s\":%f," \
                "\"connections_served\":16,\"total\":{\"cpu_us_per_request\":%f}," \
                "\"latency_ns\":{\"service\":{\"p50\":5000,\"p99\":%f}}}}\n",
                i, i % 2 ? "poll" : "epoll", rate, 1e4 / rate, 1e7 / rate
        }
    }' >"$1/trials.jsonl"
}

make_run base 6.1 boot 1 8
make_run same 6.1 boot 1.001 8
make_run slower 6.1 boot 0.8 8
make_run faster 6.1 boot 1.25 8
make_run few 6.1 boot 2 1

# Compares with the options and runs given; fails unless it exits with $1.
# stdout is in the file out, stderr in err.
compare() {
    local expected=$1
    shift
    "$muxbench" compare "$@" >out 2>err
    equal "$expected" $? || { cat out err && return 1; }
}

last_line_is() { equal "$1" "$(tail -n 1 out)"; }

the_table_tells_what_changed() {
    compare 0 base slower && last_line_is 'verdict: slower' &&
        has_line '^A: base, kernel 6.1 \(base\)$' out && has_line '^B: slower, kernel 6.1$' out &&
        has_line '^unit: trials$' out &&
        has_line '^2 cells compared, resting on 32 trials\.' out &&
        has_line '^2 slower, 0 faster, 2 same, 0 unclear of 4 that gate:$' out &&
        has_line '^slower +\+25\.[0-9] % .* total CPU/request +8,8 +epoll http c=16$' out &&
        has_line '^slower +-20\.[0-9] % .* requests/s +8,8 +epoll http c=16$' out &&
        equal 0 "$(awk 'length > 100 && !/compared/' out | wc -l)"
}

the_gate_is_the_exit_status() {
    compare 0 --gate base same && last_line_is 'verdict: same' &&
        compare 0 --gate base faster && last_line_is 'verdict: faster' &&
        compare 1 --gate base slower && last_line_is 'verdict: slower' &&
        compare 3 --gate base few && last_line_is 'verdict: unclear' &&
        has_line '^unclear \(n too small\) +\+98\.[0-9] % +- +requests/s +8,1 ' out
}

the_least_effect_decides() {
    compare 0 --gate --min-effect 30% base slower && last_line_is 'verdict: same'
}

charts_and_report_are_drawn() {
    rm -rf "$tree"/results/compare-*
    compare 0 base slower && has_line "^Charts: $tree/results/compare-base-slower/plots/\$" out &&
        has_line "^Report: $tree/results/compare-base-slower/report.html\$" out &&
        has_line '</html>' "$tree/results/compare-base-slower/report.html" &&
        [ -s "$tree/results/compare-base-slower/plots/forest.svg" ] &&
        compare 0 --markdown base slower && has_line '^Report: ' err &&
        equal 0 "$(grep -c '^Report: ' out)"
}

# The verdict stands all the same, so that a gate needs no gnuplot.
missing_gnuplot_is_told() {
    local path=$PATH
    PATH=$scratch
    compare 0 base slower
    local plain=$?
    shown=$(<out) told=$(<err)
    compare 1 --gate base slower
    local gate=$?
    PATH=$path
    equal 0 "$plain" && equal 0 "$gate" && last_line_is 'verdict: slower' &&
        equal 'verdict: slower' "${shown##*$'\n'}" && [[ $told = *'gnuplot is not installed'* ]]
}

# The number $2 of the first result of cell $3 and metric $4 in the file $1.
number() {
    awk -F, -v want="$2" -v server="$3" -v metric="$4" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
        NR > 1 && $1 == server && $column["metric"] == metric { print $column[want]; exit }' "$1"
}

swapped_sides_invert_the_ratio() {
    compare 0 --csv base slower && cp out there && compare 0 --csv slower base || return
    local what
    for what in ratio,ratio low,high high,low; do
        awk -v x="$(number there "${what%,*}" epoll requests_per_s)" \
            -v y="$(number out "${what#*,}" epoll requests_per_s)" \
            'BEGIN { exit !(x > 0 && x * y > 0.9999 && x * y < 1.0001) }' ||
            { echo "$what:" && cat there out && return 1; }
    done
}

# What it takes to read them is not installed everywhere; the forms themselves
# are tested in test_compare.c.
files_are_written_beside_the_table() {
    compare 1 --gate --json changes.json --junit junit.xml base slower &&
        last_line_is 'verdict: slower' && has_line '"verdict": "slower",' changes.json &&
        has_line '"metric": "total.cpu_us_per_request",' changes.json &&
        has_line '<testsuite .* tests="4" failures="2" errors="0" skipped="0">' junit.xml
}

stdout_is_for_one() {
    compare 1 --gate --json - base slower && equal '{' "$(head -n 1 out)" && last_line_is '}' &&
        has_line '^verdict: slower$' err && has_line '^slower ' err &&
        compare 0 --csv base slower && equal 9 "$(wc -l <out)" && has_line '^slower ' err &&
        compare 0 --junit - base slower && last_line_is '</testsuite>' &&
        compare 0 --markdown base slower && has_line '^\| slower \| ' out &&
        last_line_is 'verdict: slower' && equal 0 "$(grep -c '^slower ' err)" &&
        refused '--csv: stdout is already taken by --json' "$muxbench" compare --csv --json - base slower &&
        refused "is the file of --json" "$muxbench" compare --json x --junit x base slower
}

unwritable_outputs_are_found_first() {
    refused "--json: cannot write '/nowhere/x': No such file" \
        "$muxbench" compare --json /nowhere/x base slower &&
        refused "--junit: cannot write '$scratch'" "$muxbench" compare --junit "$scratch" base slower &&
        compare 2 --json /dev/full base slower && has_line "--json: cannot write '/dev/full'" err || return
    "$muxbench" compare --csv base slower >/dev/full 2>err
    equal 2 $? && has_line "--csv: cannot write '-'" err || return
    "$muxbench" compare base slower >/dev/full 2>err
    equal 2 $? && has_line "stdout: can't be written" err
}

runs_of_one_kernel_are_pooled_by_boot() {
    local i
    for i in 1 2 3 4 5; do
        make_run "old-$i" 6.1 "old-boot-$i" "1.00$i" 2
        make_run "new-$i" 6.12 "new-boot-$i" "0.80$i" 2
    done
    compare 1 --gate old-[1-5] new-[1-5] && has_line '^unit: boots, 5 of 6.1, 5 of 6.12$' out &&
        has_line '^A: 6.1, old-1, old-2, old-3, old-4, old-5 \(base\)$' out &&
        has_line '^slower .* requests/s +5,5 +epoll http c=16$' out &&
        equal 0 "$(grep -c '^warning: n = 1 boot' out)" &&
        compare 3 --gate old-1 new-1 && has_line '^unit: trials$' out &&
        has_line '^warning: n = 1 boot each' out
}

several_runs_are_held_against_the_first() {
    compare 0 base slower faster && has_line '^C: faster, kernel 6.1$' out &&
        has_line '^slower +B +-20\.' out && has_line '^faster +C +\+25\.' out
}

cells_of_one_side_are_listed() {
    sed 's/"poll"/"select"/' base/trials.jsonl >select.jsonl
    mkdir -p other && cp base/meta.json other && cp select.jsonl other/trials.jsonl
    compare 0 base other && has_line '^Not on all sides \(2\):$' out &&
        has_line '^  poll http c=16: only in A$' out && has_line '^  select http c=16: only in B$' out &&
        sed -i 's/"connections":16/"connections":17/' other/trials.jsonl &&
        compare 2 base other && has_line 'nothing to compare' err
}

the_newest_runs_are_the_default() {
    refused 'not two runs in results/' "$muxbench" compare || return
    make_run "$tree/results/20260101T000000Z-h-6.1" 6.1 a 1 8
    make_run "$tree/results/20260102T000000Z-h-6.1" 6.1 a 1 8
    make_run "$tree/results/20260103T000000Z-h-6.12" 6.12 b 1 8
    make_run "$tree/results/20260104T000000Z-h-6.12" 6.12 b 1 8
    ln -s 20260104T000000Z-h-6.12 "$tree/results/latest"
    compare 0 && has_line '^A: 20260102T000000Z-h-6.1, ' out &&
        has_line '^B: 20260104T000000Z-h-6.12, ' out &&
        compare 0 20260101T000000Z-h-6.1 latest && has_line '^B: 20260104T000000Z-h-6.12, ' out
}

bad_records_are_named_and_the_rest_is_used() {
    make_run damaged 6.1 boot 0.8 8
    sed -i '3s/.*/{"schema":1,"torn/; 4s/.*/[]/' damaged/trials.jsonl
    compare 1 --gate base damaged && has_line 'damaged/trials.jsonl:3: is no record' err &&
        has_line 'damaged/trials.jsonl:4: is no record' err &&
        has_line '^warning: B is damaged: .*/damaged/trials.jsonl:3: .*; and 1 more faults$' out &&
        has_line '^slower .* 8,7 +epoll http c=16$' out &&
        rm damaged/meta.json && compare 1 --gate base damaged &&
        has_line '^B: damaged, kernel unknown$' out
}

baselines_of_other_machines_do_not_gate() {
    local baselines=$tree/results/baselines
    mkdir -p "$baselines"
    make_run "$baselines/elsewhere" 6.1 boot 1 8
    sed -i 's/"model": "x"/"model": "y"/' "$baselines/elsewhere/meta.json"
    refused 'a baseline of another machine' "$muxbench" compare --gate elsewhere slower &&
        compare 0 elsewhere slower && has_line '^warning: the CPU model differs' out &&
        compare 1 --gate --anyway elsewhere slower && last_line_is 'verdict: slower'
}

runs_that_are_none_are_named() {
    make_run newer 6.1 boot 1 8
    echo '{"schema": 99}' >newer/meta.json
    mkdir -p empty && cp base/meta.json empty && : >empty/trials.jsonl
    compare 2 --gate base newer && has_line 'newer/meta.json:1: newer schema 99' err &&
        compare 2 --gate base empty && has_line 'empty: holds no finished trial' err &&
        refused '/nowhere: is no run' "$muxbench" compare base /nowhere
}

wrong_usage_is_told_in_one_line() {
    refused 'with what is base to be compared' "$muxbench" compare base &&
        refused "base/../base is given twice" "$muxbench" compare base base/../base &&
        refused "'3' is not a percentage like 3%" "$muxbench" compare --min-effect 3 base slower &&
        refused '0% is out of range' "$muxbench" compare --min-effect 0% base slower &&
        refused "unknown option '--gates' \(did you mean 'gate'\?\)" "$muxbench" compare --gates base slower
}

nothing_is_written_into_the_runs() {
    mkdir -p bare && cp -r base slower bare/
    chmod -R a-w bare
    local before after
    before=$(find bare | sort)
    compare 0 bare/base bare/slower
    local status=$?
    after=$(find bare | sort)
    chmod -R u+w bare
    equal 0 "$status" && equal "$before" "$after"
}

test_that 'the table tells what changed' the_table_tells_what_changed
test_that 'the gate is the exit status' the_gate_is_the_exit_status
test_that 'the least effect decides' the_least_effect_decides
test_that 'charts and report are drawn' charts_and_report_are_drawn
test_that 'missing gnuplot is told' missing_gnuplot_is_told
test_that 'swapped sides invert the ratio' swapped_sides_invert_the_ratio
test_that 'files are written beside the table' files_are_written_beside_the_table
test_that 'stdout is for one' stdout_is_for_one
test_that 'unwritable outputs are found first' unwritable_outputs_are_found_first
test_that 'runs of one kernel are pooled by boot' runs_of_one_kernel_are_pooled_by_boot
test_that 'several runs are held against the first' several_runs_are_held_against_the_first
test_that 'cells of one side are listed' cells_of_one_side_are_listed
test_that 'the newest runs are the default' the_newest_runs_are_the_default
test_that 'bad records are named and the rest is used' bad_records_are_named_and_the_rest_is_used
test_that 'baselines of other machines do not gate' baselines_of_other_machines_do_not_gate
test_that 'runs that are none are named' runs_that_are_none_are_named
test_that 'wrong usage is told in one line' wrong_usage_is_told_in_one_line
test_that 'nothing is written into the runs' nothing_is_written_into_the_runs
tap_end
