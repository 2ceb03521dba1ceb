# models.awk: the table of models in Markdown. Reads connections.tsv of a run, then
# (-) a line a model: name, how it waits, its limit, kernel, lines of code.
# Variables: only (numbers of connections; empty: all), run (its name).
# Exit: 0, or 1 if the run has not measured epoll there.
BEGIN { FS = "\t" }

FNR == NR && FNR == 1 {
    for (i = 1; i <= NF; i++)
        at[$i] = i
}

FNR == NR {
    if ($at["protocol"] == "http")
        keep($at["server"], $at["connections"])
    next
}

{
    name[++models] = $1
    row[$1] = sprintf("`%s` | %s | %s | %s | %s", $1, $2, $3, $4, $5)
}

END {
    if (columns == 0)
        exit 1
    head("| model | how it waits | its limit | kernel | lines |", " req/s, %s | CPU, %s |")
    head("| --- | --- | --- | --- | ---: |", " ---: | ---: |")
    for (i = 1; i <= models; i++)
        print "| " row[name[i]] " |" figures(name[i])
    legend()
}

# What the run tells of a model at so many connections.
function keep(model, n)
{
    measured[model, n] = 1
    served[model, n] = $at["starved"] == 1 ? $at["served"] : n
    rate[model, n] = $at["requests_per_s"]
    cpu[model, n] = $at["total_cpu_us"]
    doubtful[model, n] = $at["generator_bound"] + $at["invalid"] > 0
    if (model == "epoll" && (only == "" || index(" " only " ", " " n " ")))
        count[++columns] = n
}

function head(text, each,    c)
{
    for (c = 1; c <= columns; c++)
        text = text sprintf(each, count[c], count[c])
    print text
}

# A model's cells: multiples of what epoll does there, or why there are none.
function figures(model,    c, n, text, mark)
{
    for (c = 1; c <= columns; c++) {
        n = count[c]
        mark = doubtful[model, n] || doubtful["epoll", n] ? "?" : ""
        if (!measured[model, n])
            text = text " - | - |"
        else if (served[model, n] < n)
            text = text sprintf(" starved (%d served) | - |", served[model, n])
        else {
            text = text sprintf(" %.2f%s | %.2f%s |", rate[model, n] / rate["epoll", n], mark,
                                cpu[model, n] / cpu["epoll", n], mark)
            doubts += mark != ""
        }
    }
    return text
}

function legend(    c, n)
{
    print "\nMultiples of what `epoll` does in the same run at as many connections, which is"
    for (c = 1; c <= columns; c++) {
        n = count[c]
        printf "%.0f requests/s and %.2f µs of CPU at %d%s\n", rate["epoll", n], cpu["epoll", n], n,
            c < columns ? "," : "."
    }
    print "HTTP in closed loop, medians of the run `" run "`. CPU: time of server and"
    print "generator together for a request. Starved: some connections got no reply, and the"
    print "figures of the others say nothing of the model. Lines: of code, in `servers/models/`."
    if (doubts)
        print "?: in some trial the generator was the limit, or it was invalid."
}
