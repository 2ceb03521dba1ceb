# Throughput against connections
# Requests per second in closed loop. Colours are models, kinds of line are the
# sides. Points are the medians of a side's trials, bars their range. Hollow
# points: some connections got no reply at all (starved), and the rate is that of
# the few that were served. Crossed out: the generator was the limit, or the
# trial is invalid. All panels have the same scales.
call ARG0[1:strlen(ARG0) - strlen("throughput.gp")].'style.gp' ARG1 'servers'
data = run.'/connections.tsv'
if (shown eq '') { exit }
stats data using 'connections' name 'CONNECTIONS' nooutput
stats data using 'requests_per_s_max' nooutput
set logscale x 2
set xrange [0.8:1.3 * CONNECTIONS_max]
set yrange [0:1.05 * STATS_max]
x_text = 'connections'
y_text = 'requests per second'
y_format = '%.0s%c'
eval picture

do for [format in formats] {
    eval start('throughput', format)
    set multiplot title heading('Throughput against connections')
    do for [n = 1:words(protocols)] {
        p = word(protocols, n)
        do for [g = 1:groups] {
            eval panel(n, g)
            plot for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, of(s, p, 'requests_per_s'))) \
                    with lines lw 2 dt line_type(k) lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, of(s, p, 'requests_per_s_min'))):(0):(span('requests_per_s_min', 'requests_per_s_max')) \
                    with vectors nohead lw 1.5 lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, starved_of(s, p, 'requests_per_s'))) \
                    with points pt shape_starved(s, k) lw 1.5 lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, served(s, p, 'requests_per_s'))) \
                    with points pt shape(s, k) lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(is(s, p) ? on(k, bound(p, 'requests_per_s')) : NaN) \
                    with points pt 2 ps 2 lw 2 lc rgb '#CC0000'
        }
    }
    eval key_panel(45)
    plot [1:2][1:2] for [s in (crowded ? '' : shown)] NaN with linespoints pt solid_of(s) lw 2 lc rgb colour_of(s) title s noenhanced, \
        for [k = 1:(crowded ? 0 : sides)] NaN with lines lw 2 dt line_type(k) lc rgb '#444444' title letter(k), \
        for [k = 1:(crowded ? sides : 0)] NaN with linespoints pt shape('', k) lw 2 dt line_type(k) lc rgb '#444444' title letter(k)
    unset multiplot
}
