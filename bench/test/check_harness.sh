#!/bin/bash
# Proves the regression gate, and prints how good it is:
# 1. false alarms: the same source built twice, in two folders, and compared;
# 2. detection: slow-downs of known size planted in servers;
# 3. a load on the machine, switched on half-way, is no difference.
# Live gates are whole runs of `muxbench regress`. To have many more, gates are
# replayed from long recorded series of blocks, resampled five blocks at a time, and
# where nothing is planted with a coin for each block's sign: only the live ones
# could tell that the same source differs in two folders.
# Usage: bench/test/check_harness.sh [--quick]   (BUILD: where the programs are)
# Figures, series and chart are left in $BUILD/check-harness. Takes about 40
# minutes on a quiet machine, with --quick under 10.
# Exit: 0 as good as it should be, 1 not, 2 could not measure.
set -u -o pipefail

build=$(realpath "${BUILD:-build}")
out=$build/check-harness
servers='blocking threaded select poll epoll'
suite=bench/suites/regress.ini
case ${1:-} in
--quick) live=2 loaded=1 budget=60s loaded_budget=60s narrow=epoll null_blocks=14 planted_blocks=15 gates=400
    models=epoll plants='3 syscall stall' ;;
'') live=10 loaded=3 budget=3m narrow=$servers loaded_budget=2m null_blocks=40 planted_blocks=30 gates=1000
    models='epoll threaded' plants='1 2 3 6 syscall stall' ;;
*) echo 'check_harness: takes --quick or nothing' >&2 && exit 2 ;;
esac
# What a gate of 5 minutes has time for, at 1.5 s a block.
blocks_per_gate=200
# So many of each planted slow-down before the next one's turn: the work planted
# takes a fixed time, so that its share is smaller while the machine is slow.
blocks_in_turn=5
load=
trap '[ -z "$load" ] || kill "$load" 2>/dev/null' EXIT
trap 'exit 2' INT TERM

cannot() {
    echo "check_harness: $1" >&2
    exit 2
}

# A copy of the tree in the folder $1, built there.
copy_tree() {
    mkdir -p "$out/$1"
    tar -c --exclude=./build --exclude=./results --exclude=./.git . | tar -x -C "$out/$1"
    mkdir -p "$out/$1/results"
    env -u MAKEFLAGS -u MAKELEVEL -u BUILD make -s -j"$(nproc)" -C "$out/$1" BUILD=build \
        >"$out/$1.log" 2>&1 || cannot "the copy $out/$1 does not build: see $out/$1.log"
}

# A gate of the second copy against the first, which should find nothing, within
# the time $3; its figures go to $out/$1, its exit status to the file $2.
gate() {
    local status
    "$out/b/build/muxbench" regress --base "$out/a" --budget "$3" --servers "$narrow" --out "$out/$1" \
        >"$out/$1.txt" 2>"$out/$1.log"
    status=$?
    case $status in
    0) echo "$1: none slower" ;;
    1) echo "$1: SLOWER, which is a false alarm" ;;
    2) echo "$1: could not measure: see $out/$1.log" ;;
    3) echo "$1: could not tell" ;;
    *) cannot "$1 ended with $status" ;;
    esac
    echo "$status" >>"$out/$2"
}

live_gates() {
    local i
    for ((i = 1; i <= live; i++)); do
        gate "live-$i" live.txt "$budget"
    done
}

# Waits until half of the least number of blocks is measured (6 of 24 slices, of
# each server), then loads the machine until the gate has ended.
load_half_way() {
    local slices=$((144 * $(wc -w <<<"$narrow")))
    tail -n +2 -F --pid=$$ "$out/$1/slices.tsv" 2>/dev/null | sed -n "${slices}q"
    exec "$build/test/servers/tool_spin" 600
}

loaded_gates() {
    local i
    for ((i = 1; i <= loaded; i++)); do
        load_half_way "loaded-$i" &
        load=$!
        gate "loaded-$i" loaded.txt "$loaded_budget"
        kill "$load"
        load=
    done
}

# Records $4 blocks more of the servers $3, with $2 planted, in the series $1.
record() {
    PLANT=$2 "$build/test/bench/tool_record" "$out/a/build" "$out/planted" "$suite" "$4" "$3" \
        "$out/part.tsv" || cannot "the series $1 could not be recorded"
    [ -e "$out/$1.tsv" ] || head -n 1 "$out/part.tsv" >"$out/$1.tsv"
    tail -n +2 "$out/part.tsv" >>"$out/$1.tsv"
}

# The median of total CPU per request, in us, of the server $1.
cpu_us() {
    awk -F '\t' -v cell="$1 " 'index($2, cell) == 1 { print $9 }' "$out/null.tsv" |
        sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# How many turns of the planted loop make the server $1 cost a per cent more in
# all: by trial, because a slower server also makes its client wake up more often.
turns_per_percent() {
    local turns
    turns=$(awk -v t="$("$build/test/servers/tool_spin")" -v us="$(cpu_us "$1")" 'BEGIN { printf "%d", t * us * 0.03 }')
    record "trial-$1" "spin:$turns" "$1" 10
    "$build/test/bench/tool_replay" 1 1 "$out/null.tsv" trial "$out/trial-$1.tsv" |
        awk -F "\t" -v t="$turns" '{ print t / $13 }'
}

# A round of every slow-down $2 in the server $1, whose one per cent is $3 turns.
record_planted() {
    local plant what
    for plant in $2; do
        case $plant in
        [0-9]*) what=spin:$(awk -v t="$3" -v p="$plant" 'BEGIN { printf "%d", t * p }') ;;
        *) what=$plant ;;
        esac
        record "planted-$1-$plant" "$what" "$1" "$blocks_in_turn"
    done
}

record_all_planted() {
    local model round
    local -A turns
    for model in $models; do
        turns[$model]=$(turns_per_percent "$model")
    done
    for ((round = 0; round < planted_blocks / blocks_in_turn; round++)); do
        for model in $models; do
            record_planted "$model" "$plants" "${turns[$model]}"
        done
    done
}

replay_planted() {
    local model plant label
    for model in $models; do
        for plant in $plants; do
            label=$plant
            [[ $plant != [0-9]* ]] || label="$plant %"
            "$build/test/bench/tool_replay" "$gates" "$blocks_per_gate" "$out/null.tsv" \
                "$label" "$out/planted-$model-$plant.tsv" >>"$out/detection.tsv" ||
                cannot 'a series could not be replayed'
        done
    done
}

header='planted\tcell\tgates\tfound\tby_cpu\tby_rate\tshare\tlow\thigh\tblocks\tfalse_alarms\tunclear\tcpu_percent\trate_percent'

# What came of the gates whose statuses are in the file $2.
print_gates() {
    local n alarms low high
    n=$(wc -l <"$2")
    alarms=$(grep -c 1 "$2")
    read -r low high < <("$build/test/bench/tool_binomial" "$alarms" "$n")
    printf '%s: %d, false alarms: %d (%s to %s %%), could not tell: %d, could not measure: %d.\n' \
        "$1" "$n" "$alarms" "$low" "$high" "$(grep -c 3 "$2")" "$(grep -c 2 "$2")"
}

# The table of all that was found.
print_table() {
    awk -F '\t' '
        NR == 1 { next }
        $1 == "none" {
            printf "\nFalse alarms in %d replayed gates, the same source on both sides: %d (%.1f %%, %.1f to %.1f %%); %d could not tell.\n\n",
                $3, $11, 100 * $7, 100 * $8, 100 * $9, $12
            printf "%-9s %-20s %11s %11s  %-24s %7s %7s %7s\n", "planted", "in", "CPU/request", "requests/s", "found (95 % interval)", "by CPU", "by rate", "blocks"
            next
        }
        { printf "%-9s %-20s %+10.1f%% %+10.1f%%  %5.1f %% (%.1f to %.1f %%)%s %6.0f%% %6.0f%% %7d\n",
            $1, $2, $13, $14, 100 * $7, 100 * $8, 100 * $9, $7 == 1 ? "" : " ", 100 * $5 / $3, 100 * $6 / $3, $10 }
        ' "$out/detection.tsv"
    print_gates 'Live gates' "$out/live.txt"
    print_gates 'Gates with a load from half-way on' "$out/loaded.txt"
    echo "Intervals of replayed gates are those of resampling alone, from $null_blocks and $planted_blocks blocks a series."
}

# Fails, naming it, where the gate is less good than it should be.
check() {
    awk -F '\t' -v live="$(cat "$out/live.txt" "$out/loaded.txt" | grep -c 1)" \
        -v lost="$(cat "$out/live.txt" "$out/loaded.txt" | grep -c 2)" \
        -v told="$(grep -c 0 "$out/live.txt")" '
        function miss(text) { print "NOT AS IT SHOULD BE: " text; missed = 1 }
        $1 == "none" && $7 > 0.02 { miss("false alarms in more than 2 % of the replayed gates") }
        $1 ~ /^[3-9] %/ && $7 < 0.95 { miss($1 " in " $2 " found in less than 95 %") }
        $1 == "2 %" && $7 < 0.80 { miss($1 " in " $2 " found in less than 80 %") }
        END {
            if (live > 0) miss("a false alarm of a live gate")
            if (lost > 0) miss("a live gate that could not measure")
            if (told == 0) miss("no live gate could tell that nothing changed")
            exit missed
        }' "$out/detection.tsv"
}

rm -rf "$out"
mkdir -p "$out/planted/servers"
: >"$out/live.txt"
: >"$out/loaded.txt"
copy_tree a
copy_tree b
cp "$out/b/build/loadgen" "$out/planted/"
cp "$build"/planted/servers/* "$out/planted/servers/"
live_gates
loaded_gates
PLANT='' "$build/test/bench/tool_record" "$out/a/build" "$out/b/build" "$suite" "$null_blocks" \
    "$servers" "$out/null.tsv" || cannot 'the series without a plant could not be recorded'
printf '%b\n' "$header" >"$out/detection.tsv"
"$build/test/bench/tool_replay" "$gates" "$blocks_per_gate" "$out/null.tsv" >>"$out/detection.tsv" ||
    cannot 'a series could not be replayed'
record_all_planted
replay_planted
print_table
gnuplot -c plots/check-harness/detection.gp "$out" && echo "Chart: $out/detection.svg"
check
