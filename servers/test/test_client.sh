#!/bin/bash
# The interactive client, on a pipe and on a terminal, with the servers of every
# model and with one that the test speaks for. TAP on stdout.
set -u
# shellcheck source=common/test/tap.sh
. common/test/tap.sh

client=$build/client
export TERM=xterm EDITRC=/dev/null
unset LANG LC_ALL LC_CTYPE
mkfifo "$scratch/ready" "$scratch/typed" "$scratch/told"
# What a client that has ended does not read is for the test to tell.
trap : PIPE

# Descriptor 3 is what the user types, 4 what the server says that the test
# speaks for. Nobody else may keep them open.
type_in() {
    # shellcheck disable=SC2059 # the text is a format
    printf "$1" >&3
}
tell() {
    # shellcheck disable=SC2059 # the text is a format
    printf "$1" >&4
}

# Starts the server $1 with further options; sets $server and $port.
serve() {
    local program=$build/servers/$1
    shift
    "$program" "$@" >"$scratch/ready" 2>"$scratch/log" 3>&- 4>&- &
    server=$!
    read -r _ _ _ port <"$scratch/ready"
}

# Ends it; fails unless it ends well.
end_server() {
    kill -TERM "$server" && wait "$server"
}

# A server that says what is told to it; what it hears is in $scratch/heard,
# below its port.
serve_by_hand() {
    : >"$scratch/heard"
    "$build/test/servers/tool_tell" <"$scratch/told" >"$scratch/heard" 3>&- 4>&- &
    server=$!
    exec 4>"$scratch/told"
    wait_until 10 test -s "$scratch/heard"
    port=$(head -n 1 "$scratch/heard")
}
has_heard() { tail -n +2 "$scratch/heard" | grep -qF -e "$1"; }
hears() { wait_until 10 has_heard "$1"; }
end_by_hand() {
    exec 4>&-
    wait "$server"
}

# Runs the client on a terminal; what it shows is in $scratch/screen.
open_terminal() {
    : >"$scratch/screen"
    "$build/test/servers/tool_pty" "$client" "$@" <"$scratch/typed" \
        >"$scratch/screen" 2>"$scratch/err" 3>&- 4>&- &
    running=$!
    exec 3>"$scratch/typed"
}

# Runs it on pipes; what it writes is in $scratch/screen, too, and its messages
# are in $scratch/err.
open_pipe() {
    : >"$scratch/screen"
    "$client" "$@" <"$scratch/typed" >"$scratch/screen" 2>"$scratch/err" 3>&- 4>&- &
    running=$!
    exec 3>"$scratch/typed"
}

# Whether the screen has had the text $1, or had it $2 times.
has_shown() {
    [ "$(grep -aoF -e "$1" "$scratch/screen" | wc -l)" -ge "${2:-1}" ]
}
sees() {
    wait_until 10 has_shown "$@" || { cat -v "$scratch/screen" && echo && return 1; }
}

# That the client ends with the exit code $1; a terminal is then in order.
ends_with() {
    wait "$running"
    status=$?
    exec 3>&-
    equal "$1" "$status" || { cat -v "$scratch/screen" "$scratch/err" && echo && return 1; }
}

# The same after the end of its input.
closes_with() {
    exec 3>&-
    ends_with "$1"
}

# Runs the client on a pipe that has $1, a format. Its output, messages and exit
# code are $scratch/out, $scratch/err and $status.
ask() {
    local input=$1
    shift
    # shellcheck disable=SC2059 # the text is a format
    printf "$input" | "$client" "$@" >"$scratch/out" 2>"$scratch/err"
    status=$?
}

# That it exited with 0, having printed $1, and nothing else.
replied() {
    # shellcheck disable=SC2059 # the text is a format
    printf "$1" >"$scratch/wanted"
    equal 0 "$status" && equal '' "$(cat "$scratch/err")" &&
        cmp "$scratch/wanted" "$scratch/out"
}

# That it exited with $1, after one line, which matches $2.
complained() {
    equal "$1" "$status" && equal 1 "$(wc -l <"$scratch/err")" &&
        has_line "^client: $2" "$scratch/err"
}

shows_help() {
    "$client" --help >"$scratch/out" && has_line 'HOST PORT' "$scratch/out" &&
        has_line 'unix:PATH' "$scratch/out" && has_line '--timeout' "$scratch/out"
}

nobody_listens() {
    ask 'x\n' 127.0.0.1 1
    complained 1 "can't connect to 127.0.0.1 port 1: Connection refused; is a server"
}

no_socket_is_there() {
    ask 'x\n' "unix:$scratch/nothing"
    complained 1 "can't connect to $scratch/nothing: No such file"
}

echoes_on_a_pipe() {
    serve "$1" --protocol echo
    ask 'one\ntwo\n' --timeout 1h 127.0.0.1 "$port"
    replied 'one\ntwo\n' && end_server
}

echoes_on_a_terminal() {
    serve "$1" --protocol echo
    open_terminal 127.0.0.1 "$port"
    sees 'Msg>> ' && type_in 'hello\r' && sees hello 2 && sees 'Msg>> ' 2 &&
        type_in '\r' && ends_with 0 && end_server
}

# The server gets the signal $2 while the client waits for input.
the_end_is_told_on_a_pipe() {
    serve "$1" --protocol echo
    open_pipe 127.0.0.1 "$port"
    type_in 'hello\n' && sees hello && kill "-$2" "$server" && ends_with 1 &&
        complained 1 "127.0.0.1 port $port: the server closed the connection\$"
}

the_end_is_told_on_a_terminal() {
    serve "$1" --protocol echo
    open_terminal 127.0.0.1 "$port"
    sees 'Msg>> ' && type_in 'hello\r' && sees hello 2 && sees 'Msg>> ' 2 &&
        type_in 'half a li' && sees 'half a li' && kill "-$2" "$server" &&
        ends_with 1 &&
        has_shown "client: 127.0.0.1 port $port: the server closed the connection"
}

echoes_over_unix() {
    serve epoll --protocol echo --host "unix:$scratch/socket"
    ask 'hello\n' "unix:$scratch/socket"
    replied 'hello\n' && end_server
}

echoes_at() {
    serve epoll --protocol echo --host "$1"
    ask 'hello\n' "$1" "$port"
    replied 'hello\n' && end_server
}

# With a server at $port:
ends_a_last_line() {
    ask 'one\ntwo' 127.0.0.1 "$port" && replied 'one\ntwo\n'
}
ends_at_an_empty_line() {
    ask 'one\n\ntwo\n' 127.0.0.1 "$port" && replied 'one\n'
}
may_say_nothing() {
    ask '' 127.0.0.1 "$port" && replied '' && ask '\n' 127.0.0.1 "$port" &&
        replied ''
}
keeps_odd_bytes() {
    ask '\000\033[2J\377\r\n' 127.0.0.1 "$port" &&
        replied '\000\033[2J\377\r\n'
}
sends_a_file() {
    "$client" 127.0.0.1 "$port" <"$1" >"$scratch/out" && cmp "$1" "$scratch/out"
}
sends_many_lines() {
    seq -f '%.0f: more of them than all buffers hold' 200000 >"$scratch/in"
    sends_a_file "$scratch/in"
}
sends_a_long_line() {
    { head -c 3000000 /dev/zero | tr '\0' x && echo; } >"$scratch/in"
    sends_a_file "$scratch/in"
}
answers_at_once() {
    open_pipe 127.0.0.1 "$port"
    type_in 'one\n' && sees one && type_in 'two\n' && sees two && closes_with 0
}
stdout_may_fail() {
    echo x | "$client" 127.0.0.1 "$port" >/dev/full 2>"$scratch/err"
    status=$?
    complained 2 'stdout: No space left on device'
}
stdin_may_fail() {
    "$client" 127.0.0.1 "$port" <"$scratch" >"$scratch/out" 2>"$scratch/err"
    status=$?
    complained 2 'stdin: Is a directory'
}

speaks_http() {
    serve epoll
    ask 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' 127.0.0.1 "$port"
    equal 0 "$status" && has_line '^HTTP/1.1 200 OK' "$scratch/out" &&
        equal 'Hello, World!' "$(tail -n 1 "$scratch/out")" && end_server
}

shows_http() {
    serve epoll
    open_terminal 127.0.0.1 "$port"
    sees 'Msg>> ' && type_in 'GET / HTTP/1.1\r' &&
        sees 'HTTP/1.1 400 Bad Request\r' &&
        sees 'the server closed the connection' && ends_with 1 && end_server
}

# A line is recorded before it has its reply, so none is lost.
speaks_with_a_recorder() {
    serve epoll --protocol record --record-file "$scratch/record"
    ask 'one\ntwo\nthree' 127.0.0.1 "$port"
    equal 0 "$status" && equal '' "$(cat "$scratch/err")" &&
        equal 3 "$(wc -l <"$scratch/out")" &&
        equal "$(printf 'one\ntwo\nthree')" "$(cat "$scratch/record")" &&
        end_server
}

# One connection is served; the other one waits in the kernel.
a_reply_may_not_come() {
    serve blocking --protocol echo
    open_pipe 127.0.0.1 "$port"
    type_in 'first\n' && sees first || return 1
    ask 'second\n' --timeout 50ms 127.0.0.1 "$port"
    complained 1 'no reply within 50ms' && closes_with 0 && end_server
}

# Runs a test that begins with `meet`, and ends what that began.
by_hand() {
    "$@"
    local status=$?
    exec 3>&-
    end_by_hand
    return "$status"
}

# Starts a client on a terminal, with a server that the test speaks for.
meet() {
    serve_by_hand
    open_terminal "$@" 127.0.0.1 "$port" && sees 'Msg>> '
}

ends_with_its_input() { meet && type_in '\004' && ends_with 0; }
ends_with_its_terminal() { meet && closes_with 0; }
ends_with_control() {
    meet && type_in 'half' && sees half && type_in "$1" && ends_with 0
}
ends_while_it_waits() {
    meet && type_in 'hello\r' && hears hello && type_in '\003' && ends_with 0
}

a_line_is_edited() {
    meet && type_in 'hllo\002\002\002e\r' && hears hello && tell 'ok\n' &&
        sees 'Msg>> ' 2 && type_in '\r' && ends_with 0
}

lines_are_remembered() {
    meet && type_in 'first\r' && hears first && tell 'ok\n' &&
        sees 'Msg>> ' 2 && type_in '\033[A!\r' && hears 'first!' &&
        tell 'ok\n' && sees 'Msg>> ' 3 && type_in '\r' && ends_with 0
}

other_letters_are_typed() {
    local letters
    letters=$(printf '\303\244\342\202\254')
    meet && type_in "$letters\r" && hears "$letters" &&
        tell "$letters too\n" && sees "$letters too" && sees 'Msg>> ' 2 &&
        type_in '\r' && ends_with 0
}

unasked_lines_spoil_nothing() {
    meet && type_in 'half ' && sees half && tell 'unasked\n' && sees unasked &&
        sees half 2 && type_in 'a line\r' && hears 'half a line' &&
        tell 'ok\n' && sees 'Msg>> ' 3 && type_in '\r' && ends_with 0
}

a_reply_may_lack_its_newline() {
    meet && type_in 'hello\r' && hears hello && tell 'no newline' &&
        sees 'no newline' && sees 'Msg>> ' 2 && type_in '\r' && ends_with 0
}

no_reply_is_told() {
    meet --timeout 50ms && type_in 'hello\r' &&
        sees 'client: no reply within 50ms' && sees 'Msg>> ' 2 &&
        tell 'late\n' && sees late && type_in '\r' && ends_with 0
}

an_evil_server_is_tame() {
    meet && tell '\033]0;evil\007\n\302\2332J\n' &&
        sees '\x1b]0;evil\x07' && sees '\xc2\x9b2J' &&
        ! has_shown "$(printf '\033]0;')" &&
        ! has_shown "$(printf '\302\233')" && type_in '\r' && ends_with 0
}

# Nobody could wake it up: the test's terminal has no shell. Then the terminal
# is in order for editing again, and shows no control characters.
control_z_is_survived() {
    meet && type_in 'half' && sees half && type_in '\032' && sees half 2 &&
        type_in ' mre\002\002o\r' && hears 'half more' && tell 'ok\n' &&
        sees ok && ! has_shown '^B' && type_in '\r' && ends_with 0
}

a_lost_reply_is_told() {
    serve_by_hand
    open_pipe 127.0.0.1 "$port"
    type_in 'one\ntwo\nthree' && hears two || return 1
    exec 3>&-
    hears three && tell 'ok\n' && end_by_hand && ends_with 1 &&
        complained 1 '.*closed the connection; lines without a reply: 2'
}

test_that 'help' shows_help
test_that 'no words' refused 'no HOST and PORT, or unix:PATH' "$client"
test_that 'no port' refused 'no PORT' "$client" 127.0.0.1
test_that 'a word too many' refused "unexpected word 'x'" "$client" 127.0.0.1 1 x
test_that 'a port of a Unix socket' refused "unexpected word '1'" "$client" unix:/x 1
test_that 'no path' refused "'unix:': names no path" "$client" unix:
test_that 'port 0' refused 'PORT: 0 is out of range' "$client" 127.0.0.1 0
test_that 'a large port' refused 'PORT: 65536 is out of range' "$client" 127.0.0.1 65536
test_that 'no number' refused "PORT: 'http' is not a whole number" "$client" 127.0.0.1 http
test_that 'no such option' refused "did you mean 'timeout'" "$client" --timout 1s 127.0.0.1 1
test_that 'no duration' refused "--timeout: '5' is not a duration" "$client" --timeout 5 127.0.0.1 1
test_that 'no time' refused '--timeout: 0s is out of range' "$client" --timeout 0s 127.0.0.1 1
test_that 'no such host' refused "host 'nobody.invalid': " "$client" nobody.invalid 1
test_that 'nobody listens' nobody_listens
test_that 'no socket is there' no_socket_is_there

for model in "$build"/servers/*; do
    if [ ! -f "$model" ] || [ ! -x "$model" ]; then
        continue
    fi
    model=${model##*/}
    test_that "$model echoes on a pipe" echoes_on_a_pipe "$model"
    test_that "$model echoes on a terminal" echoes_on_a_terminal "$model"
    test_that "the end of $model is told on a pipe" the_end_is_told_on_a_pipe "$model" TERM
    test_that "the end of $model is told on a terminal" the_end_is_told_on_a_terminal "$model" TERM
done
test_that 'a sudden end is told on a pipe' the_end_is_told_on_a_pipe epoll KILL
test_that 'a sudden end is told on a terminal' the_end_is_told_on_a_terminal epoll KILL
test_that 'a Unix socket' echoes_over_unix
if grep -q . /proc/net/if_inet6 2>/dev/null; then
    test_that 'IPv6' echoes_at ::1
else
    skip 'IPv6' 'none here'
fi
test_that 'a name' echoes_at localhost

serve epoll --protocol echo
for test in ends_a_last_line ends_at_an_empty_line may_say_nothing \
    keeps_odd_bytes sends_many_lines sends_a_long_line answers_at_once \
    stdout_may_fail stdin_may_fail; do
    test_that "${test//_/ }" "$test"
done
test_that 'the server ends well' end_server

for test in speaks_http shows_http speaks_with_a_recorder \
    a_reply_may_not_come a_lost_reply_is_told; do
    test_that "${test//_/ }" "$test"
done
for test in ends_with_its_input ends_while_it_waits ends_with_its_terminal \
    a_line_is_edited lines_are_remembered other_letters_are_typed \
    unasked_lines_spoil_nothing a_reply_may_lack_its_newline no_reply_is_told \
    an_evil_server_is_tame control_z_is_survived; do
    test_that "${test//_/ }" by_hand "$test"
done
test_that 'ends with SIGINT' by_hand ends_with_control '\003'
test_that 'ends with SIGQUIT' by_hand ends_with_control '\034'

tap_end
