#!/bin/bash
# Our speed as a ratio to wrk's: the same server, which answers without looking
# and so is not the limit, on one CPU, the client on another, 64 connections.
# Pairs of runs in changing order, so that drift hits both alike.
# Usage: bench_loadgen.sh [PAIRS] (default 5). Exit 77 where it can't run.
set -u
build=${BUILD:-build}
pairs=${1:-5}
scratch=$(mktemp -d) || exit 2
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT

cannot() {
    echo "bench_loadgen: $1" >&2
    exit 77
}

command -v wrk >/dev/null || cannot 'wrk is not installed'
# The CPUs we may use, one a line.
mapfile -t cpus < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
    while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
[ "${#cpus[@]}" -ge 2 ] || cannot 'it takes two CPUs'

mkfifo "$scratch/ready"
taskset -c "${cpus[0]}" "$build/test/loadgen/tool_blind_uring" >"$scratch/ready" &
server=$!
read -r word _ address port <"$scratch/ready"
[ "${word:-}" = ready ] || { server=; cannot 'the io_uring server does not start'; }
url=http://$address:$port/

# Each prints "REQUESTS_PER_S CPU_US_PER_REQUEST".
ours() {
    taskset -c "${cpus[1]}" "$build/loadgen" -c 64 --duration 1s --warmup 100ms \
        --json - "$url" 2>/dev/null |
        sed -n 's/.*"requests_per_s":\([0-9.]*\).*"client":{"cpu_us_per_request":\([0-9.]*\).*/\1 \2/p'
}
theirs() {
    local TIMEFORMAT='cpu %U %S'
    {
        time taskset -c "${cpus[1]}" wrk -t1 -c64 -d1s "$url" 2>&1
    } 2>&1 | awk '
        / requests in / { requests = $1 }
        /^Requests\/sec:/ { rate = $2 }
        /^cpu / { cpu = $2 + $3 }
        END { print rate, cpu * 1e6 / requests }'
}

for ((pair = 1; pair <= pairs; pair++)); do
    if ((pair % 2)); then
        mine=$(ours)
        other=$(theirs)
    else
        other=$(theirs)
        mine=$(ours)
    fi
    echo "$mine $other" | tee -a "$scratch/pairs" |
        awk -v pair="$pair" '{ printf "pair %d: ours %6.0f/s %5.2f us, wrk %6.0f/s %5.2f us, ratios %.2f and %.2f\n",
            pair, $1, $2, $3, $4, $1 / $3, $2 / $4 }'
done

# Prints the minimum, median and maximum of column $1 / column $2.
spread() {
    awk -v a="$1" -v b="$2" '{ print $a / $b }' "$scratch/pairs" | sort -n |
        awk '{ ratio[NR] = $1 }
             END { printf "median %.2f (%.2f to %.2f)\n", (ratio[int((NR + 1) / 2)] + ratio[int((NR + 2) / 2)]) / 2, ratio[1], ratio[NR] }'
}
echo "requests per second, ours / wrk:    $(spread 1 3)"
echo "client CPU per request, ours / wrk: $(spread 2 4)"
"$build/test/loadgen/tool_record_speed"
