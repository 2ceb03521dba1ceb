# The system calls of a server in plain words, from the output of
#   strace -f -ttt -o FILE SERVER...
# while clients of clients.c visited it: from its ready line to the SIGTERM.
# Variables: from and to, between which the clients were silent, in seconds
# since the epoch; figures, a file that becomes one line: calls for each
# request of client 1's second and third repeat, and calls begun in the
# silence; "-" where there is no telling.

# Prints a row, with `text` from column 25 on, in lines of at most 80.
function print_row(name, count, text,    n, i, list, line) {
    printf "  %-14s %6d ", name, count
    n = split(text, list, " ")
    line = list[1]
    for (i = 2; i <= n; i++) {
        if (24 + length(line) + 1 + length(list[i]) > 80) {
            printf "%s\n%24s", line, ""
            line = list[i]
        } else
            line = line " " list[i]
    }
    print line
}

# The names of the other calls, as many as there is room for in a row.
function some_others(    i, text) {
    text = "for housekeeping: " others[1]
    for (i = 2; i <= n_others; i++) {
        if (24 + length(text) + length(others[i]) + 7 > 80)
            return text ", ..."
        text = text ", " others[i]
    }
    return text
}

# Adds to `said` that there were `n`, unless there were none.
function say(n, one, many) {
    if (n > 0)
        said = said (said == "" ? "" : "; ") n " " (n == 1 ? one : many)
}

# A call begins: is it one of those that are counted? Of the repeats, only what
# the thread or process that answers client 1 does: client 2's may still be on
# its way into the call in which it waits.
function begin(pid, text) {
    if (asking[pid] == 1)
        repeats[pid]++
    if (text ~ /^(sendto|write)\([0-9]+, "again 1/)
        asking[pid] = 1
    if (asking[pid] == 1 && text ~ /^(sendto|write)\([0-9]+, "again 3/) {
        asking[pid] = 2
        per_request = sprintf("%.1f", repeats[pid] / 2)
    }
    # The last waiting call begins a little after the last reply.
    if ($2 > from + 0.05 && $2 < to + 0)
        silent++
}

# One row for all that are the same to a reader.
function row_of(name, text) {
    if (name == "recvfrom" && text ~ /MSG_OOB/)
        return "other"
    if (name ~ /^(pselect6|select)$/)
        return "select"
    if (name ~ /^p?poll$/)
        return "poll"
    if (name ~ /^epoll_p?wait2?$/)
        return "epoll_wait"
    if (name ~ /^(clone3?|v?fork)$/)
        return text ~ /CLONE_THREAD/ ? "clone" : "fork"
    if (name == "close" && closed(text) in files)
        return "other"
    if (name ~ /^wait(4|id)$/)
        return "wait4"
    if (name == "setsockopt" && text ~ /SO_(RCV|SND)TIMEO/)
        return "setsockopt"
    return name in known ? name : "other"
}

# The descriptor that a close() closes.
function closed(text) {
    sub(/^close\(/, "", text)
    sub(/\).*/, "", text)
    return text
}

# How many sockets a waiting call was given.
function sockets(row, text,    list) {
    if (row == "epoll_wait")
        return n_watched
    sub(/\) += .*/, "", text)
    if (row == "poll")
        return gsub(/fd=[0-9]/, "", text)
    sub(/^[^[]*\[/, "", text)
    sub(/\].*/, "", text)
    return split(text, list, " ")
}

function watch(text,    fields) {
    split(text, fields, ", ")
    if (fields[2] == "EPOLL_CTL_ADD" && !(fields[3] in watched)) {
        watched[fields[3]]
        n_watched++
    }
    did[fields[2]]++
}

function unwatch(fd) {
    n_watched -= fd in watched
    delete watched[fd]
    delete files[fd]
}

function row_seen(row) {
    if (!(row in n))
        rows[++n_rows] = row
    n[row]++
}

# A call is done, and `text` is all of it.
function finish(pid, text,    name, row, value, count) {
    name = substr(text, 1, index(text, "(") - 1)
    row = row_of(name, text)
    row_seen(row)
    last[pid] = text
    last_row[pid] = row
    if (row == "other" && !(name in is_other)) {
        is_other[name]
        others[++n_others] = name
    }
    value = text
    if (match(text, /\) += /))
        value = substr(text, RSTART + RLENGTH)
    if (value ~ /^-1 EAGAIN/)
        again[row]++
    else if (value ~ /^(-1|\?)/)
        failed[row]++
    else if (value ~ /^0/ && value !~ /^0x/)
        zero[row]++
    else
        good[row]++
    if (row ~ /^(epoll_wait|poll|select)$/) {
        count = sockets(row, text)
        most[row] = count > most[row] ? count : most[row]
    }
    if (row == "epoll_ctl")
        watch(text)
    if (name == "openat")
        files[value + 0]
    if (name == "close")
        unwatch(closed(text))
}

# The stop has come: what it interrupted had been waiting until then.
function stopped(pid) {
    if (last[pid] !~ /\) += (-1 EINTR|\? ERESTART)/)
        return
    failed[last_row[pid]]--
    waiting[last_row[pid]]++
}

# What the calls of a row did.
function words(row) {
    said = ""
    if (row == "accept4") {
        say(good[row], "connection was taken", "connections were taken")
        say(again[row], "found none (EAGAIN)", "found none (EAGAIN)")
        say(failed[row], "was interrupted", "were interrupted")
        say(waiting[row], "waits for the next one", "wait for the next one")
    } else if (row == "recvfrom") {
        say(good[row], "request was read", "requests were read")
        say(zero[row], "found that a client leaves",
            "found that a client leaves")
        say(again[row], "found nothing (EAGAIN)", "found nothing (EAGAIN)")
        say(waiting[row], "waits", "wait")
    } else if (row == "sendto")
        say(good[row], "reply was sent", "replies were sent")
    else if (row ~ /^(epoll_wait|poll|select)$/) {
        said = most[row] > 1 ? \
            "waits until one of up to " most[row] " sockets has something" : \
            most[row] == 1 ? "waits until a socket has something" : \
            "waits for a signal"
        say(zero[row], "until its time was up", "until their time was up")
        say(failed[row], "ended by a signal", "ended by a signal")
    } else if (row == "epoll_create1")
        said = "the list of sockets, which the kernel keeps"
    else if (row == "epoll_ctl") {
        say(did["EPOLL_CTL_ADD"], "socket put on the list",
            "sockets put on the list")
        say(did["EPOLL_CTL_MOD"], "changed", "changed")
        say(did["EPOLL_CTL_DEL"], "taken off", "taken off")
    } else if (row == "clone")
        say(good[row], "thread was made", "threads were made")
    else if (row == "fork")
        say(good[row], "process was made", "processes were made")
    else if (row == "wait4") {
        say(good[row], "process that ended was taken leave of",
            "processes that ended were taken leave of")
        say(zero[row] + failed[row], "found none", "found none")
        say(waiting[row], "waits for one", "wait for one")
    } else if (row == "futex")
        said = "threads wait for each other, or wake each other"
    else if (row == "setsockopt")
        said = "time limits for recv and send on a connection"
    else if (row == "close")
        said = "descriptors are given back"
    else if (row == "exit")
        said = n[row] == 1 ? "a thread ends" : "threads end"
    else if (row == "exit_group")
        said = n[row] == 1 ? "a process ends" : "processes end"
    return said
}

BEGIN {
    split("accept4 recvfrom sendto epoll_create1 epoll_ctl futex close exit " \
        "exit_group", names, " ")
    for (i in names)
        known[names[i]]
}

{
    text = $0
    sub(/^ *[0-9]+ +[0-9.]+ /, "", text)
}

!serving {
    serving = text ~ /^write\(1, "ready /
    next
}

text ~ /^--- SIGTERM/ {
    stopped($1)
    exit
}

text ~ /^(---|\+\+\+)/ { next }

text ~ /^<\.\.\. / {
    sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "", text)
    finish($1, begun[$1] text)
    delete begun[$1]
    next
}

{
    begin($1, text)
    if (sub(/ *<unfinished \.\.\.>$/, "", text))
        begun[$1] = text
    else
        finish($1, text)
}

END {
    for (pid in begun) {
        name = substr(begun[pid], 1, index(begun[pid], "(") - 1)
        row = row_of(name, begun[pid])
        row_seen(row)
        waiting[row]++
    }
    for (i = 1; i <= n_rows; i++)
        if (rows[i] != "other")
            print_row(rows[i], n[rows[i]], words(rows[i]))
    if ("other" in n)
        print_row("others", n["other"], some_others())
    printf "%s %d\n", per_request == "" ? "-" : per_request, silent >figures
}
