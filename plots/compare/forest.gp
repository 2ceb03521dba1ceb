# Change of every cell
# The ratio of each cell to the base, as a change in percent on a logarithmic
# axis (half is as far from 0 as twice), with its 95 % interval. In each part what
# is worst stands above. The shaded band is the least change that matters. First
# the metrics that decide the verdict, total CPU per request and throughput, then the
# p99 of response and service time, which only describe. Hollow points: unclear; without a bar: so few data
# could never be clear. A bar without an end reaches beyond the picture.
call ARG0[1:strlen(ARG0) - strlen("forest.gp")].'style.gp' ARG1 'servers'
data = run.'/forest.tsv'
if (forest_rows == 0) { exit }

array metric[4] = ['total.cpu_us_per_request', 'requests_per_s', 'latency_ns.response.p99', 'latency_ns.service.p99']
array metric_text[4] = ['Total CPU per request', 'Throughput', 'Response time (p99) at equal load, which decides nothing', 'Service time (p99), which decides nothing']
array direction[4] = ['faster (less) ← change → slower (more)', 'slower (less) ← change → faster (more)', 'faster (less) ← change → slower (more)', 'faster (less) ← change → slower (more)']
array verdict[5] = ['slower', 'faster', 'same', 'unclear', 'unclear (n too small)']
array verdict_colour[5] = ['#D55E00', '#0072B2', '#777777', '#777777', '#777777']
array verdict_point[5] = [7, 7, 7, 6, 4]

# Changes are drawn on a scale of logarithms. A row's y is its position if it is
# of this metric and, for v > 0, of this verdict.
log_of(percent) = log(1 + percent / 100.0)
log_in(key) = log_of(column(key))
of_metric(m) = strcol('metric') eq metric[m]
row_y(m, v) = of_metric(m) && (v == 0 || strcol('verdict') eq verdict[v]) ? column('position') : NaN
end_in(m, key) = !of_metric(m) ? 0 : log_in(strcol('verdict') eq verdict[5] ? 'change' : key)
has_bar(v) = strcol(v) ne verdict[5] && column('low') == column('low') && column('high') == column('high')
figures(v) = sprintf('%+.1f %%', column('change')).(has_bar(v) ? sprintf('  [%+.1f, %+.1f]', column('low'), column('high')) : '')

# How many rows each part has, and how far its axis reaches: to the end of the
# longest interval, unless that makes the changes too small to see.
array count[4]
array reach[4]
total = 0
parts = 0
do for [m = 1:4] {
    stats data using (of_metric(m) ? 1 : 0) nooutput
    count[m] = int(STATS_sum)
    total = total + count[m]
    parts = parts + (count[m] > 0)
    stats data using (of_metric(m) ? log_in('effect') : 0) name 'EFFECT' nooutput
    stats data using (of_metric(m) ? abs(log_in('change')) : 0) name 'CHANGE' nooutput
    stats data using (most(-end_in(m, 'low'), end_in(m, 'high'))) name 'END' nooutput
    reach[m] = 1.05 * least(most(END_max, EFFECT_max), 3 * most(CHANGE_max, EFFECT_max))
}
stats data using (strlen(strcol('label'))) name 'LABEL' nooutput
stats data using (strlen(figures('verdict'))) name 'FIGURES' nooutput

row_height = least(18, 28000.0 / total)
axis_width = 460
label_width = 24 + 7.8 * LABEL_max
width = most(label_width + axis_width + 24 + 7.8 * FIGURES_max, 40 + 6.3 * longest(run_title))
part_gap = 82
height = margin_top + total * row_height + parts * part_gap + 45

# Percents as tics, from 0 outwards, as far as there is room for them.
array tics_of[4]
do for [m = 1:4] {
    text = '"0 %%" 0'
    do for [sign = -1:1:2] {
        end = 0
        more = sign < 0 ? '75 90 95 99' : '75 100 150 200 300 500 900 1900 4900 9900'
        do for [percent in '0.1 0.2 0.5 1 2 3 4 5 6 8 10 12 15 20 25 30 40 50 60 '.more] {
            at = log_of(sign * percent)
            if (abs(at) - end > 0.27 * reach[m] && abs(at) < reach[m]) {
                    text = text.sprintf(', "%+g %%%%" %f', sign * percent, at)
                    end = abs(at)
            }
        }
    }
    tics_of[m] = text
}

do for [format in formats] {
    eval start('forest', format)
    set multiplot title heading(sides > 2 ? 'Change against A' : 'Change from A to B')
    top = margin_top
    set border 1 lc rgb '#444444'
    set key off
    do for [m = 1:4] {
        if (count[m] > 0) {
            bottom = top + count[m] * row_height
            eval within(label_width, top, label_width + axis_width, bottom)
            set xrange [-reach[m]:reach[m]]
            set yrange [count[m] + 0.5:0.5]
            set title metric_text[m] offset 0, -0.6
            set xlabel direction[m] offset 0, 0.4
            eval 'set xtics nomirror ('.tics_of[m].')'
            unset ytics
            set arrow 1 from 0, 0.5 to 0, count[m] + 0.5 nohead lc rgb '#888888' front
            plot data using (0):(row_y(m, 0)):(-log_in('effect')):(log_in('effect')):(column('position') - 0.5):(column('position') + 0.5) \
                    with boxxyerror fc rgb '#E8E8E8', \
                for [v = 1:4] data using (log_in('change')):(row_y(m, v)):(log_in('low')):(log_in('high')) \
                    with xerrorbars ps 0 lw 1.5 lc rgb verdict_colour[v], \
                for [v = 1:5] data using (log_in('change')):(row_y(m, v)) \
                    with points pt verdict_point[v] lw 1.5 lc rgb verdict_colour[v], \
                data using (-reach[m]):(row_y(m, 0)):(strcol('label')) with labels right offset -1, 0 noenhanced, \
                data using (reach[m]):(row_y(m, 0)):(figures('verdict')) with labels left offset 1, 0 noenhanced
            top = bottom + part_gap
        }
    }
    unset arrow 1
    eval key_panel(45)
    plot [1:2][1:2] for [v = 1:5] NaN with points pt verdict_point[v] lw 1.5 lc rgb verdict_colour[v] title verdict[v]
    unset multiplot
}
