#!/bin/bash
# The runner from outside: the real programs, and servers made to misbehave.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

# A tree of its own: the same programs, but servers and suites for the test.
tree=$scratch/tree
mkdir -p "$tree/build/servers" "$tree/bench/suites" "$tree/results"
cp "$build/muxbench" "$build/loadgen" "$tree/build/"
cp "$build/servers/epoll" "$build/servers/blocking" "$tree/build/servers/"
cp bench/wrk.lua "$tree/bench/"
cp -r plots "$tree/plots"
muxbench=$tree/build/muxbench

# Writes the suite $1; stdin has its sections.
suite() { cat >"$tree/bench/suites/$1.ini"; }

# Makes a server named $1 of the shell commands on stdin.
server() {
    { echo '#!/bin/bash' && cat; } >"$tree/build/servers/$1"
    chmod +x "$tree/build/servers/$1"
}

# The command line that runs a suite into the folder $1 of the scratch folder.
run_command() {
    command=("$muxbench" run --out "$scratch/$1" --seed 7 --no-report "${@:2}")
}

run() {
    run_command "$@"
    "${command[@]}"
}

# How many trials there are, and how many records match $2; repeats of noisy
# trials aside.
trials() { grep -c '"retry":0' "$scratch/$1/trials.jsonl"; }
with() { grep '"retry":0' "$scratch/$1/trials.jsonl" | grep -c -- "$2"; }

# No process of this test's tree is left.
none_left() { ! pgrep -f "$tree/build/" >/dev/null; }

suite tiny <<'END'
[suite]
repeats = 3
duration = 20ms
warmup = 0s
[a]
servers = epoll
protocol = echo http
connections = 1 4
END

suite one <<'END'
[suite]
duration = 20ms
warmup = 0s
[a]
servers = epoll
END

# --- what it is for ---

a_run_is_recorded() {
    run whole --suite tiny || return
    equal 12 "$(trials whole)" && equal 12 "$(with whole '"status":"ok"')" &&
        equal 12 "$(find "$scratch/whole/hist" -name "*.hgrm" ! -name "*-retry*" | wc -l)" &&
        has_line '"seed": 7' "$scratch/whole/meta.json" &&
        has_line '^connections = 1 4$' "$scratch/whole/suite.ini" && none_left
}

the_report_holds_table_and_charts() {
    "$muxbench" report "$scratch/whole" >"$scratch/table" || return
    has_line '^  epoll +4 ' "$scratch/table" &&
        equal 4 "$(find "$scratch/whole/plots" -name '*.svg' -size +1k | wc -l)" &&
        equal 4 "$(find "$scratch/whole/plots" -name '*.png' -size +1k | wc -l)" &&
        has_line '</html>' "$scratch/whole/report.html"
}

results_latest_is_the_newest() {
    "$muxbench" run --suite one --label mine --no-report || return
    readlink "$tree/results/latest" >"$scratch/latest"
    has_line '^20[0-9]{6}T[0-9]{6}Z-.*-mine$' "$scratch/latest" &&
        has_line '"server":"epoll"' "$tree/results/latest/trials.jsonl"
}

starved_connections_are_a_result() {
    suite starved <<'END'
[a]
servers = blocking
connections = 4
duration = 50ms
warmup = 10ms
END
    run starved --suite starved || return
    equal 1 "$(with starved '"status":"ok"')" &&
        equal 1 "$(with starved '"connections_served":1,')" &&
        "$muxbench" report "$scratch/starved" >"$scratch/table" &&
        has_line '1 of 4 served, 3 STARVED' "$scratch/table"
}

suite rates <<'END'
[suite]
repeats = 2
duration = 200ms
warmup = 20ms
[shares]
servers = blocking epoll
connections = 4
rate = 50%
[number]
servers = epoll
connections = 4
rate = 300
END

# What is known of shares: 3 trials of both servers calibrate; blocking starves.
a_share_is_of_the_closed_loop_measured_first() {
    run rates --suite rates || return
    equal 12 "$(trials rates)" && equal 6 "$(with rates '"calibration":true')" &&
        head -n 6 "$scratch/rates/trials.jsonl" >"$scratch/first" &&
        equal 6 "$(grep -c '"calibration":true.*"status":"ok"' "$scratch/first")" &&
        equal 2 "$(with rates '"mode":"open".*"rate":"50%".*"status":"ok"')" &&
        equal 2 "$(with rates '"rate":"50%".*"status":"skipped","reason":"starves connections (in closed loop 1 of 4 were served)')" &&
        equal 2 "$(with rates '"rate":300,"workers".*"rate_per_s":300,.*"status":"ok"')" &&
        equal 2 "$(with rates '"rate_of":{"server":"epoll",')" && none_left
}

rates_are_reported_first() {
    "$muxbench" report "$scratch/rates" >"$scratch/table" || return
    has_line '^http, by our generator, payload 0 B, open loop at 50%, c=4: .*/s of .*/s, which epoll reaches in closed loop' "$scratch/table" &&
        has_line '^  blocking .*skipped: starves connections' "$scratch/table" &&
        has_line '^http, by our generator, payload 0 B, open loop at 300/s$' "$scratch/table" &&
        [ -s "$scratch/rates/plots/response.svg" ] && [ -s "$scratch/rates/plots/rate.svg" ] &&
        [ -s "$scratch/rates/plots/heat.png" ] &&
        has_line '<h2>Latency at equal load</h2>' "$scratch/rates/report.html"
}

# The greatest value in a trial's histogram is that of the record's response times.
histograms_of_open_loop_hold_response_times() {
    local trials=$scratch/rates/trials.jsonl file most_ns
    file=$(grep -m 1 '"rate":300,.*"status":"ok"' "$trials" | grep -o 'hist/[^"]*hgrm')
    most_ns=$(grep -m 1 '"rate":300,.*"status":"ok"' "$trials" |
        grep -o '"response":{[^}]*}' | grep -o '"max":[0-9]*' | cut -d: -f2)
    equal "$most_ns" "$(sed -n 's/^#\[Max *= *\([0-9.]*\),.*/\1/p' "$scratch/rates/$file" | tr -d .)"
}

# The closed loop on disk, which is made another, is what shares stay of.
resuming_measures_no_closed_loop_anew() {
    local records=$scratch/resumed/trials.jsonl last
    run resumed --suite rates || return
    last=$(grep -n '"calibration":true' "$records" | tail -n 1 | cut -d: -f1)
    head -n "$last" "$records" |
        sed 's/"requests_per_s":[0-9.e+]*/"requests_per_s":2000.5/' >"$scratch/cut"
    cp "$scratch/cut" "$records"
    "$muxbench" run --resume "$scratch/resumed" --no-report || return
    cmp <(head -n "$last" "$records") "$scratch/cut" &&
        equal 6 "$(with resumed '"calibration":true')" && equal 12 "$(trials resumed)" &&
        equal 2 "$(with resumed '"rate":"50%".*"rate_per_s":1000,.*"requests_per_s":2000.5}.*"status":"ok"')"
}

shares_are_shown_before_they_are_known() {
    run dry --suite rates --dry-run >"$scratch/cells" || return
    has_line '^epoll http c=4 rate=50% +2 x .*\[shares\]$' "$scratch/cells" &&
        has_line '^epoll http c=4 +3 x .*\[shares\] first, to know what shares are of$' "$scratch/cells" &&
        has_line '^3 cells, 12 trials, about' "$scratch/cells"
}

churn_serves_all_in_turn() {
    suite churn <<'END'
[a]
servers = blocking epoll
connections = 4
requests_per_connection = 1
duration = 100ms
warmup = 20ms
END
    run churn --suite churn || return
    equal 2 "$(with churn '"requests_per_connection":1,.*"status":"ok"')" &&
        equal 2 "$(with churn '"connections_served":4,')" &&
        "$muxbench" report "$scratch/churn" >"$scratch/table" &&
        has_line '^http, by our generator, payload 0 B, 1 request a connection$' "$scratch/table" &&
        has_line '^  blocking .* connect p50 ' "$scratch/table" &&
        [ -s "$scratch/churn/plots/churn.svg" ]
}

idle_connections_are_held() {
    suite idle <<'END'
[a]
servers = epoll
connections = 2
idle = 50
duration = 50ms
warmup = 10ms
END
    run idle --suite idle && equal 1 "$(with idle '"idle":50,.*"status":"ok"')"
}

suite files <<'END'
[suite]
duration = 1s
warmup = 10ms
[a]
servers = epoll
connections = 2
file_io = read sendfile
file_bytes = 1000 3000000
END

files_are_served_and_told_by_bytes() {
    run files --suite files || return
    equal 4 "$(with files '"file_io":"\(read\|sendfile\)","file_bytes":[0-9]*,.*"status":"ok"')" &&
        equal 2 "$(with files '"file_bytes":3000000,.*"bytes_per_s":[0-9.e+]*,')" &&
        [ ! -e "$scratch/files/files" ] && "$muxbench" report "$scratch/files" >"$scratch/table" &&
        has_line '^http, by our generator, payload 0 B, files of 2.86 MiB$' "$scratch/table" &&
        has_line '^  epoll +sendfile +2 +[0-9.]+ [MG]iB ' "$scratch/table" &&
        has_line '^file_panels = .epoll:2.$' "$scratch/files/labels.gp" &&
        [ -s "$scratch/files/plots/files.svg" ] && [ ! -e "$scratch/files/plots/throughput.svg" ]
}

resuming_serves_the_same_files() {
    head -n 1 "$scratch/files/trials.jsonl" >"$scratch/cut"
    cp "$scratch/cut" "$scratch/files/trials.jsonl"
    resumes_to_the_same_cells files 4 && [ ! -e "$scratch/files/files" ] &&
        equal 4 "$(with files '"status":"ok"')"
}

wrk_asks_for_files_too() {
    suite wrkfiles <<'END'
[a]
servers = epoll
tool = wrk
duration = 1s
file_io = mmap
file_bytes = 10000
END
    run wrkfiles --suite wrkfiles &&
        equal 1 "$(with wrkfiles '"status":"ok".*"bytes_per_s":[1-9]')"
}

# A server that tells what it was given to serve, and can't.
the_files_are_there_while_servers_run() {
    server picky <<END
for word; do
    case \$word in
    --root=*) (cd "\${word#--root=}" && stat -c '%n %s' -- *) >"$scratch/seen" ;;
    --file-io=*) echo "no \${word#--file-io=} here" >&2 ;;
    esac
done
exit 77
END
    suite picky <<'END'
[a]
servers = picky
file_io = direct
file_bytes = 1 100000
END
    run picky --suite picky || return
    equal 2 "$(with picky '"status":"skipped","reason":"no direct here"')" &&
        equal "1.bin 1 100000.bin 100000" "$(sort -n "$scratch/seen" | tr '\n' ' ' | sed 's/ $//')" &&
        [ ! -e "$scratch/picky/files" ]
}

a_dry_run_starts_nothing() {
    run dry --suite tiny --dry-run >"$scratch/cells" || return
    has_line '^epoll http c=4 ' "$scratch/cells" &&
        has_line '^4 cells, 12 trials, about' "$scratch/cells" &&
        [ ! -e "$scratch/dry" ]
}

narrowing_reaches_the_trials() {
    run narrow --suite tiny --connections 4 --repeats 2 --protocol http || return
    equal 2 "$(trials narrow)" && equal 2 "$(with narrow '"connections":4,')"
}

wrk_is_another_tool() {
    suite wrk <<'END'
[a]
servers = epoll
tool = wrk
connections = 4
payload = 0 100
duration = 1s
END
    run wrk --suite wrk || return
    equal 2 "$(with wrk '"status":"ok"')" &&
        equal 2 "$(with wrk '"wrk_corrected":{"min"')"
}

both_tools_send_the_same_bytes() {
    cp "$build/test/bench/tool_capture" "$tree/build/servers/capture"
    suite capture <<'END'
[loadgen]
servers = capture
payload = 0 100
pipeline = 1 2
duration = 20ms
warmup = 0s
[wrk]
servers = capture
tool = wrk
payload = 0 100
pipeline = 1 2
duration = 1s
END
    local dir payload pipeline
    for payload in 0 100; do
        for pipeline in 1 2; do
            for tool in loadgen wrk; do
                dir=capture-$tool-$payload-$pipeline
                sed -n "/^\[$tool\]/,/^duration/p" "$tree/bench/suites/capture.ini" |
                    sed "s/^payload.*/payload = $payload/; s/^pipeline.*/pipeline = $pipeline/" |
                    suite "$dir"
                CAPTURE=$scratch/$dir.bytes run "$dir" --suite "$dir"
                [ -s "$scratch/$dir.bytes" ] || return
            done
            cmp "$scratch/capture-loadgen-$payload-$pipeline.bytes" \
                "$scratch/capture-wrk-$payload-$pipeline.bytes" || return
        done
    done
    has_line '^POST / HTTP/1.1' "$scratch/capture-wrk-100-1.bytes" &&
        equal 1 "$(grep -c '^GET / HTTP/1.1' "$scratch/capture-wrk-0-1.bytes")" &&
        equal 2 "$(grep -c '^GET / HTTP/1.1' "$scratch/capture-wrk-0-2.bytes")"
}

starving_longer_than_any_timeout_is_a_result() {
    suite patient <<'END'
[a]
servers = blocking
connections = 3
duration = 2500ms
warmup = 0s
END
    run patient --suite patient && equal 1 "$(with patient '"status":"ok"')"
}

what_wrk_cannot_tell_is_told() {
    suite untold <<'END'
[a]
servers = blocking
connections = 4
duration = 50ms
[b]
servers = blocking
connections = 4
tool = wrk
duration = 1s
END
    run untold --suite untold && "$muxbench" report "$scratch/untold" >"$scratch/table" &&
        has_line "STARVED \(see our generator's\), which wrk can't tell" "$scratch/table"
}

every_varying_axis_is_shown() {
    suite awake <<'END'
[suite]
duration = 20ms
warmup = 0s
[a]
servers = epoll
keep_awake = yes no
END
    run awake --suite awake && "$muxbench" report "$scratch/awake" >"$scratch/table" &&
        has_line 'payload 0 B, keep_awake no$' "$scratch/table" &&
        has_line 'payload 0 B, keep_awake yes$' "$scratch/table" &&
        has_line "^note = .*shown: keep\\\\_awake no" "$scratch/awake/labels.gp"
}

odd_names_break_no_chart() {
    cp "$tree/build/servers/epoll" "$tree/build/servers/my_model~x"
    suite odd <<'END'
[suite]
duration = 50ms
[a]
servers = my_model~x epoll
END
    run "it's odd/" --suite odd && "$muxbench" report "$scratch/it's odd/" >/dev/null &&
        equal 4 "$(find "$scratch/it's odd/plots" -name '*.svg' -size +1k | wc -l)" &&
        has_line 'my_model~x' "$scratch/it's odd/plots/throughput.svg"
}

failed_trials_leave_a_report_without_charts() {
    server bad <<<'exit 3'
    suite bad <<'END'
[a]
servers = bad
END
    run hopeless --suite bad
    equal 1 $? && "$muxbench" report "$scratch/hopeless" >"$scratch/table" 2>"$scratch/err" &&
        has_line '1 FAILED: the server ended before it was ready: exit status 3' "$scratch/table" &&
        has_line 'no right trial by our generator: no charts' "$scratch/err" &&
        has_line 'exit status 3' "$scratch/hopeless/report.html"
}

a_run_without_trials_has_no_report() {
    run none --suite one || return
    : >"$scratch/none/trials.jsonl"
    refused 'holds no finished trial' "$muxbench" report "$scratch/none"
}

resuming_remembers_failures() {
    server bad <<<'exit 3'
    suite bad <<'END'
[a]
servers = bad
END
    run failed --suite bad
    equal 1 $? || return
    "$muxbench" run --resume "$scratch/failed" --no-report
    equal 1 $?
}

resuming_takes_no_foreign_records() {
    run foreign --suite tiny || return
    sed -i 's/^connections = 1 4$/connections = 2 8/' "$scratch/foreign/suite.ini"
    refused "the record of trial [0-9]+ is none of suite.ini's trials" "$muxbench" run --resume "$scratch/foreign"
}

# Noise is made by another program on the generator's CPU.
noisy_trials_are_repeated_within_limits() {
    local spinner retries
    suite noisy <<'END'
[a]
servers = epoll
repeats = 20
duration = 20ms
warmup = 0s
END
    timeout 60 sh -c 'while :; do :; done' &
    spinner=$!
    taskset -cp 0 "$spinner" >/dev/null 2>&1
    run noisy --suite noisy
    local status=$?
    for _ in 1 2 3; do "$muxbench" run --resume "$scratch/noisy" --no-report; done
    kill "$spinner"
    retries=$(grep -c '"retry":1' "$scratch/noisy/trials.jsonl")
    equal 0 "$status" && equal 20 "$(trials noisy)" &&
        { [ "$retries" -le 3 ] || { echo "$retries repeats are over 15 %" && return 1; }; } &&
        { [ "$(with noisy '"noisy":true')" -eq 0 ] || [ "$retries" -ge 1 ]; }
}

everything_tells_of_itself() {
    "$muxbench" list >"$scratch/list" && has_line '^  epoll +one thread' "$scratch/list" &&
        "$muxbench" --help | grep -q '^  run ' &&
        equal 'muxbench (muxbench)' "$("$muxbench" --version | cut -d' ' -f1,2)" &&
        "$muxbench" run --help | grep -q 'Usage: muxbench run' &&
        "$muxbench" report --help | grep -q -- '--plots'
}

# --- servers that misbehave ---

# Runs a suite with the server made from stdin; $1: the reason expected.
bad_server_fails() {
    local out
    out=$scratch/bad$tap_n
    server bad
    suite bad <<'END'
[suite]
duration = 20ms
warmup = 0s
[a]
servers = bad epoll
END
    run "bad$tap_n" --suite bad
    equal 1 $? && equal 2 "$(trials "bad$tap_n")" &&
        equal 1 "$(with "bad$tap_n" '"status":"ok"')" &&
        has_line "\"status\":\"failed\",\"reason\":\"$1" "$out/trials.jsonl" &&
        none_left
}

exits() { bad_server_fails 'the server ended before it was ready: exit status 3: no luck' <<<'echo no luck >&2; exit 3'; }
crashes() { bad_server_fails 'the server ended before it was ready: killed by signal 11' <<<'kill -SEGV $$'; }
babbles() { bad_server_fails "the server's first line is no ready line: hello" <<<'echo hello; exec sleep 60'; }
never_ready() { bad_server_fails 'the server was not ready within 5 s' <<<'exec sleep 60'; }
dies_under_load() {
    bad_server_fails 'the server ended during the trial' <<END
exec 3< <("$tree/build/servers/epoll" "\$@")
child=\$!
read -r line <&3
echo "\$line"
exec 1>&-
kill \$child
wait \$child
exit 9
END
}
does_not_stop() {
    bad_server_fails 'the server did not stop within 3 s' <<END
trap '' TERM
"$tree/build/servers/epoll" "\$@" &
while :; do wait; done
END
}
cannot_run_here() {
    server bad <<<'echo "no io_uring in this kernel" >&2; exit 77'
    suite bad <<'END'
[suite]
duration = 20ms
[a]
servers = bad
END
    run skipped --suite bad &&
        equal 1 "$(with skipped '"status":"skipped","reason":"no io_uring in this kernel"')"
}
an_engine_cannot_run_here() {
    suite engine <<'END'
[suite]
duration = 20ms
[a]
servers = epoll
engine = uring
END
    mv "$tree/build/loadgen" "$tree/build/loadgen.real"
    cat >"$tree/build/loadgen" <<'END'
#!/bin/sh
echo "$*" | grep -o -e '--engine=[a-z]*' >&2
exit 77
END
    chmod +x "$tree/build/loadgen"
    run engine --suite engine
    mv "$tree/build/loadgen.real" "$tree/build/loadgen"
    equal 1 "$(with engine '"status":"skipped","reason":"--engine=uring"')"
}
its_stderr_is_kept() {
    server bad <<<'echo "what I had to say" >&2; exit 3'
    run kept --suite bad
    has_line 'what I had to say' "$(find "$scratch/kept/log" -type f)"
}

# --- interruptions ---

# Starts a run of many trials in the background and waits for its first records.
start_long_run() {
    run_command "$1" --suite "${2:-tiny}" --repeats 200
    "${command[@]}" 2>"$scratch/$1.err" &
    runner=$!
    wait_until 20 [ -s "$scratch/$1/trials.jsonl" ]
}

resumes_to_the_same_cells() {
    # the finished records are untouched, and all trials of the plan are there
    local n
    cp "$scratch/$1/trials.jsonl" "$scratch/before"
    "$muxbench" run --resume "$scratch/$1" --no-report || return
    n=$(wc -l <"$scratch/before")
    cmp <(head -n "$n" "$scratch/before") <(head -n "$n" "$scratch/$1/trials.jsonl") &&
        equal "$2" "$(grep '"retry":0' "$scratch/$1/trials.jsonl" |
            grep -o '"trial":[0-9]*' | sort -u | wc -l)" &&
        equal "$2" "$(with "$1" '"retry":0')"
}

an_interrupt_keeps_what_is_done() {
    local signal=$1 dir=interrupted-$1
    start_long_run "$dir" || return
    kill "-$signal" "$runner"
    wait "$runner"
    equal 2 $? && has_line "go on with: .*muxbench run --resume $scratch/$dir" \
        "$scratch/$dir.err" && none_left
}

an_interrupt_removes_the_files() {
    suite manyfiles <<'END'
[a]
servers = epoll
duration = 20ms
file_io = read
file_bytes = 1000
END
    start_long_run filed manyfiles || return
    [ -e "$scratch/filed/files/1000.bin" ] || { echo 'no file to be served' && return 1; }
    kill -INT "$runner"
    wait "$runner"
    equal 2 $? && [ ! -e "$scratch/filed/files" ] && none_left
}

twenty_kills_lose_nothing() {
    local lines moment_s before=0
    run killed --suite tiny --repeats 8 --dry-run >/dev/null || return
    for _ in $(seq 20); do
        if [ -e "$scratch/killed" ]; then
            "$muxbench" run --resume "$scratch/killed" --no-report &
        else
            run_command killed --suite tiny --repeats 8
            "${command[@]}" &
        fi
        runner=$!
        moment_s=0.$(printf '%03d' $((RANDOM % 400)))
        sleep "$moment_s"
        kill -9 "$runner" 2>/dev/null
        wait "$runner" 2>/dev/null
        wait_until 5 none_left || return
        [ -s "$scratch/killed/trials.jsonl" ] || continue
        lines=$(wc -l <"$scratch/killed/trials.jsonl")
        [ "$lines" -ge "$before" ] || { echo "lost trials: $before, then $lines" && return 1; }
        cmp <(head -n "$before" "$scratch/killed/trials.jsonl") \
            <(head -n "$before" "$scratch/kept.jsonl" 2>/dev/null) || return
        before=$lines
        cp "$scratch/killed/trials.jsonl" "$scratch/kept.jsonl"
    done
    [ -e "$scratch/killed/meta.json" ] || return 0
    resumes_to_the_same_cells killed 32
}

a_torn_line_is_cut_off() {
    run torn --suite tiny || return
    head -c -30 "$scratch/torn/trials.jsonl" >"$scratch/cut"
    cp "$scratch/cut" "$scratch/torn/trials.jsonl"
    resumes_to_the_same_cells torn 12
}

a_full_disk_stops_the_run() {
    local out=$scratch/small/run
    # as if the disk were full: no file may grow beyond 12 KiB
    mkdir "$scratch/small"
    (ulimit -f 12 && exec "$muxbench" run --out "$out" --suite tiny \
        --repeats 20 --seed 7 --no-report) 2>"$scratch/full.err"
    equal 2 $? && has_line "can't be written: File too large" "$scratch/full.err" &&
        has_line "muxbench run --resume $out" "$scratch/full.err" && none_left || return
    [ -s "$out/trials.jsonl" ] || { echo 'nothing was kept' && return 1; }
    equal '' "$(tail -c 1 "$out/trials.jsonl")" && resumes_to_the_same_cells small/run 80
}

a_second_runner_is_refused() {
    start_long_run twice || return
    refused 'another runner is at work' "$muxbench" run --resume "$scratch/twice"
    local status=$?
    kill -INT "$runner"
    wait "$runner"
    return $status
}

# --- wrong usage ---

wrong_usage_is_told_in_one_line() {
    refused "unknown command 'rum' \(did you mean 'run'\?\)" "$muxbench" rum &&
        refused 'which command' "$muxbench" &&
        refused "unknown option '--sweet'" "$muxbench" run --sweet x &&
        refused "unknown suite 'tinny' \(did you mean 'tiny'\?\)" "$muxbench" run --suite tinny &&
        refused "unknown server 'epol'" "$muxbench" run --suite tiny --servers epol &&
        refused "'abc' is not a duration" "$muxbench" run --suite tiny --duration abc &&
        refused '0s is out of range' "$muxbench" run --suite tiny --duration 0s &&
        refused "'x' is not a whole number" "$muxbench" run --suite tiny --repeats x &&
        refused "connections: 0 is out of range" "$muxbench" run --suite tiny --connections 0 &&
        refused '/proc/nowhere.*No such file' "$muxbench" run --suite tiny --out /proc/nowhere &&
        refused 'holds a run already' "$muxbench" run --suite tiny --out "$scratch/whole" &&
        refused 'meta.json' "$muxbench" run --resume "$scratch" &&
        refused '--resume goes on with a run as it was' "$muxbench" run --resume "$scratch/whole" --repeats 3 &&
        refused 'is no run' "$muxbench" report /nowhere &&
        refused "label: 'a/b' is not" "$muxbench" run --suite tiny --label a/b
}

a_broken_suite_is_told_with_its_line() {
    suite broken <<<$'[a]\nservers = epol'
    refused 'bench/suites/broken.ini:2: unknown server .epol. .did you mean .epoll' \
        "$muxbench" run --suite broken
}

test_that 'a run is recorded' a_run_is_recorded
test_that 'the report holds table and charts' the_report_holds_table_and_charts
test_that 'results/latest is the newest' results_latest_is_the_newest
test_that 'starved connections are a result' starved_connections_are_a_result
test_that 'a share is of the closed loop measured first' a_share_is_of_the_closed_loop_measured_first
test_that 'histograms of open loop hold response times' histograms_of_open_loop_hold_response_times
test_that 'rates are reported first' rates_are_reported_first
test_that 'resuming measures no closed loop anew' resuming_measures_no_closed_loop_anew
test_that 'shares are shown before they are known' shares_are_shown_before_they_are_known
test_that 'churn serves all in turn' churn_serves_all_in_turn
test_that 'idle connections are held' idle_connections_are_held
test_that 'files are served and told by bytes' files_are_served_and_told_by_bytes
test_that 'resuming serves the same files' resuming_serves_the_same_files
test_that 'wrk asks for files, too' wrk_asks_for_files_too
test_that 'the files are there while servers run' the_files_are_there_while_servers_run
test_that 'a dry run starts nothing' a_dry_run_starts_nothing
test_that 'narrowing reaches the trials' narrowing_reaches_the_trials
test_that "wrk is another tool" wrk_is_another_tool
test_that "both tools send the same bytes" both_tools_send_the_same_bytes
test_that "starving longer than any time-out is a result" starving_longer_than_any_timeout_is_a_result
test_that "what wrk cannot tell is told" what_wrk_cannot_tell_is_told
test_that "every varying axis is shown" every_varying_axis_is_shown
test_that "odd names break no chart" odd_names_break_no_chart
test_that "failed trials leave a report without charts" failed_trials_leave_a_report_without_charts
test_that "a run without trials has no report" a_run_without_trials_has_no_report
test_that "resuming remembers failures" resuming_remembers_failures
test_that "resuming takes no foreign records" resuming_takes_no_foreign_records
test_that "noisy trials are repeated within limits" noisy_trials_are_repeated_within_limits
test_that "everything tells of itself" everything_tells_of_itself
test_that 'a server that exits fails its trial only' exits
test_that 'a server that crashes fails its trial only' crashes
test_that 'a server with another first line fails its trial only' babbles
test_that 'a server that never gets ready fails its trial only' never_ready
test_that 'a server that dies under load fails its trial only' dies_under_load
test_that 'a server that does not stop fails its trial only' does_not_stop
test_that 'a server that cannot run here is skipped' cannot_run_here
test_that 'an engine that cannot run here is skipped' an_engine_cannot_run_here
test_that "a failed server's stderr is kept" its_stderr_is_kept
test_that 'SIGINT keeps what is done' an_interrupt_keeps_what_is_done INT
test_that 'SIGTERM keeps what is done' an_interrupt_keeps_what_is_done TERM
test_that 'SIGINT removes the files to be served' an_interrupt_removes_the_files
test_that '20 kills at random moments lose nothing' twenty_kills_lose_nothing
test_that 'a torn last line is cut off' a_torn_line_is_cut_off
test_that 'a full disk stops the run and loses nothing' a_full_disk_stops_the_run
test_that 'a second runner in the same folder is refused' a_second_runner_is_refused
test_that 'wrong usage is told in one line' wrong_usage_is_told_in_one_line
test_that 'a broken suite is told with its line' a_broken_suite_is_told_with_its_line
tap_end
