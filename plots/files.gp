# Ways to read a file
# Closed loop: each request is a GET of the same file, by the size of the file. A
# panel a model, with so many connections; a line a way to read. Above: bytes of
# files per second. Below: CPU time that server and generator used together for a
# GiB. Points are the medians of the repeats, bars their range. "direct" reads from
# the disk, all others from the page cache. Hollow: some connections waited in
# vain for the first byte of a reply. Red crosses: the generator was the limit in
# some repeat, or it is invalid; then the CPU time tells the ways apart, and not the
# rate.
call ARG0[1:strlen(ARG0) - strlen("files.gp")].'style.gp' ARG1
data = run.'/files.tsv'
if (file_panels eq '') { exit }
columns = words(file_panels)
colon(panel) = strstrt(panel, ':')
model(panel) = panel[1:colon(panel) - 1]
connections_in(panel) = panel[colon(panel) + 1:] + 0
panel_title(panel) = sprintf("%s, %d connection%s", model(panel), connections_in(panel), connections_in(panel) == 1 ? '' : 's')

# A comparison has several sides, a run none.
several = exists("sides") && sides > 1
last_side = several ? sides : 1
on(k) = several ? column('side') == k : 1
side_name(k) = several ? word(side_names, k) : ''
here(panel, way, v) = strcol('server') eq model(panel) && column('connections') == connections_in(panel) && strcol('file_io') eq way ? column(v) : NaN
whole(panel, way, v) = column('starved') == 0 ? here(panel, way, v) : NaN
hollow(panel, way, v) = column('starved') == 1 ? here(panel, way, v) : NaN
marked(panel, way, v) = column('generator_bound') + column('invalid') > 0 ? here(panel, way, v) : NaN

stats data using 'bytes_per_s_max' name 'RATE' nooutput
stats data using 'total_cpu_s_per_gib_min' name 'LOW' nooutput
stats data using 'total_cpu_s_per_gib_max' name 'HIGH' nooutput
if (!exists('RATE_max')) { exit }
gib = 2.0 ** 30

# Ways, and the sides of each, stand a little beside each other, so that their bars
# can be told apart.
nth(way) = sum [k = 1:words(file_ways)] (word(file_ways, k) eq way ? k : 0)
lines = words(file_ways) * last_side
at_size(way, k) = column('file_bytes') * 2 ** (((nth(way) - 1) * last_side + k - (lines + 1) / 2.0) * 0.9 / lines)
x_range = sprintf('[%g:%g]', word(file_sizes, 1) / 2.0, word(file_sizes, words(file_sizes)) * 2.0)
tics_from(texts, k) = k > words(file_sizes) ? '' : (k > 1 ? ', ' : '').sprintf('"%s" %s', texts ? size_text(word(file_sizes, k) + 0) : '', word(file_sizes, k)).tics_from(texts, k + 1)
tics(texts) = 'set xtics nomirror ('.tics_from(texts, 1).')'

# Both rows have the rate or the cost as their only difference.
is_rate(v) = v eq 'bytes_per_s'
unit(v) = is_rate(v) ? gib : 1
y_axis(v) = is_rate(v) \
    ? sprintf("unset logscale y; set yrange [0:%g]; set ytics nomirror autofreq; y_text = 'GiB per second'", 1.05 * RATE_max / gib) \
    : sprintf("set logscale y; set yrange [%g:%g]; set ytics nomirror (%s%g); y_text = 'CPU per GiB, s'", 0.8 * LOW_min, 1.25 * HIGH_max, decades('1 2 5', floor(log10(LOW_min)) - 1, floor(log10(HIGH_max))), 10.0 ** (1 + floor(log10(HIGH_max))))
left_out = skipped(file_skipped)
# Panels in pixels: a column a model, a row what is measured.
panel_width = columns > 1 ? 285 : 640
panel_height = 285
gap_x = 18
gap_y = 42
left = 80
top = 70 + 18 * last_side + (left_out eq '' ? 0 : 18)
width = left + columns * (panel_width + gap_x) - gap_x + 25
height = top + 2 * panel_height + gap_y + 105
left_of(c) = left + (c - 1) * (panel_width + gap_x)
top_of(v) = top + (is_rate(v) ? 0 : panel_height + gap_y)
place(c, v) = within(left_of(c), top_of(v), left_of(c) + panel_width, top_of(v) + panel_height)

# The y axis is told by the first column, what x is by the last row.
tells_y(c) = c == 1 ? "set ylabel y_text; set format y '%g'" : "unset ylabel; set format y ''"
tells_x(c, v) = is_rate(v) \
    ? "set title panel_title(word(file_panels, c)) noenhanced offset 0, -0.6; unset xlabel; ".tics(0) \
    : "unset title; set xlabel 'size of the file' offset 0, 0.4; ".tics(1)

do for [format in formats] {
    eval begin('files', format)
    set border 3 lc rgb '#444444'
    set grid
    set key off
    eval 'set logscale x 2; set xrange '.x_range
    set multiplot title caption('Ways to read a file')
    do for [v in 'bytes_per_s total_cpu_s_per_gib'] {
        eval y_axis(v)
        do for [c = 1:columns] {
            p = word(file_panels, c)
            eval place(c, v)
            eval tells_y(c)
            eval tells_x(c, v)
            plot for [w in file_ways] for [k = 1:last_side] data using (at_size(w, k)):(on(k) ? here(p, w, v) / unit(v) : NaN) \
                    with lines lw 2 dt k lc rgb way_colour(w), \
                for [w in file_ways] for [k = 1:last_side] data using (at_size(w, k)):(on(k) ? here(p, w, v.'_min') / unit(v) : NaN):(0):(span(v.'_min', v.'_max') / unit(v)) \
                    with vectors nohead lw 1.5 lc rgb way_colour(w), \
                for [w in file_ways] for [k = 1:last_side] data using (at_size(w, k)):(on(k) ? hollow(p, w, v) / unit(v) : NaN) \
                    with points pt way_hollow(w) ps 1.1 lw 1.5 lc rgb way_colour(w), \
                for [w in file_ways] for [k = 1:last_side] data using (at_size(w, k)):(on(k) ? whole(p, w, v) / unit(v) : NaN) \
                    with points pt way_solid(w) ps 1.1 lc rgb way_colour(w), \
                for [w in file_ways] for [k = 1:last_side] data using (at_size(w, k)):(on(k) ? marked(p, w, v) / unit(v) : NaN) \
                    with points pt 2 ps 1.9 lw 2 lc rgb '#CC0000'
        }
    }
    eval key_panel(40)
    unset logscale
    plot [1:2][1:2] for [w in file_ways] NaN with linespoints pt way_solid(w) ps 1.1 lw 2 lc rgb way_colour(w) title w noenhanced, \
        for [k = 1:several * last_side] NaN with lines lw 2 dt k lc rgb '#444444' title side_name(k)
    unset multiplot
}
