# What the charts of a comparison share, besides the style of all charts. A
# script loads it, with the comparison's folder as its own first argument, and the
# name of the list of models that it draws; and that of a list of panels, if they are
# others than the protocols. A side is a run, or several of one kernel.
call ARG0[1:strlen(ARG0) - strlen('compare/style.gp')].'style.gp' ARG1
shown = value(ARG2)
if (ARGC > 2) { protocols = value(ARG3) }

# One panel a protocol, with all models in it; one a model, too, where these
# would be too many lines to read, or lines of the same look.
twins = sum [i = 1:words(shown)] (sum [k = 1:words(shown)] (i < k && slot(word(shown, i)) == slot(word(shown, k))))
crowded = sides > 2 || twins > 0 || words(shown) * sides > 8
groups = crowded ? words(shown) : 1
group(g) = crowded ? word(shown, g) : shown

# A side's letter, its kind of line, and a row's value if it is of this side.
letter(k) = word(side_names, k)
line_type(k) = (k - 1) % 5 + 1
on(k, v) = column('side') == k ? v : NaN
starved_of(name, protocol, v) = is(name, protocol) && column('starved') == 1 ? column(v) : NaN

# The shape of a point tells the model, or the side where each model has a panel.
shape(name, k) = crowded ? word(shapes_solid, (k - 1) % 6 + 1) + 0 : solid_of(name)
shape_starved(name, k) = crowded ? word(shapes_hollow, (k - 1) % 6 + 1) + 0 : hollow_of(name)

# In a panel lines stand a little beside each other, so that their bars can be
# told apart: models in their order, and each model's sides.
least(a, b) = a < b ? a : b
most(a, b) = a > b ? a : b
nth(name) = sum [i = 1:words(shown)] (word(shown, i) eq name ? i : 0)
lines = (crowded ? 1 : words(shown)) * sides
line_of(name, k) = (crowded ? 0 : nth(name) - 1) * sides + k
off_middle(name, k) = line_of(name, k) - (lines + 1) / 2.0
step = least(crowded ? 0.2 : 0.07, 0.6 / most(lines, 1))
at_side(name, k) = column('connections') * 2 ** (off_middle(name, k) * step)

# Panels in pixels: rows of equal width; a protocol begins a new row.
columns = crowded ? ceil(groups / most(1, ceil(groups / 5.0))) : most(1, words(protocols))
longest_word(list) = list eq '' ? 0 : most(strlen(word(list, 1)), words(list) > 1 ? longest_word(list[strlen(word(list, 1)) + 2:]) : 0)
panel_width = crowded ? most(columns > 3 ? 220 : 300, 8 * (longest_word(shown) + 2 + longest_word(protocols))) : columns > 1 ? 520 : 700
panel_height = crowded ? 190 : 330
margin_left = 85
margin_top = 58 + 20 * (sides + (note ne ''))
margin_bottom = 95
gap_x = crowded ? 24 : 90
gap_y = 55
column_of(p, g) = (crowded ? g - 1 : p - 1) % columns
row_of(p, g) = crowded ? (p - 1) * panel_rows + (g - 1) / columns : (p - 1) / columns
x_scale = 1

# The title: what is drawn, a line a side, and what is not shown. The picture
# holds its longest line, and the panels.
longest(text) = text eq '' ? 0 : most(line_end(text), longest(rest(text)))
heading(text) = '{/:Bold '.text.'}'.small(left_out).small(run_title).small(note)

picture = "columns = least(columns, most(1, 1500 / (panel_width + gap_x))); \
    panel_rows = ceil(1.0 * groups / columns); \
    rows = crowded ? panel_rows * words(protocols) : ceil(1.0 * words(protocols) / columns); \
    width = most(margin_left + columns * (panel_width + gap_x) - gap_x + 30, 40 + 6.3 * longest(run_title)); \
    margin_left = most(margin_left, (width - columns * (panel_width + gap_x) + gap_x) / 2); \
    margin_top = margin_top + (left_out eq '' ? 0 : 20); \
    height = margin_top + rows * (panel_height + gap_y) - gap_y + margin_bottom"

# The same points are larger in SVG.
start(name, format) = begin(name, format).sprintf('; set pointsize %g', format eq 'svg' ? 0.8 : 1.2)

left_of(p, g) = margin_left + column_of(p, g) * (panel_width + gap_x)
top_of(p, g) = margin_top + row_of(p, g) * (panel_height + gap_y)
place_of(p, g) = within(left_of(p, g), top_of(p, g), left_of(p, g) + panel_width, top_of(p, g) + panel_height)

# What is due before a panel's plot: place, title, and axes, whose texts are
# x_text and y_text, y_format, and the lists of tics x_tics and y_tics. The y axis
# is told by the first panel of a row, what x is by the last of a column.
spaced(text) = strstrt(text, ',') == 0 ? text : text[1:strstrt(text, ',')].' '.text[strstrt(text, ',') + 1:]
tells_x(p, g) = row_of(p, g) == rows - 1 || (crowded && p == words(protocols) && g + columns > groups)
tells_y(p, g) = !crowded || column_of(p, g) == 0
y_tics = ''
panel(p, g) = place_of(p, g) \
    .sprintf("set title '%s%s' noenhanced offset 0, -0.6; ", crowded ? group(g).', ' : '', spaced(word(protocols, p))) \
    ."set key off; set border 3 lc rgb '#444444'; set grid; set ytics nomirror ".y_tics."; set xtics nomirror scale ".sprintf("%g", x_scale)." (".x_tics."); " \
    .(tells_y(p, g) ? "set ylabel y_text; set format y y_format; " : "unset ylabel; set format y ''; ") \
    .(tells_x(p, g) ? "set xlabel x_text offset 0, 0.4" : "unset xlabel")

# The numbers of connections as tics of a logarithmic axis, as far as there is
# room for them.
last_count = connection_counts eq '' ? 1 : word(connection_counts, words(connection_counts))
octave = panel_width / (log(1.3 * last_count / 0.8) / log(2))
x_tics = ''
tic_end = -1000
do for [c in connection_counts] {
    tic_at = octave * log(c) / log(2)
    if (tic_at - 4 * strlen(c) > tic_end + 6) {
        x_tics = x_tics.(x_tics eq '' ? '' : ', ').sprintf('"%s" %s', c, c)
        tic_end = tic_at + 4 * strlen(c)
    }
}
