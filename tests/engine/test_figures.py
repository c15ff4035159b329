"""Figures: what is drawn, what falls back to a table, what the markup may not hold."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from figure_reading import coloured, drawn_in, item, one, texts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.figures import Figure, Kind, Line, Tone, linear, log
from lcnn_verify.evidence.hooks import to_json
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.figures import figures

TIMES = np.geomspace(0.01, 1e4, 5000)
LOG = {"x": log("time t", "s"), "y": log("sum s", "m")}
FLAT = {"x": linear("count k", "1"), "y": linear("size n", "m")}
DECAY = Figure(Kind.CURVES, "Decay", **LOG, bound="the claimed bound", caption="Falls.")
SLOPES = Figure(
    Kind.CURVES,
    "Slope",
    x=log("s", "m"),
    y=log("‖∇s‖", "1"),
    bound="c·s",
    lines=(Line("1/2", slope=0.5), Line("2/3", slope=2 / 3), Line("1", slope=1.0)),
)
SIZES = Figure(Kind.BANDS, "Sizes", x=log("size m", "people"), y=log("median time", "s"))
STARTS = Figure(
    Kind.SCATTER,
    "Starts",
    x=log("level", "ratio"),
    y=log("steps", "count"),
    marks={"up": Tone.GOOD, "down": Tone.BAD, "open": Tone.WARN},
    lines=(Line("the level", x=1.0, beyond="are shown for comparison"),),
)
SUCCESS = Figure(Kind.MAP, "Success", **FLAT, values="share of successes")
LOG = {"x": log("x", "m"), "y": log("y", "m")}
CLAIMED = (Line("equal", x=1.0, y=1.0, slope=9.0), Line("s", slope=-1.0))
MARGINS = Figure(Kind.TABLE, "Margins", order="ratio", caption="Found.")


def raw(figure, **data):
    """A series that the figure would not take."""
    return {"figure": figure.to_json(), "label": "x", "data": to_json(data)}


def decay(level=0.02, label="run", **more):
    return item(DECAY, label, x=TIMES, y=level / (1 + TIMES) ** 3, **more)


def test_a_curve_is_drawn_with_its_bound_and_named_axes():
    drawing = one(decay(bound_x=TIMES[::100], bound=[0.02] * 50, note="s₀ = 0.02"))
    curve, bound = drawn_in(drawing.markup, "1")
    assert curve[-1, 1] - curve[0, 1] > 150, "the sum falls: y grows downwards"
    assert np.ptp(bound[:, 1]) < 0.2, "a constant bound is a level line"
    assert [key.label for key in drawing.keys] == ["run", "the claimed bound"]
    assert (drawing.title, drawing.caption) == ("Decay", "Falls. run: s₀ = 0.02.")
    assert {"time t (s)", "sum s (m)", "10⁴"} <= set(texts(drawing.markup))
    assert len(drawn_in(one(decay()).markup, "1")) == 1


def test_bounds_without_places_of_their_own_share_the_curves():
    assert len(drawn_in(one(decay(bound=[0.5] * len(TIMES))).markup, "1")) == 2
    assert len(drawn_in(one(decay(bound=[-1.0] * len(TIMES))).markup, "1")) == 1


def test_many_curves_share_a_colour_and_stay_small():
    drawing = one([decay(0.9**k, f"run {k}", bound=1 / (1 + TIMES)) for k in range(60)])
    assert len(drawn_in(drawing.markup, "1")) == 24
    assert len(drawn_in(drawing.markup, "2")) == 24
    assert len(drawing.markup) < 60_000
    assert "36 more curves are in report.json" in drawing.caption
    assert drawing.keys[0].label == "24 curves"


@pytest.mark.parametrize("slope", [0.5, 2 / 3, 1.0])
def test_guides_run_parallel_to_curves_of_their_slope(slope):
    s = np.geomspace(1e-8, 1e-2, 300)
    ends = s[[0, -1]]
    drawing = one(item(SLOPES, x=s, y=3 * s**slope, bound_x=ends, bound=0.5 * ends))
    curve, line = drawn_in(drawing.markup, "1")

    def steepness(points):
        return np.ptp(points[:, 1]) / np.ptp(points[:, 0])

    # The bound has slope 1: every other steepness is measured against it.
    assert steepness(curve) / steepness(line) == pytest.approx(slope, rel=0.01)
    guides = [p for p in drawn_in(drawing.markup, "muted") if len(p) == 2 and np.ptp(p[:, 0]) > 200]
    ratios = {round(steepness(p) / steepness(line), 2) for p in guides if np.ptp(p[:, 1]) > 5}
    assert {0.5, 0.67} <= ratios
    assert {"1/2", "2/3", "1"} <= set(texts(drawing.markup))
    labels = [key.label for key in drawing.keys]
    assert labels == ["x", "c·s", "slopes 1/2, 2/3 and 1"]


def test_linear_curves_run_through_zero_and_below():
    figure = Figure(Kind.CURVES, "Lines", **FLAT, lines=(Line("zero", y=0.0),))
    drawing = one(item(figure, x=[-2.0, 0.0, 2.0], y=[-4.0, 0.0, 4.0]))
    (curve,) = drawn_in(drawing.markup, "1")
    assert np.ptp(np.diff(curve, axis=0), axis=0) == pytest.approx([0.0, 0.0], abs=0.2)
    (level,) = [p for p in drawn_in(drawing.markup, "ink") if len(p) == 2]
    assert level[0, 1] == pytest.approx(curve[1, 1], abs=0.2)
    assert {"−2", "0", "2", "−4", "4"} <= set(texts(drawing.markup))
    assert [key.label for key in drawing.keys] == ["x", "zero"]
    assert one(item(figure, x=[1.0, 2.0], y=[3.0, 3.0])).markup, "a constant has an axis, too"


def test_bands_have_a_band_and_a_tick_per_abscissa():
    data = {"x": [2, 4, 8, 16], "y": [4, 8, 9, 9], "low": [3, 6, 8, 8]}
    data["high"] = [5, 10, None, 10]
    drawing = one([item(SIZES, "planar", **data, note="flat"), item(SIZES, "dense", **data)])
    styles = [e.get("style", "") for e in ElementTree.fromstring(drawing.markup).iter()]
    assert sum("fill-opacity: 0.18" in style for style in styles) == 2
    assert {"2", "4", "8", "16", "size m (people)", "median time (s)"} <= set(texts(drawing.markup))
    assert [key.label for key in drawing.keys] == ["planar", "dense"]
    assert drawing.caption == "planar: flat."
    assert one(item(SIZES, x=[2, 4], y=[4, 8])).markup


def starts(count, **more):
    words = (["up", "down", "open", "else"] * count)[:count]
    data = {"x": np.geomspace(0.01, 100, count), "y": np.linspace(1, 9, count), "mark": words}
    return item(STARTS, **{**data, **more})


def test_a_scatter_has_a_marker_and_a_count_per_word():
    drawing = one(starts(40))
    assert [(key.label, key.colour) for key in drawing.keys] == [
        ("up (10)", "good"),
        ("down (10)", "bad"),
        ("open (10)", "warn"),
        ("else (10)", "muted"),
        ("the level", "ink"),
    ]
    assert len({key.glyph for key in drawing.keys}) == 5
    assert drawing.markup.count("<use ") >= 40
    assert {"level (ratio)", "steps (count)"} <= set(texts(drawing.markup))
    bare = Figure(Kind.SCATTER, "Bare", **FLAT)
    drawing = one([item(bare, name, x=[1, 2], y=[k, 3]) for k, name in enumerate("ab")])
    assert [(key.label, key.colour) for key in drawing.keys] == [("a (2)", "1"), ("b (2)", "2")]


def test_a_scatter_says_what_lies_beyond_its_line():
    drawing = one(starts(4, x=[0.1, 1.0, 1.5, 10.0]))
    assert drawing.caption == "The 2 right of the dashed line are shown for comparison."
    (line,) = [p for p in drawn_in(drawing.markup, "ink") if len(p) == 2]
    assert np.ptp(line[:, 0]) == 0.0
    assert np.ptp(line[:, 1]) > 150
    left, right = re.findall(r'<use [^>]*x="([\d.]+)"', drawing.markup)[-4::3]
    assert float(left) < line[0, 0] < float(right)
    assert one(starts(4, x=[0.1, 0.5, 0.9, 1.0])).caption == ""


def test_figures_are_one_per_description_small_and_with_ids_of_their_own():
    other = Figure(Kind.SCATTER, "Starts", x=log("level", "ratio"), y=linear("height", "m"))
    first, second = figures([starts(900), item(other, x=[1, 2], y=[-1, 0])], "f")
    assert "360 of 900 points shown" in first.caption
    assert len(first.markup) < 60_000
    assert "height (m)" in texts(second.markup)
    ids = re.findall(r' id="([^"]+)"', first.markup + second.markup)
    assert len(ids) == len(set(ids)) > 2


def cells(markup):
    """Opacity of each cell of a map, by the pixels of its lower left corner."""
    found = {}
    for element in ElementTree.fromstring(markup).iter("path"):
        style = element.get("style", "")
        if "fill: var(--fig-1)" in style:
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", element.get("d"))]
            opacity = float(re.search(r"opacity: ([\d.]+)", style)[1])
            found[min(numbers[::2]), max(numbers[1::2])] = opacity
    return found


def test_a_map_shades_its_cells_and_draws_a_line_on_them():
    k, n = [1, 2, 3], [2, 4]
    grid = item(SUCCESS, "share", x=k, y=n, values=[[0.0, 0.5, 1.0], [1.0, 1.0, None]])
    line = item(SUCCESS, "n = 2k", x=[1, 2], y=[2, 4])
    drawing = one([grid, line])
    shades = cells(drawing.markup)
    assert len(shades) == 5, "what is unknown is left blank"
    lower = [shades[place] for place in sorted(shades) if place[1] == max(p[1] for p in shades)]
    assert lower == sorted(lower), "along the lower row the share grows"
    assert lower[0] == pytest.approx(0.08)
    assert lower[-1] == pytest.approx(0.9)
    (drawn,) = drawn_in(drawing.markup, "2")
    left = sorted({place[0] for place in shades})
    # From the centre of the first cell of the lower row to that of the second of the upper.
    assert left[0] < drawn[0, 0] < left[1] < drawn[1, 0] < left[2]
    assert drawn[1, 1] < drawn[0, 1], "y grows downwards"
    assert [key.label for key in drawing.keys] == ["0", "0.5", "1", "n = 2k"]
    assert drawing.caption == "Shades: share of successes."
    assert {"count k (1)", "size n (m)", "2", "4"} <= set(texts(drawing.markup))


def test_maps_on_logarithmic_axes_and_of_one_cell():
    figure = Figure(Kind.MAP, "Powers", **LOG)
    powers = [1.0, 10.0, 100.0]
    drawing = one(item(figure, x=powers, y=powers, values=np.eye(3)))
    widths = np.diff(sorted({x for x, _ in cells(drawing.markup)}))
    assert widths[0] == pytest.approx(widths[1], abs=0.3)
    assert len(cells(one(item(SUCCESS, x=[1], y=[1], values=[[7.0]])).markup)) == 1


def test_a_table_is_sorted():
    columns = {"Δ": [0.1, 0.2, 0.3], "r": [2, 3, 4], "ratio": [3.0, 1.5, None]}
    drawing = one(item(MARGINS, "search", **columns))
    assert drawing.table.columns == ("ratio", "Δ", "r")
    assert drawing.table.rows == (("1.5", "0.2", "3"), ("3", "0.1", "2"), ("—", "0.3", "4"))
    assert drawing.caption == "Found. Smallest ratio first."


def test_rows_of_one_label_from_several_properties_are_one_table():
    parts = [item(MARGINS, label, ratio=[r]) for label, r in (("a", 2.0), ("b", 5.0), ("a", 1.0))]
    shown = [drawing.table.rows for drawing in figures(parts, "f")]
    assert shown == [(("1",), ("2",)), (("5",),)]


def test_rare_marks_are_drawn_among_many():
    words = ["up"] * 5000 + ["down"]
    drawing = one(item(STARTS, x=[0.5] * 5001, y=[*range(1, 5002)], mark=words))
    assert "360 of 5,001 points shown." in drawing.caption
    assert {"good", "bad"} <= coloured(drawing.markup)


def test_long_tables_are_cut_and_say_so():
    drawing = one(item(MARGINS, k=list(range(50)), ratio=[2.0 + k for k in range(50)]))
    assert len(drawing.table.rows) == 40
    assert "10 more rows are in report.json" in drawing.caption


def test_tables_without_an_order_and_kinds_of_a_later_version_are_plain():
    data = {"a": list(range(100)), "b": ["x" * 200], "c": 0.5, "d": {"e": [1]}}
    for kind in ("table", "wheel"):
        figure = {**Figure(Kind.TABLE, "Some data").to_json(), "kind": kind}
        drawing = one({"figure": figure, "label": "label", "data": data})
        assert drawing.title == "Some data"
        assert drawing.caption == "label. c = 0.5; d = {'e': [1]}; 40 of 100 rows shown."
        assert drawing.table.columns == ("a", "b")
        assert drawing.table.rows[0] == ("0", "x" * 79 + "…")
        assert drawing.table.rows[-1] == ("99", "")
    assert one(raw(Figure(Kind.TABLE, "Empty"))).table is None


@pytest.mark.parametrize(
    ("figure", "data", "reason"),
    [
        (DECAY, {"y": [1.0]}, "no list 'x'"),
        (DECAY, {"x": [1.0], "y": ["x"]}, "'y' holds something that is not"),
        (DECAY, {"x": [1.0], "y": [1.0, 2.0]}, "1 abscissas for 2 ordinates"),
        (DECAY, {"x": [0.0], "y": [None]}, "no points in the range of its axes"),
        (SIZES, {"x": [1], "y": [1], "low": [], "high": [1]}, "one length"),
        (STARTS, {"x": [1], "y": [1], "mark": "x"}, "one length"),
        (STARTS, {"x": [0], "y": [1], "mark": ["x"]}, "no points"),
        (MARGINS, {"a": [1, 2], "ratio": [1]}, "one length"),
        (MARGINS, {"a": 3, "ratio": [1]}, "one length"),
        (SUCCESS, {"x": [1], "y": [1]}, "0 series with values"),
        (SUCCESS, {"x": [1, 2], "y": [1], "values": [[1]]}, "a row of one number for each x"),
        (SUCCESS, {"x": [2, 1], "y": [1], "values": [[1, 2]]}, "increasing"),
        (SUCCESS, {"x": [1], "y": [1], "values": [["a"]]}, "not a number"),
        (SUCCESS, {"x": [1], "y": [1], "values": [[None]]}, "no finite value"),
        (SUCCESS, {"x": [*range(60)], "y": [*range(60)], "values": [[1] * 60] * 60}, "3,600 cells"),
    ],
)
def test_data_a_figure_cannot_show_become_a_table_that_says_why(figure, data, reason):
    drawing = one(raw(figure, **data))
    assert drawing.markup == ""
    assert "Not drawn: " in drawing.caption
    assert reason in drawing.caption


def test_a_figure_that_makes_no_sense_is_refused_where_it_is_made():
    with pytest.raises(InputError, match=r"figure: got 'T' without its axes"):
        Figure(Kind.CURVES, "T", x=log("x", "m"))
    with pytest.raises(InputError, match=r"figure: got an axis without a unit: 'x', wanted names"):
        linear("x", " ")
    with pytest.raises(InputError, match="figure: got an axis without a name, wanted names"):
        log("", "m")
    with pytest.raises(InputError, match=r"figure: got a slope in 'T', wanted log axes"):
        Figure(Kind.CURVES, "T", **FLAT, lines=(Line("1", slope=1.0),))
    with pytest.raises(InputError, match=r"figure: got half a point in 'T', wanted x and y"):
        Figure(Kind.CURVES, "T", **LOG, lines=(Line("1", x=1.0, slope=0.0),))
    with pytest.raises(InputError, match=r"figure: got a series of 'Decay' without y"):
        DECAY.add("run", x=[1.0])
    with pytest.raises(InputError, match=r"figure: got a series of 'Starts' without x"):
        STARTS.point("run", y=1.0)


KEYS = ("x", "y", "bound_x", "bound", "low", "high", "mark", "values", "ratio", "note")
FIGURES = [
    *(DECAY, SLOPES, SIZES, STARTS, SUCCESS, MARGINS),
    *(Figure(kind, "Flat", **FLAT) for kind in Kind),
    *(Figure(kind, "Log", **LOG, lines=CLAIMED) for kind in (Kind.CURVES, Kind.SCATTER)),
]
NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 5),
    st.floats(0.1, 9),
)
GOOD = st.lists(st.floats(1e-9, 1e9), min_size=3, max_size=3)
ODD = st.one_of(
    st.lists(NUMBERS, min_size=3, max_size=3),
    st.lists(NUMBERS, max_size=4),
    st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=3, max_size=3),
    NUMBERS,
    st.text(max_size=8),
    st.lists(st.text(max_size=3), min_size=3, max_size=3),
    st.dictionaries(st.text(max_size=3), st.lists(NUMBERS, max_size=3), max_size=2),
)
# All data good but for a few keys: odd enough to hurt, good enough to reach the drawing.
DATA = st.builds(
    lambda good, odd: {**good, **odd},
    st.fixed_dictionaries(dict.fromkeys(KEYS, GOOD)),
    st.dictionaries(st.sampled_from(KEYS), ODD, max_size=2),
)
FAR = {"x": [1e119, 1e-119], "y": [1e-119, 1e119], "bound": "x"}


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    items=st.lists(
        st.fixed_dictionaries(
            {
                "figure": st.sampled_from([figure.to_json() for figure in FIGURES]),
                "label": st.text(max_size=5),
                "data": DATA,
            }
        ),
        min_size=1,
        max_size=3,
    )
)
@example([raw(SLOPES, **FAR)])
@example([raw(Figure(Kind.CURVES, "Flat", **FLAT), **FAR)])
@example([raw(SIZES, x=[1], y=[1], low=[-1], high=[1])])
@example([raw(SUCCESS, x=[-1e119, 1e119], y=[0.0, 1e-300], values=[[1, 2], [1e300, 3]])])
def test_no_data_make_a_figure_fail_and_legends_show_what_is_drawn(items):
    for drawing in figures(items, "f"):
        assert drawing.markup or drawing.table or drawing.caption
        if drawing.markup:
            ElementTree.fromstring(drawing.markup)
            seen = coloured(drawing.markup)
            assert seen - {"ink", "muted", "grid"} <= {key.colour for key in drawing.keys} <= seen


def hostile_drawing():
    label = "$\\frac{ <script>alert(1)</script> & \"#010101\" id='x' 学"
    label = f"{label} (m)"
    paint = lambda axes: axes.set(xlabel=label, ylabel="height (m)")  # noqa: E731
    return svg.draw(paint, prefix="p", title=label), label


def test_markup_is_deterministic_and_independent_of_the_users_settings():
    first = one(decay()).markup
    with matplotlib.rc_context({"svg.fonttype": "path", "lines.linewidth": 9, "font.size": 30}):
        second = one(decay()).markup
        assert matplotlib.rcParams["font.size"] == 30
    assert first == second
    assert "date" not in first.lower()


def test_markup_follows_the_page_and_loads_nothing():
    markup, label = hostile_drawing()
    root = ElementTree.fromstring(markup)
    assert label in [element.text for element in root.iter("text")]
    assert root.find("title").text == label
    assert "<script" not in markup
    grid = item(SUCCESS, x=[1, 2], y=[1, 2], values=np.eye(2))
    for drawing in (markup, one(decay()).markup, one(starts(20)).markup, one(grid).markup):
        assert "http" not in drawing
        assert "font-family" not in drawing
        assert "DejaVu" not in drawing
        colours = re.findall(r"(?:fill|stroke): (#\w+)", drawing)
        assert colours == [], "every colour is a variable of the page"
        assert "<style" not in drawing
        assert "<metadata" not in drawing
        root = ElementTree.fromstring(drawing)
        ids = {element.get("id") for element in root.iter() if element.get("id")}
        used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', drawing))
        assert used | {root.get("aria-labelledby")} == ids


def test_stand_in_colours_are_all_different():
    assert len(set(svg.COLOURS.values())) == len(svg.COLOURS)
