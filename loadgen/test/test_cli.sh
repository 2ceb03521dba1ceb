#!/bin/bash
# What the command line refuses: one line that names the flag, exit 2, nothing
# started and nothing written. TAP on stdout.
set -u
loadgen=${BUILD:-build}/loadgen
target=http://127.0.0.1:9/
number=0
failed=0
scratch=$(mktemp -d) || exit 1
# However many this machine allows: the test knows the limit.
ulimit -n 256
trap 'rm -rf "$scratch"' EXIT

# Reports the test $2; $1 is 0 if it passed.
report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        failed=1
        echo "not ok $number - $2"
        sed 's/^/# /' "$scratch/err"
    fi
}

# refuses PART OPTION...: exits 2 after one line on stderr that holds PART.
refuses() {
    part=$1
    shift
    "$loadgen" "$@" >"$scratch/out" 2>"$scratch/err"
    status=$?
    [ "$status" -eq 2 ] && [ ! -s "$scratch/out" ] &&
        [ "$(wc -l <"$scratch/err")" -eq 1 ] &&
        grep -qF -- "$part" "$scratch/err"
    report $? "refused: $*"
}

refuses 'no target'
refuses 'one target is enough' "$target" "$target"
refuses "unknown option '--conections' (did you mean 'connections'?)" --conections 1 "$target"
refuses '--rate: 0 is out of range (1 to 10000000)' --rate 0 "$target"
refuses '--rate: 10000001 is out of range' --rate 10000001 "$target"
refuses "--rate: '-5' is not a whole number" --rate -5 "$target"
refuses "--rate: '1.5' is not a whole number" --rate 1.5 "$target"
refuses "--arrivals: unknown 'poison' (did you mean 'poisson'?)" --rate 5 --arrivals poison "$target"
refuses '--arrivals: there is no plan without --rate' --arrivals fixed "$target"
refuses '--no-spin: there is no plan without --rate' --no-spin "$target"
refuses '--print-schedule: there is no plan without --rate' --print-schedule "$target"
refuses "--find-rate: 'p98<1ms' knows no 'p98'; there are: p50" --find-rate 'p98<1ms' "$target"
refuses '--series: is about one window, and --find-rate has many' --find-rate 'p99<1ms' --series x "$target"
refuses "--find-rate: 'p99' is not like 'p99<1ms'" --find-rate p99 "$target"
refuses "--find-rate: 'p99<5' needs a duration above 0 like 1ms, not '5'" --find-rate 'p99<5' "$target"
refuses "unknown 'epol' (did you mean 'epoll'?)" --engine epol "$target"
refuses "unknown 'io_uring' (did you mean 'uring'?)" --engine io_uring "$target"
refuses "unknown scheme 'htp' (did you mean 'http'?); there are: http, echo, unix:http" htp://127.0.0.1:9/
refuses "unknown scheme 'htp' (did you mean 'http'?)" unix:htp:/tmp
refuses "target 'unix:http:/no/where': socket '/no/where': No such file" unix:http:/no/where
refuses "'/dev/null' is no socket" unix:echo:/dev/null
refuses 'names no socket' unix:http:
refuses 'is not unix:http:SOCKET or unix:echo:SOCKET' unix:/tmp
refuses "port '0'" http://127.0.0.1:0/
refuses "port '70000'" http://127.0.0.1:70000/
refuses "host 'nobody.invalid'" http://nobody.invalid:9/
refuses '--connections: 0 is out of range' -c 0 "$target"
refuses "--connections: 'x' is not a whole number" -c x "$target"
refuses '--connections: 1000 need 1036 descriptors, and the limit is 256' -c 1000 "$target"
refuses '--connections: 1 and --idle 300 need 337 descriptors, and the limit is 256; ask for fewer, or raise it' --idle 300 "$target"
refuses '--idle: 1000001 is out of range' --idle 1000001 "$target"
refuses "--idle: '-1' is not a whole number" --idle -1 "$target"
refuses '--threads: 2 threads cannot share 1 connection' --threads 2 "$target"
refuses '--threads: 0 is out of range' --threads 0 "$target"
refuses '--duration: 0s is out of range' --duration 0s "$target"
refuses "--duration: 'abc' is not a duration" --duration abc "$target"
refuses "--warmup: 'abc' is not a duration" --warmup abc "$target"
refuses '--timeout: 0s is out of range' --timeout 0s "$target"
refuses '--pipeline: 0 is out of range' --pipeline 0 "$target"
refuses '--payload: 15 is too small' --payload 15 echo://127.0.0.1:9
refuses '--payload: 99999999 is out of range' --payload 99999999 "$target"
refuses "--payload: '200-100' is the wrong way round, say 100-200" --payload 200-100 "$target"
refuses '--payload: 15 is too small' --payload 15-64 echo://127.0.0.1:9
refuses "--payload: '-5' is not a whole number" --payload -5 "$target"
refuses "--payload: 'x' is not a whole number" --payload 5-x "$target"
refuses "--payload: '' is not a whole number" --payload 5- "$target"
refuses '--payload: 99999999 is out of range' --payload 5-99999999 "$target"
refuses '--requests-per-connection: 0 is out of range' --requests-per-connection 0 "$target"
refuses "--requests-per-connection: 'x' is not" --requests-per-connection x "$target"
refuses '--close: nothing is closed without --requests-per-connection' --close client "$target"
refuses '--close: a Unix socket knows no reset' --requests-per-connection 1 --close reset unix:http:/tmp/x
refuses "--close: unknown 'sever' (did you mean 'server'?)" --requests-per-connection 1 --close sever "$target"
refuses '--cpus:' --cpus 9999 "$target"
refuses '--cpus:' --cpus x "$target"
refuses '--seed:' --seed -1 "$target"
refuses '--server-pid: process 2147483647: No such process' --server-pid 2147483647 "$target"
refuses '--server-pid: 0 is out of range' --server-pid 0 "$target"
refuses "--json: cannot write '$scratch/none/x'" --json "$scratch/none/x" "$target"
refuses "--hgrm: cannot write '$scratch/none/x'" --hgrm "$scratch/none/x" "$target"
refuses '--hgrm: stdout is already taken by --json' --json - --hgrm - "$target"
refuses '--series: stdout is already taken by --hlog' --hlog - --series - "$target"
refuses "--hlog: cannot write '$scratch/none/x'" --hlog "$scratch/none/x" "$target"
refuses "--series: cannot write '$scratch'" --series "$scratch" "$target"
refuses "--series: '$scratch/./x' is the file of --json" --json "$scratch/x" --series "$scratch/./x" "$target"
refuses '--interval: 999us is out of range' --interval 999us "$target"
refuses "--interval: 'x' is not a duration" --interval x "$target"
[ "$(echo "$scratch"/*)" = "$scratch/err $scratch/out" ]
report $? 'what is refused leaves no file'

# More threads than --cpus names.
one=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
refuses '--threads: 2 threads need as many CPUs' -c 2 --threads 2 --cpus "$one" "$target"

"$loadgen" --help >"$scratch/out" 2>"$scratch/err" &&
    grep -q -- '--server-pid' "$scratch/out" && [ ! -s "$scratch/err" ]
report $? '--help'
"$loadgen" --version 2>"$scratch/err" | grep -q '^loadgen (muxbench) '
report $? '--version'

# The plan of warm-up and duration, thread by thread; nobody listens there.
"$loadgen" --print-schedule --rate 5 --arrivals fixed -c 2 --threads 2 --warmup 200ms \
    --duration 800ms "$target" >"$scratch/out" 2>"$scratch/err" &&
    [ ! -s "$scratch/err" ] &&
    printf '0\t0\n0\t400000000\n0\t800000000\n1\t200000000\n1\t600000000\n' |
    cmp -s - "$scratch/out"
report $? '--print-schedule'

# With the record on stdout, the table goes to stderr.
"$loadgen" --json - --duration 10ms --warmup 0s "$target" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 1 ] && [ "$(wc -l <"$scratch/out")" -eq 1 ] &&
    grep -q '^{"schema":1,' "$scratch/out" && grep -q 'closed loop' "$scratch/err"
report $? 'a record on stdout is alone there'

"$loadgen" --series - --duration 10ms --warmup 0s "$target" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 1 ] && head -n 1 "$scratch/out" | grep -q '^start_s' &&
    ! grep -q 'closed loop' "$scratch/out" && grep -q 'closed loop' "$scratch/err"
report $? 'rows on stdout are alone there'

# A full disk: the record that was cut is not passed off as whole.
if [ -w /dev/full ]; then
    "$loadgen" --json /dev/full --duration 10ms --warmup 0s "$target" >"$scratch/out" 2>"$scratch/err"
    [ $? -eq 2 ] && grep -qF -- "--json: cannot write '/dev/full'" "$scratch/err"
    report $? 'a full disk is told'
else
    number=$((number + 1))
    echo "ok $number - a full disk is told # SKIP no /dev/full"
fi

echo "1..$number"
exit $failed
