# Total CPU per request
# CPU time that server and generator used together for one request: strong
# colour the server's part, pale the generator's. On loopback the receive path
# runs in the sender, so only the sum can be compared. The sides stand next to
# each other, each over its letter. Medians of a side's trials; the bar is the
# range of the sum. Shaded: some connections starved. A red cross above: the
# generator was the limit, or the trial is invalid. All panels have the same
# scales.
call ARG0[1:strlen(ARG0) - strlen("cpu.gp")].'style.gp' ARG1 'servers'
data = run.'/connections.tsv'
if (cost_cells == 0) { exit }
count_of(n) = sum [k = 1:words(connection_counts)] (word(connection_counts, k) + 0 == n ? k : 0)
bar = 0.85 / lines
at_bar(name, k) = count_of(column('connections')) + off_middle(name, k) * bar
set boxwidth bar * 0.9
stats data using 'total_cpu_us_max' nooutput
set xrange [0.5:words(connection_counts) + 0.5]
set yrange [0:1.05 * STATS_max]
x_text = "\nconnections"
x_scale = 0
y_text = 'CPU per request, µs'
y_format = '%g'
panel_width = most(panel_width, 15 * (lines + 1) * words(connection_counts))
gap_y = 82
margin_bottom = 118
eval picture

# The letter of its side below each bar, and the connections below the middle.
x_tics = ''
do for [c = 1:words(connection_counts)] {
    do for [i = 1:lines] {
        x_tics = x_tics.sprintf('"%s" %f, ', letter((i - 1) % sides + 1), c + (i - (lines + 1) / 2.0) * bar)
    }
    x_tics = x_tics.sprintf('"%s\n%s" %d%s', lines % 2 ? letter((lines - 1) / 2 % sides + 1) : '', word(connection_counts, c), c, c < words(connection_counts) ? ', ' : '')
}

do for [format in formats] {
    eval start('cpu', format)
    set multiplot title heading('Total CPU per request, server (strong) and generator (pale)')
    do for [n = 1:words(protocols)] {
        p = word(protocols, n)
        do for [g = 1:groups] {
            eval panel(n, g)
            plot for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, of(s, p, 'total_cpu_us'))) \
                    with boxes fc rgb pale_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, served(s, p, 'server_cpu_us'))) \
                    with boxes fc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, starved_of(s, p, 'server_cpu_us'))) \
                    with boxes fs pattern 4 fc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(on(k, of(s, p, 'total_cpu_us_min'))):(0):(span('total_cpu_us_min', 'total_cpu_us_max')) \
                    with vectors nohead lw 1.5 lc rgb '#444444', \
                for [s in group(g)] for [k = 1:sides] data using (at_bar(s, k)):(is(s, p) ? on(k, bound(p, 'total_cpu_us')) : NaN) \
                    with points pt 2 ps 1.5 lw 2 lc rgb '#CC0000'
        }
    }
    eval key_panel(45)
    plot [1:2][1:2] for [s in (crowded ? '' : shown)] NaN with boxes fc rgb colour_of(s) title s noenhanced, \
        NaN with boxes fc rgb '#666666' title 'server', \
        NaN with boxes fc rgb '#C8C8C8' title 'generator'
    unset multiplot
}
