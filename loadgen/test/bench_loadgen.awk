# The table of bench_loadgen.sh. Each line of the input is a run:
#   CONNECTIONS TOOL ROUND REQUESTS SECONDS CPU_SECONDS SERVER_TICKS BUSY_TICKS
# Variables: tick, the clock ticks of a second; order, the tools in the order of
# the table.

# Sorts values[1..n], which are few.
function sort(values, n,    i, k, value) {
    for (i = 2; i <= n; i++) {
        value = values[i]
        for (k = i - 1; k >= 1 && values[k] > value; k--)
            values[k + 1] = values[k]
        values[k + 1] = value
    }
}

# The median of what `figure` has for the tool over all rounds, or of its ratio
# to wrk's; with `spread`, the least and the greatest after it.
function middle(figure, n, tool, ratio, format, spread,    i, values, text) {
    for (i = 1; i <= rounds; i++)
        values[i] = figure[n, tool, i] / (ratio ? figure[n, "wrk", i] : 1)
    sort(values, rounds)
    median = (values[int((rounds + 1) / 2)] + values[int((rounds + 2) / 2)]) / 2
    text = sprintf(format, median)
    if (spread)
        text = text sprintf(" (" format " .. " format ")", values[1], values[rounds])
    return text
}

function target(what, value, limit, most) {
    printf "  %-40s %5.2f, target %s %.2f: %s\n", what, value,
        most ? "<=" : ">=", limit,
        (most ? value <= limit : value >= limit) ? "met" : "MISSED"
}

{
    if (!($1 in seen_n)) { seen_n[$1]; ns[++n_ns] = $1 }
    if ($3 > rounds) rounds = $3
    rate[$1, $2, $3] = $4 / $5
    cpu[$1, $2, $3] = $6 / $4 * 1e6
    busy[$1, $2, $3] = 100 * $7 / tick / $5
    others[$1, $2, $3] = 50 * (($8 - $7) / tick - $6) / $5
}

END {
    n_tools = split(order, tools, " ")
    printf "\nMedians (least .. greatest) of %d rounds; ratios within a round.\n", rounds
    print "Others: what other processes had of the two CPUs; with more than a few percent,"
    print "take no figure at its word."
    printf "%5s %-7s %9s %7s %7s %7s  %-24s %-24s\n", "conns", "client",
        "req/s", "CPU us", "server", "others", "req/s : wrk", "CPU : wrk"
    for (i = 1; i <= n_ns; i++) {
        for (k = 1; k <= n_tools; k++)
            printf "%5d %-7s %9s %7s %6s%% %6s%%  %-24s %-24s\n", ns[i], tools[k],
                middle(rate, ns[i], tools[k], 0, "%.0f", 0),
                middle(cpu, ns[i], tools[k], 0, "%.2f", 0),
                middle(busy, ns[i], tools[k], 0, "%.0f", 0),
                middle(others, ns[i], tools[k], 0, "%.0f", 0),
                middle(rate, ns[i], tools[k], 1, "%.2f", 1),
                middle(cpu, ns[i], tools[k], 1, "%.2f", 1)
        print ""
    }
    if (!(64 in seen_n))
        exit
    print "At 64 connections:"
    middle(rate, 64, "epoll", 1); target("epoll: requests per second, to wrk's", median, 1.3, 0)
    middle(cpu, 64, "epoll", 1); target("epoll: CPU per request, to wrk's", median, 0.78, 1)
    middle(rate, 64, "uring", 1); target("uring: requests per second, to wrk's", median, 1.5, 0)
    middle(cpu, 64, "uring", 1); target("uring: CPU per request, to wrk's", median, 0.68, 1)
}
