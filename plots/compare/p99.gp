# Latency (p99) against connections
# The 99th percentile of the service time, from sending a request to the last
# byte of its reply, in closed loop: at saturation it mostly restates
# connections / rate. Colours are models, kinds of line are the sides. Points are
# the medians of a side's trials, bars their range. Starved cells have no latency
# and are left out. All panels have the same scales.
call ARG0[1:strlen(ARG0) - strlen("p99.gp")].'style.gp' ARG1 'servers'
data = run.'/connections.tsv'
if (latency_cells == 0) { exit }
set logscale x 2
set logscale y
stats data using 'connections' name 'CONNECTIONS' nooutput
stats data using 'p99_us_min' name 'LOW' nooutput
stats data using 'p99_us_max' name 'HIGH' nooutput
set xrange [0.8:1.3 * CONNECTIONS_max]
set yrange [0.8 * LOW_min:1.2 * HIGH_max]
x_text = 'connections'
y_text = 'p99 of service time, µs'
y_format = '%.0f'
y_tics = log_tics(0.8 * LOW_min, 1.2 * HIGH_max)
eval picture

do for [format in formats] {
    eval start('p99', format)
    set multiplot title heading('Latency (p99) against connections')
    do for [n = 1:words(protocols)] {
        p = word(protocols, n)
        do for [g = 1:groups] {
            eval panel(n, g)
            plot for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, served(s, p, 'p99_us'))) \
                    with lines lw 2 dt line_type(k) lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, served(s, p, 'p99_us_min'))):(0):(span('p99_us_min', 'p99_us_max')) \
                    with vectors nohead lw 1.5 lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(on(k, served(s, p, 'p99_us'))) \
                    with points pt shape(s, k) lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_side(s, k)):(is(s, p) ? on(k, bound(p, 'p99_us')) : NaN) \
                    with points pt 2 ps 2 lw 2 lc rgb '#CC0000'
        }
    }
    eval key_panel(45)
    plot [1:2][1:2] for [s in (crowded ? '' : shown)] NaN with linespoints pt solid_of(s) lw 2 lc rgb colour_of(s) title s noenhanced, \
        for [k = 1:(crowded ? 0 : sides)] NaN with lines lw 2 dt line_type(k) lc rgb '#444444' title letter(k), \
        for [k = 1:(crowded ? sides : 0)] NaN with linespoints pt shape('', k) lw 2 dt line_type(k) lc rgb '#444444' title letter(k)
    unset multiplot
}
