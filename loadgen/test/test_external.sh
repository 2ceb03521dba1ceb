#!/bin/bash
# The generator against servers that others have written: nginx, lighttpd and
# haproxy, each with a configuration of its own, on loopback, on a port that
# nobody else can have. What is not installed is skipped. TAP on stdout.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"
set -u
PATH=$PATH:/usr/sbin:/sbin
address=127.0.0.1
connections=4
large_bytes=1048576
hello_bytes=13

mkdir "$scratch/www"
printf 'Hello, World!' >"$scratch/www/hello.txt"
head -c "$large_bytes" /dev/zero | tr '\0' 'x' >"$scratch/www/large.txt"

# Starts $2, lines for sh, as the server $1 on $address; they end in `exec` of a
# program that takes its socket from descriptor 3. Returns when it answers, with
# $port and $pid.
serve() {
    local fifo=$scratch/$1.port
    rm -f "$fifo"
    mkfifo "$fifo"
    "$build/test/loadgen/tool_listen" "$address" sh -c "exec >&2; $2" \
        >"$fifo" 2>"$scratch/$1.log" &
    pid=$!
    if ! read -r port <"$fifo" || ! head_of / || [ ! -s "$scratch/head" ]; then
        cat "$scratch/$1.log"
        return 1
    fi
}

stop() {
    kill "$pid"
    wait "$pid"
    return 0
}

# Gets the head of the reply to GET $1.
head_of() {
    { exec 9<>"/dev/tcp/$address/$port"; } 2>/dev/null || return 1
    printf 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' "$1" >&9
    tr -d '\r' <&9 | sed '/^$/q' >"$scratch/head"
    exec 9>&-
}

# drive PATH OPTION...: the run's record is in record, all it said in said.
drive() {
    local host=$address path=$1
    shift
    [ "$host" != ::1 ] || host='[::1]'
    "$build/loadgen" --connections "$connections" --duration 250ms --warmup 0s \
        --timeout 20s --json "$scratch/record" "$@" "http://$host:$port$path" \
        >"$scratch/said" 2>&1
}

# The number at the key $1 of the record.
number() {
    sed -n "s/.*[{,]\"$1\":\([0-9.]*\).*/\1/p" "$scratch/record"
}

# right BYTES PATH OPTION...: all connections are served, without an error, with
# bodies of so many bytes.
right() {
    local bytes=$1
    shift
    drive "$@" || { cat "$scratch/said" && return 1; }
    has_line '"errors":\{[^}]*"total":0\}' "$scratch/record" &&
        equal "$connections" "$(number connections_served)" &&
        [ "$(number requests)" -gt 0 ] &&
        [ "$(number bytes_in)" -ge $((bytes * $(number requests))) ]
}

# chunked BYTES PATH OPTION...: the same, where the server really sends chunks.
chunked() {
    head_of "$2" &&
        has_line '^[Tt]ransfer-[Ee]ncoding: chunked$' "$scratch/head" &&
        right "$@"
}

# reopened N BYTES PATH: the same, where the server closes each connection after
# N replies. (The last ones may not have been closed yet.)
reopened() {
    local replies=$1 connects
    shift
    right "$@" || return 1
    connects=$(number connections_opened)
    echo "$(number requests) replies on $connects connections"
    [ "$connects" -gt "$connections" ] &&
        [ $((connects * replies)) -ge "$(number requests)" ]
}

# refused_with WORDS PATH: the run fails by bad_status, and says WORDS.
refused_with() {
    drive "$2"
    equal 1 $? && has_line "$1" "$scratch/said" &&
        equal "$connections" "$(number bad_status)"
}

# Runs a test if the server $1 is up.
if_up() {
    local server=$1
    shift
    if [ -n "${port:-}" ]; then
        test_that "$server: $1" "${@:2}"
    fi
}

nginx_config() {
    cat <<END
daemon off;
user root root;
error_log stderr;
pid $scratch/nginx.pid;
events { worker_connections 256; }
http {
    access_log $scratch/nginx.access;
    client_body_temp_path $scratch/body;
    proxy_temp_path $scratch/proxy;
    fastcgi_temp_path $scratch/fastcgi;
    uwsgi_temp_path $scratch/uwsgi;
    scgi_temp_path $scratch/scgi;
    keepalive_requests 1000000;
    server {
        listen $1:@PORT@;
        root $scratch/www;
        location = / { return 200 up; }
        location /list/ { alias $scratch/www/; autoindex on; }
        location /ssi/ { alias $scratch/www/; ssi on; ssi_types *; }
        location /until-end/ {
            alias $scratch/www/;
            ssi on;
            ssi_types *;
            chunked_transfer_encoding off;
        }
        location /differing/ {
            alias $scratch/www/;
            add_header Set-Cookie id=\$request_id;
            add_header Age \$msec;
        }
        location /few/ { alias $scratch/www/; keepalive_requests 3; }
        location /nothing { return 204; }
        location /moved { return 301 /there/; }
    }
}
END
}

# nginx takes sockets over as from a former version of itself. (Without a master
# process that makes it crash.) Its worker must be able to read our folder.
serve_nginx() {
    nginx_config "$1" >"$scratch/nginx.in"
    serve nginx "sed s/@PORT@/\$PORT/ $scratch/nginx.in >$scratch/nginx.conf &&
        NGINX='3;' exec nginx -e stderr -p $scratch -c $scratch/nginx.conf"
}

# nginx wrote a line for each request, of which some may not have been counted
# as answered when the run ended.
counts_agree() {
    local lines requests
    right "$hello_bytes" '/hello.txt?counted' && stop || return 1
    requests=$(number requests)
    lines=$(grep -c '?counted' "$scratch/nginx.access")
    echo "$requests replies, $lines lines"
    [ "$lines" -ge "$requests" ] && [ "$lines" -le $((requests + connections)) ]
}

# The same replies, received in other pieces.
test_uring() {
    drive /hello.txt --engine uring
    if [ $? -eq 77 ]; then
        skip 'nginx, uring' "$(head -n 1 "$scratch/said")"
        return
    fi
    if_up 'nginx, uring' 'a file of 1 MiB' right "$large_bytes" /large.txt --engine uring
    if_up 'nginx, uring' '1 MiB in chunks' chunked "$large_bytes" /ssi/large.txt --engine uring
    if_up 'nginx, uring' 'bodies that end with the connection' \
        reopened 1 "$large_bytes" /until-end/large.txt --engine uring
}

test_nginx() {
    test_that 'nginx starts' serve_nginx "$address"
    if_up nginx 'a file on connections that live on' right "$hello_bytes" /hello.txt
    if_up nginx 'pipelined requests' right "$hello_bytes" /hello.txt --pipeline 8
    if_up nginx 'a file of 1 MiB' right "$large_bytes" /large.txt
    if_up nginx 'a chunked list' chunked 1 /list/
    if_up nginx '1 MiB in chunks' chunked "$large_bytes" /ssi/large.txt
    if_up nginx 'bodies that end with the connection' reopened 1 "$large_bytes" /until-end/large.txt
    test_uring
    if_up nginx 'connections that end after three replies' reopened 3 "$hello_bytes" /few/hello.txt
    if_up nginx 'fields that differ each time' right "$hello_bytes" /differing/hello.txt
    if_up nginx 'replies without a body' right 0 /nothing
    if_up nginx '404 is told' refused_with 'status 404' /missing
    if_up nginx 'a redirection is told' refused_with \
        "status 301, Location: http://$address:$port/there/" /moved
}

serve_lighttpd() {
    cat >"$scratch/lighttpd.in" <<END
server.systemd-socket-activation = "enable"
server.bind = "$address"
server.port = @PORT@
server.document-root = "$scratch/www"
server.upload-dirs = ( "$scratch" )
server.modules = ( "mod_cgi" )
server.max-keep-alive-requests = 65000
server.stream-response-body = 1
cgi.assign = ( ".cgi" => "/bin/sh" )
mimetype.assign = ( "" => "text/plain" )
END
    # shellcheck disable=SC2016 # for the shell that becomes the server
    serve lighttpd "sed s/@PORT@/\$PORT/ $scratch/lighttpd.in >$scratch/lighttpd.conf &&
        LISTEN_PID=\$\$ LISTEN_FDS=1 exec lighttpd -D -f $scratch/lighttpd.conf"
}

test_lighttpd() {
    cat >"$scratch/www/large.cgi" <<END
printf 'Content-Type: text/plain\r\n\r\n'
exec cat $scratch/www/large.txt
END
    test_that 'lighttpd starts' serve_lighttpd
    if_up lighttpd 'a file on connections that live on' right "$hello_bytes" /hello.txt
    if_up lighttpd 'pipelined requests' right "$hello_bytes" /hello.txt --pipeline 8
    if_up lighttpd 'a file of 1 MiB' right "$large_bytes" /large.txt
    if_up lighttpd '1 MiB in chunks' chunked "$large_bytes" /large.cgi
    if_up lighttpd '404 is told' refused_with 'status 404' /missing
}

# With $1, the port of another server, what it does not know it gets there.
serve_haproxy() {
    cat >"$scratch/haproxy.cfg" <<END
global
    maxconn 256
defaults
    mode http
    timeout connect 20s
    timeout client 20s
    timeout server 20s
frontend ours
    bind fd@3
    http-request return status 404 if { path /missing }
    http-request redirect location /there/ code 302 if { path /moved }
    http-request return status 200 content-type text/plain file $scratch/www/hello.txt if { path / /hello.txt }
${1:+    default_backend theirs
backend theirs
    server other $address:$1}
END
    serve haproxy "exec haproxy -q -f $scratch/haproxy.cfg"
}

# haproxy alone sends no chunks: $1 is nginx's port, or nothing.
test_haproxy() {
    test_that 'haproxy starts' serve_haproxy "$1"
    if_up haproxy 'a text on connections that live on' right "$hello_bytes" /hello.txt
    if_up haproxy 'pipelined requests' right "$hello_bytes" /hello.txt --pipeline 8
    if_up haproxy '404 is told' refused_with 'status 404' /missing
    if_up haproxy 'a redirection is told' refused_with 'status 302, Location: /there/' /moved
    if [ -n "$1" ]; then
        if_up haproxy "1 MiB from nginx" right "$large_bytes" /large.txt
        if_up haproxy "1 MiB in nginx's chunks" chunked "$large_bytes" /ssi/large.txt
    else
        skip 'haproxy: 1 MiB, and chunks' 'nginx is not installed'
    fi
}

nginx_port=
nginx_pid=
port=
if command -v nginx >/dev/null; then
    test_nginx
    nginx_port=$port
    nginx_pid=$pid
else
    skip nginx 'nginx is not installed'
fi
port=
if command -v haproxy >/dev/null; then
    test_haproxy "$nginx_port"
    stop
else
    skip haproxy 'haproxy is not installed'
fi
port=
if command -v lighttpd >/dev/null; then
    test_lighttpd
    stop
else
    skip lighttpd 'lighttpd is not installed'
fi
if [ -n "$nginx_port" ]; then
    port=$nginx_port
    pid=$nginx_pid
    test_that 'nginx: its count of requests is ours' counts_agree
fi
address=::1
port=
if ! command -v nginx >/dev/null; then
    skip 'IPv6' 'nginx is not installed'
elif ! grep -q ' lo$' /proc/net/if_inet6 2>/dev/null; then
    skip 'IPv6' 'there is no ::1 here'
else
    test_that 'nginx starts on ::1' serve_nginx '[::1]'
    if_up 'nginx on ::1' 'a file' right "$hello_bytes" /hello.txt
    stop
fi
tap_end
