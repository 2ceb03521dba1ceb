# Response time against offered rate
# Open loop, p50 and p99 of the response time, which counts from the planned moment.
# Rates are as the suite has them: where they are shares, of what the slowest server
# of that side reaches in closed loop. Colours are models, kinds of line are the
# sides. Points are the medians of a side's trials, bars their range. Red crosses:
# the generator was the limit in some trial, or it is invalid. All panels have the
# same scales.
load ARG1.'/labels.gp'
rate_panels = ''
do for [p in open_protocols] {
    rate_panels = rate_panels.' '.p.',p50 '.p.',p99'
}
call ARG0[1:strlen(ARG0) - strlen("rate.gp")].'style.gp' ARG1 'open_servers' 'rate_panels'
data = run.'/open.tsv'
if (shown eq '') { exit }
comma(panel) = strstrt(panel, ',')
protocol_of(panel) = panel[1:comma(panel) - 1]
value_of(panel) = 'response_'.panel[comma(panel) + 1:].'_us'
here(s, p, v) = is(s, protocol_of(p)) && column('connections') == open_connections ? column(v) : NaN
marked(s, p, v) = is(s, protocol_of(p)) && column('connections') == open_connections ? bound(protocol_of(p), v) : NaN
any(v) = column('connections') == open_connections ? column(v) : NaN
stats data using (any('response_p50_us_min')) name 'LOW' nooutput
stats data using (any('response_p99_us_max')) name 'HIGH' nooutput
if (!exists('LOW_min')) { exit } # no trial tells a response time
low = 0.8 * LOW_min
high = 1.2 * HIGH_max
set logscale y
set yrange [low:high]

# Rates stand where their number says.
number(rate) = is_share(rate) ? rate[1:strlen(rate) - 1] + 0 : rate + 0
last_rate = number(word(open_rates, words(open_rates)))
set xrange [0:1.12 * last_rate]
at_rate(s, k) = number(strcol('rate')) + off_middle(s, k) * last_rate * least(0.008, 0.05 / lines)
x_text = 'offered rate'
x_tics = '"0" 0'
do for [r in open_rates] {
    x_tics = x_tics.', "'.tic_text(r).'" '.sprintf('%g', number(r))
}
y_text = 'response time, µs'
y_format = '%.0f'
y_tics = log_tics(low, high)
left_out = skipped(open_skipped)
eval picture

do for [format in formats] {
    eval start('rate', format)
    set multiplot title heading(sprintf('Response time against offered rate, %d connections', open_connections))
    do for [n = 1:words(protocols)] {
        p = word(protocols, n)
        v = value_of(p)
        do for [g = 1:groups] {
            eval panel(n, g)
            plot for [s in group(g)] for [k = 1:sides] data using (at_rate(s, k)):(on(k, here(s, p, v))) \
                    with lines lw 2 dt line_type(k) lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_rate(s, k)):(on(k, here(s, p, v.'_min'))):(0):(span(v.'_min', v.'_max')) \
                    with vectors nohead lw 1.5 lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_rate(s, k)):(on(k, here(s, p, v))) \
                    with points pt shape(s, k) lc rgb colour_of(s), \
                for [s in group(g)] for [k = 1:sides] data using (at_rate(s, k)):(on(k, marked(s, p, v))) \
                    with points pt 2 ps 2 lw 2 lc rgb '#CC0000'
        }
    }
    eval key_panel(45)
    plot [1:2][1:2] for [s in (crowded ? '' : shown)] NaN with linespoints pt solid_of(s) lw 2 lc rgb colour_of(s) title s noenhanced, \
        for [k = 1:(crowded ? 0 : sides)] NaN with lines lw 2 dt line_type(k) lc rgb '#444444' title letter(k), \
        for [k = 1:(crowded ? sides : 0)] NaN with linespoints pt shape('', k) lw 2 dt line_type(k) lc rgb '#444444' title letter(k)
    unset multiplot
}
