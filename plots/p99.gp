# Latency (p99) against connections
# The 99th percentile of the service time, from sending a request to the last
# byte of its reply, in closed loop: at saturation it mostly restates
# connections / rate. Points are the medians of the repeats, bars their range.
# Starved cells have no latency and are left out.
call ARG0[1:strlen(ARG0) - strlen("p99.gp")].'style.gp' ARG1
data = run.'/connections.tsv'
if (latency_cells == 0) { exit }
set logscale x 2
set logscale y
stats data using 'connections' name 'CONNECTIONS' nooutput
stats data using 'p99_us_min' name 'LOW' nooutput
stats data using 'p99_us_max' name 'HIGH' nooutput
set yrange [0.8 * LOW_min:1.2 * HIGH_max]
eval 'set xrange '.connections_range(CONNECTIONS_max)
set format y '%.0f'
set xlabel 'connections' offset 0, 0.4
set ylabel 'p99 of service time, µs'

do for [format in formats] {
    eval begin('p99', format)
    set multiplot layout 1,panels title caption('Latency (p99) against connections')
    do for [p in protocols] {
        set title p
        plot for [s in servers] data using (at('server')):(served(s, p, 'p99_us')) \
                with lines lw 2 dt dash_of(s) lc rgb colour_of(s) notitle, \
            for [s in servers] data using (at('server')):(served(s, p, 'p99_us_min')):(0):(span('p99_us_min', 'p99_us_max')) \
                with vectors nohead lw 1.5 lc rgb colour_of(s) notitle, \
            for [s in servers] data using (at('server')):(served(s, p, 'p99_us')) \
                with points pt solid_of(s) ps 1.3 lc rgb colour_of(s) notitle, \
            data using (at('server')):(bound(p, 'p99_us')) \
                with points pt 2 ps 2.2 lw 2 lc rgb '#CC0000' notitle, \
            for [s in servers] NaN with linespoints pt solid_of(s) ps 1.3 lw 2 dt dash_of(s) lc rgb colour_of(s) title s noenhanced
    }
    unset multiplot
}
