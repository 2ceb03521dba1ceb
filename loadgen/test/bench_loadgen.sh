#!/bin/bash
# How fast our generator is, as ratios to wrk's figures, with others beside it.
# All drive the same server, which answers without looking and so is not the
# limit: it on one CPU, the client alone on another. Every round runs each
# client once, in changing order, so that drift hits all alike; ratios are
# taken within a round.
# Usage: bench_loadgen.sh [ROUNDS [CONNECTIONS...]] (default 5, and 1 64 256)
# Environment: BUILD; PAIRS and CONNECTIONS where no argument is given; CLIENTS,
# which to run, wrk among them (wrk epoll uring h2load ab).
# Exit: 0 measured (the table says which targets were met), 2 a run failed,
# 77 can't run here.
set -u
build=${BUILD:-build}
rounds=${1:-${PAIRS:-5}}
shift
read -ra connections <<<"${*:-${CONNECTIONS:-1 64 256}}"
here=$(dirname "$0")
scratch=$(mktemp -d) || exit 2
servers=()
trap '[ "${#servers[@]}" -eq 0 ] || kill "${servers[@]}"; rm -rf "$scratch"' EXIT

cannot() {
    echo "bench_loadgen: $1" >&2
    exit 77
}

# Starts the server with the arguments, and sets `url` and `pid`.
start_server() {
    local word address port
    rm -f "$scratch/ready"
    mkfifo "$scratch/ready"
    taskset -c "$server_cpu" "$build/test/loadgen/tool_blind_uring" "$@" >"$scratch/ready" &
    pid=$!
    read -r word _ address port <"$scratch/ready"
    [ "${word:-}" = ready ] || cannot 'the io_uring server does not start'
    servers+=("$pid")
    url=http://$address:$port/
}

# Runs a client, its CPU time as the last line.
client() {
    local TIMEFORMAT='cpu %U %S'
    { time taskset -c "$client_cpu" "$@" 2>/dev/null; } 2>&1
}

# Each prints "REQUESTS SECONDS CPU_SECONDS", given the number of connections.
ours() {
    client "$build/loadgen" --engine "$1" -c "$2" --duration 1s --warmup 0s --json - "$url" |
        sed -n 's/.*"duration_s":\([0-9.]*\).*"requests":\([0-9]*\).*/\2 \1/p; s/^cpu \([0-9.]*\) \([0-9.]*\)$/\1 \2/p' |
        paste -sd' ' | awk '{ print $1, $2, $3 + $4 }'
}
run_epoll() { ours epoll "$1"; }
run_uring() { ours uring "$1"; }
run_wrk() {
    client wrk -t1 -c"$1" -d1s "$url" | awk '
        / requests in / { requests = $1 }
        /^Requests\/sec:/ { rate = $2 }
        /^cpu / { print requests, requests / rate, $2 + $3 }'
}
run_h2load() {
    client h2load --h1 -t1 -c"$1" -D1 "$url" | awk '
        /^finished in / { rate = $4 }
        /^requests: / { requests = $6 }
        /^cpu / { print requests, requests / rate, $2 + $3 }'
}
run_ab() {
    client ab -q -k -c "$1" -t 1 -n 1000000 "$keep_alive_url" | awk '
        /^Time taken for tests:/ { seconds = $5 }
        /^Complete requests:/ { requests = $3 }
        /^cpu / { print requests, seconds, $2 + $3 }'
}

# Prints the p99 of the send lag in ns, of an open loop at 50,000 a second.
send_lag() {
    taskset -c "$client_cpu" "$build/loadgen" --engine "$1" -c 64 --rate 50000 \
        --duration 1s --json - "$url" 2>/dev/null |
        sed -n 's/.*"send_lag":{[^}]*"p99":\([0-9]*\).*/\1/p'
}

# CPU ticks of the servers until now.
server_ticks() {
    local pid ticks=0
    for pid in "${servers[@]}"; do
        ticks=$((ticks + $(awk '{ print $14 + $15 }' "/proc/$pid/stat")))
    done
    echo "$ticks"
}

# Ticks that the two CPUs were busy until now.
busy_ticks() {
    awk -v a="cpu$server_cpu" -v b="cpu$client_cpu" \
        '$1 == a || $1 == b { busy += $2 + $3 + $4 + $7 + $8 + $9 } END { print busy }' /proc/stat
}

# measure TOOL CONNECTIONS ROUND: runs it once and notes the figures.
measure() {
    local before busy figures
    before=$(server_ticks)
    busy=$(busy_ticks)
    figures=$("run_$1" "$2")
    read -r requests seconds cpu <<<"$figures"
    if ! [ "${requests:-0}" -gt 0 ] 2>/dev/null || [ -z "${cpu:-}" ]; then
        echo "bench_loadgen: $1 with $2 connections failed" >&2
        exit 2
    fi
    echo "$2 $1 $3 $requests $seconds $cpu $(($(server_ticks) - before)) $(($(busy_ticks) - busy))" \
        >>"$scratch/runs"
}

command -v wrk >/dev/null || cannot 'wrk is not installed'
# The CPUs we may use, one a line.
mapfile -t cpus < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
    while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
[ "${#cpus[@]}" -ge 2 ] || cannot 'it takes two CPUs'
server_cpu=${cpus[0]}
client_cpu=${cpus[1]}
tools=()
for tool in ${CLIENTS:-wrk epoll uring h2load ab}; do
    case $tool in
    h2load | ab)
        command -v "$tool" >/dev/null || {
            echo "$tool: not installed (Debian: nghttp2-client, apache2-utils), left out"
            continue
        }
        ;;
    esac
    tools+=("$tool")
done
# ab wants to be told that the connection stays open.
start_server keep-alive
keep_alive_url=$url
start_server

for n in "${connections[@]}"; do
    for ((round = 1; round <= rounds; round++)); do
        echo "$n connections, round $round of $rounds" >&2
        for ((i = 0; i < ${#tools[@]}; i++)); do
            at=$(((round + i) % ${#tools[@]}))
            ((round % 2)) || at=$((${#tools[@]} - 1 - at))
            measure "${tools[at]}" "$n" "$round"
        done
    done
done
awk -v tick="$(getconf CLK_TCK)" -v order="${tools[*]}" -f "$here/bench_loadgen.awk" "$scratch/runs"
: >"$scratch/lags"
for ((round = 1; round <= rounds; round++)); do
    echo "open loop, round $round of $rounds" >&2
    for engine in epoll uring; do
        lag=$(send_lag "$engine")
        [ -z "$lag" ] || echo "$engine $lag" >>"$scratch/lags"
    done
done
for engine in epoll uring; do
    sed -n "s/^$engine //p" "$scratch/lags" | sort -n | awk -v engine="$engine" '
        { us[NR] = $1 / 1000 }
        END {
            if (NR == 0) {
                printf "Open loop at 50000/s, %s: no figure\n", engine
                exit
            }
            median = (us[int((NR + 1) / 2)] + us[int((NR + 2) / 2)]) / 2
            printf "Open loop at 50000/s, %s: send lag p99 %.1f us (%.1f .. %.1f), target <= 20: %s\n",
                engine, median, us[1], us[NR], median <= 20 ? "met" : "MISSED"
        }'
done
"$build/test/loadgen/tool_record_speed"
