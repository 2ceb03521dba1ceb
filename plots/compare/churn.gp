# Churn: connections that last for a few requests
# Requests per second in closed loop when every connection is closed after so many
# requests and a new one opened; and the p99 of the time to open a connection, until
# the kernel has it. The sides stand next to each other, each over its letter. Bars
# are the medians of a side's trials, lines their range. A red cross above: the
# generator was the limit in some trial, or it is invalid.
load ARG1.'/labels.gp'
churn_panels = ''
do for [p in churn_protocols] {
    churn_panels = churn_panels.' '.p.',throughput '.p.',connect'
}
call ARG0[1:strlen(ARG0) - strlen("churn.gp")].'style.gp' ARG1 'churn_servers' 'churn_panels'
data = run.'/churn.tsv'
if (shown eq '') { exit }
comma(panel) = strstrt(panel, ',')
protocol_of(panel) = panel[1:comma(panel) - 1]
is_rate(panel) = panel[comma(panel) + 1:] eq 'throughput'
value_of(panel) = is_rate(panel) ? 'requests_per_s' : 'connect_p99_us'
here(s, p, v) = is(s, protocol_of(p)) && column('connections') == churn_connections ? column(v) : NaN
marked(s, p, v) = is(s, protocol_of(p)) && column('connections') == churn_connections ? bound(protocol_of(p), v) : NaN
any(v) = column('connections') == churn_connections ? column(v) : NaN
count_of(n) = sum [k = 1:words(churn_counts)] (word(churn_counts, k) + 0 == n ? k : 0)
bar = 0.85 / lines
at_bar(name, k) = count_of(column('requests_per_connection')) + off_middle(name, k) * bar
set boxwidth bar * 0.9
stats data using (any('requests_per_s_max')) name 'RATE' nooutput
stats data using (any('connect_p99_us_max')) name 'CONNECT' nooutput
greatest_of(panel) = is_rate(panel) ? RATE_max : exists('CONNECT_max') ? CONNECT_max : 1
set xrange [0.5:words(churn_counts) + 0.5]
x_text = "\nrequests per connection"
x_scale = 0
panel_width = most(panel_width, 15 * (lines + 1) * words(churn_counts))
gap_y = 82
margin_bottom = 118
eval picture

# The letter of its side below each bar, and the requests below the middle.
x_tics = ''
do for [c = 1:words(churn_counts)] {
    do for [i = 1:lines] {
        x_tics = x_tics.sprintf('"%s" %f, ', letter((i - 1) % sides + 1), c + (i - (lines + 1) / 2.0) * bar)
    }
    x_tics = x_tics.sprintf('"%s\n%s" %d%s', lines % 2 ? letter((lines - 1) / 2 % sides + 1) : '', word(churn_counts, c), c, c < words(churn_counts) ? ', ' : '')
}

do for [format in formats] {
    eval start('churn', format)
    set multiplot title heading(sprintf('Churn: connections that last for a few requests, %d at a time', churn_connections))
    do for [n = 1:words(protocols)] {
        p = word(protocols, n)
        v = value_of(p)
        set yrange [0:1.08 * greatest_of(p)]
        y_text = is_rate(p) ? 'requests per second' : 'p99, µs'
        y_format = is_rate(p) ? '%.0s%c' : '%.0f'
        do for [g = 1:groups] {
            eval panel(n, g)
            plot for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, here(s, p, v))) \
                    with boxes fc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, here(s, p, v.'_min'))):(0):(span(v.'_min', v.'_max')) \
                    with vectors nohead lw 1.5 lc rgb '#444444', \
                for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, marked(s, p, v))) \
                    with points pt 2 ps 1.5 lw 2 lc rgb '#CC0000'
        }
    }
    eval key_panel(45)
    plot [1:2][1:2] for [s in (crowded ? '' : shown)] NaN with boxes fc rgb colour_of(s) title s noenhanced
    unset multiplot
}
