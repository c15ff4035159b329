"""Figures: what is drawn, what falls back to a table, what the markup may not hold."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from figure_reading import drawn_in, texts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lcnn_verify.evidence.drawing import NotDrawable
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.figures import figures
from lcnn_verify.reporting.points import column, log_ticks, positive_pairs, spread, thin

TIMES = np.geomspace(0.01, 1e4, 5000)


def loss_curve(level=0.02, label="run", **more):
    data = {"times": TIMES.tolist(), "losses": (level / (1 + TIMES) ** 3).tolist(), "level": level}
    return {"figure": "loss-curve", "label": label, "data": {**data, **more}}


def one(series):
    (drawing,) = figures([series] if isinstance(series, dict) else series, "f")
    return drawing


def test_a_loss_curve_is_drawn_with_its_bound():
    drawing = one(loss_curve(bound_times=TIMES[::100].tolist(), bound=[0.02] * 50))
    curve, bound = drawn_in(drawing.markup, "1")
    assert curve[-1, 1] - curve[0, 1] > 150, "the loss falls: y grows downwards"
    assert np.ptp(bound[:, 1]) < 0.2, "a constant bound is a level line"
    assert [key.label for key in drawing.keys] == ["run", "the claimed bound"]
    assert "L₀ = 0.02" in drawing.caption
    assert {"time t", "loss L", "10⁴"} <= set(texts(drawing.markup))
    assert len(drawn_in(one(loss_curve()).markup, "1")) == 1


def test_bounds_without_times_of_their_own_share_the_curves():
    drawing = one(loss_curve(bound=[0.5] * len(TIMES)))
    assert len(drawn_in(drawing.markup, "1")) == 2
    assert len(drawn_in(one(loss_curve(bound=[-1.0] * len(TIMES))).markup, "1")) == 1


def test_many_curves_share_a_colour_and_stay_small():
    many = [loss_curve(0.9**k, f"run {k}", bound=(1 / (1 + TIMES)).tolist()) for k in range(60)]
    drawing = one(many)
    assert len(drawn_in(drawing.markup, "1")) == 24
    assert len(drawn_in(drawing.markup, "2")) == 24
    assert len(drawing.markup) < 60_000
    assert "36 more curves are in report.json" in drawing.caption
    assert drawing.keys[0].label == "24 runs"


@pytest.mark.parametrize("slope", [0.5, 2 / 3, 1.0])
def test_guides_run_parallel_to_curves_of_their_slope(slope):
    losses = np.geomspace(1e-8, 1e-2, 300)
    data = {"losses": losses.tolist(), "gradient_norms": (3 * losses**slope).tolist(), "kappa": 0.5}
    drawing = one({"figure": "lojasiewicz", "label": "x", "data": data})
    (curve,) = drawn_in(drawing.markup, "1")
    (line,) = drawn_in(drawing.markup, "bad")

    def steepness(points):
        return np.ptp(points[:, 1]) / np.ptp(points[:, 0])

    # κ·L has slope 1 by definition: every other steepness is measured against it.
    assert steepness(curve) / steepness(line) == pytest.approx(slope, rel=0.01)
    guides = [p for p in drawn_in(drawing.markup, "muted") if len(p) == 2 and np.ptp(p[:, 0]) > 200]
    ratios = {round(steepness(p) / steepness(line), 2) for p in guides if np.ptp(p[:, 1]) > 5}
    assert {0.5, 0.67} <= ratios
    assert {"1/2", "2/3", "1"} <= set(texts(drawing.markup))
    assert "the claimed bound κ·L" in [key.label for key in drawing.keys]


def test_several_kappas_draw_their_extremes():
    data = {"losses": [1e-4, 1e-2], "gradient_norms": [1e-3, 1e-1]}
    items = [
        {"figure": "lojasiewicz", "label": f"{k}", "data": {**data, "kappa": k}}
        for k in (0.1, 0.2, 0.4)
    ]
    drawing = one(items)
    assert len(drawn_in(drawing.markup, "bad")) == 2
    assert "smallest and largest κ" in drawing.keys[-1].label


def test_a_width_ladder_has_a_band_and_a_tick_per_width():
    data = {"widths": [2, 4, 8, 16], "medians": [4, 8, 9, 9], "low": [3, 6, 8, 8]}
    data["high"] = [5, 10, None, 10]
    item = {"figure": "width-ladder", "label": "planar", "data": data}
    drawing = one([item, {**item, "label": "dense"}])
    bands = [
        path
        for element in ElementTree.fromstring(drawing.markup).iter()
        if "fill-opacity: 0.18" in (path := element.get("style", ""))
    ]
    assert len(bands) == 2
    assert {"2", "4", "8", "16", "student width m"} <= set(texts(drawing.markup))
    assert [key.label for key in drawing.keys] == ["planar", "dense"]
    assert "10th to 90th percentile" in drawing.caption
    assert "median" in texts(drawing.markup)
    bare = {key: data[key] for key in ("widths", "medians")}
    plain = one({**item, "data": bare})
    assert plain.markup
    assert plain.caption == "Median over the starts of each rung."


def test_width_ladders_name_their_median_and_their_judgement():
    data = {"widths": [2, 4, 8], "medians": [4, 8, 9]}
    time = {**data, "y_label": "median time to 10⁻³·L₀", "note": "reported, not judged"}
    steps = {**data, "y_label": "median steps"}
    items = [("planar", time), ("dense", {**time, "note": "slope −0.009"}), ("flow", steps)]
    first, second = figures(
        [{"figure": "width-ladder", "label": label, "data": data} for label, data in items], "f"
    )
    assert "median time to 10⁻³·L₀" in texts(first.markup)
    assert first.caption.startswith("Median time to 10⁻³·L₀ over the starts of each rung")
    assert first.caption.endswith(" planar: reported, not judged; dense: slope −0.009.")
    assert "median steps" in texts(second.markup)
    assert ":" not in second.caption


def outcomes(count, **more):
    data = {
        "level": np.geomspace(0.01, 100, count).tolist(),
        "ratio": np.linspace(1, 9, count).tolist(),
        "outcome": (["converged", "stationary", "undecided", "else"] * count)[:count],
    }
    return {"figure": "start-outcome", "label": "x", "data": {**data, **more}}


def test_a_start_map_has_a_marker_and_a_count_per_outcome():
    drawing = one(outcomes(40, y_label="steps"))
    assert [key.label for key in drawing.keys] == [
        "converged (10)",
        "stationary (10)",
        "undecided (10)",
        "else (10)",
        "the threshold, L₀ = ε₀",
    ]
    assert len({key.glyph for key in drawing.keys}) == 5
    assert drawing.markup.count("<use ") >= 40
    assert "steps" in texts(drawing.markup)


def test_a_start_map_says_what_lies_above_the_threshold():
    drawing = one(outcomes(4, level=[0.1, 1.0, 1.5, 10.0]))
    assert "the 2 right of it are shown for comparison, and nothing is claimed" in drawing.caption
    (line,) = [p for p in drawn_in(drawing.markup, "ink") if len(p) == 2]
    assert np.ptp(line[:, 0]) == 0.0
    assert np.ptp(line[:, 1]) > 150
    left, right = re.findall(r'<use [^>]*x="([\d.]+)"', drawing.markup)[-4::3]
    assert float(left) < line[0, 0] < float(right)
    assert "claim" not in one(outcomes(4, level=[0.1, 0.5, 0.9, 1.0])).caption


def test_start_maps_are_one_per_ordinate_small_and_linear_when_they_must_be():
    first, second = figures(
        [outcomes(900), outcomes(4, ratio=[-1, 0, 1, 2], y_label=["a"] * 4)], "f"
    )
    assert "360 of 900 starts shown" in first.caption
    assert len(first.markup) < 60_000
    assert "a" in texts(second.markup)
    ids = re.findall(r' id="([^"]+)"', first.markup + second.markup)
    assert len(ids) == len(set(ids)) > 2


@pytest.mark.parametrize("flat", [False, True])
def test_a_margin_grid_is_a_table_tightest_first(flat):
    columns = {"Δ": [0.1, 0.2, 0.3], "r": [2, 3, 4]}
    data = {"margin": [3.0, 1.5, None], **(columns if flat else {"columns": columns})}
    table = one({"figure": "margin-grid", "label": "adversary", "data": data}).table
    assert table.columns == ("Δ", "r", "margin")
    assert table.rows == (("0.2", "3", "1.5"), ("0.1", "2", "3"), ("0.3", "4", "—"))
    assert table.dots == pytest.approx((math.log(1.5) / math.log(3), 1.0, 1.0))


def test_long_margin_grids_are_cut_and_say_so():
    data = {"columns": {"k": list(range(50))}, "margin": [2.0 + k for k in range(50)]}
    drawing = one({"figure": "margin-grid", "label": "x", "data": data})
    assert len(drawing.table.rows) == 40
    assert "10 wider ones are in report.json" in drawing.caption
    nothing = {"columns": {"k": [1]}, "margin": [-1.0]}
    assert one({"figure": "margin-grid", "label": "x", "data": nothing}).table.dots == ()


def test_unknown_figures_are_tables():
    data = {"a": list(range(100)), "b": ["x" * 200], "c": 0.5, "d": {"e": [1]}}
    drawing = one({"figure": "no such figure", "label": "label", "data": data})
    assert drawing.title == "Data: no such figure"
    assert drawing.caption == "label. c = 0.5; d = {'e': [1]}; 40 of 100 rows shown."
    assert drawing.table.columns == ("a", "b")
    assert drawing.table.rows[0] == ("0", "x" * 79 + "…")
    assert drawing.table.rows[-1] == ("99", "")
    assert one({"figure": "x", "label": "y", "data": {}}).table is None


@pytest.mark.parametrize(
    ("figure", "data", "reason"),
    [
        ("loss-curve", {"losses": [1.0]}, "no list 'times'"),
        ("loss-curve", {"times": [1.0], "losses": ["x"]}, "'losses' holds something that is not"),
        ("loss-curve", {"times": [1.0], "losses": [1.0, 2.0]}, "1 abscissas for 2 ordinates"),
        ("loss-curve", {"times": [0.0], "losses": [None]}, "no positive points"),
        ("width-ladder", {"widths": [1], "medians": [1], "low": [], "high": [1]}, "one length"),
        ("start-outcome", {"level": [1], "ratio": [1], "outcome": "x"}, "one length"),
        ("start-outcome", {"level": [0], "ratio": [1], "outcome": ["x"]}, "no points"),
        ("margin-grid", {"columns": {"a": [1, 2]}, "margin": [1]}, "one length"),
        ("margin-grid", {"columns": {"a": 3}, "margin": [1]}, "one length"),
    ],
)
def test_data_a_figure_cannot_show_become_a_table_that_says_why(figure, data, reason):
    drawing = one({"figure": figure, "label": "x", "data": data})
    assert drawing.markup == ""
    assert "Not drawn: " in drawing.caption
    assert reason in drawing.caption


NAMES = ("loss-curve", "lojasiewicz", "width-ladder", "start-outcome", "margin-grid")
KEYS = (
    *("times", "losses", "bound_times", "bound", "level", "gradient_norms", "kappa", "widths"),
    *("medians", "low", "high", "ratio", "outcome", "y_label", "columns", "margin"),
)
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


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    items=st.lists(
        st.fixed_dictionaries(
            {
                "figure": st.sampled_from(NAMES),
                "label": st.text(max_size=5),
                "data": DATA,
            }
        ),
        min_size=1,
        max_size=3,
    )
)
@example(
    [
        {
            "figure": "lojasiewicz",
            "label": "",
            "data": {"losses": [1e119, 1e-119], "gradient_norms": [1e-119, 1e119], "kappa": "x"},
        }
    ]
)
@example(
    [
        {
            "figure": "width-ladder",
            "label": "",
            "data": {"widths": [1], "medians": [1], "low": [-1], "high": [1]},
        }
    ]
)
def test_no_data_make_a_figure_fail(items):
    for drawing in figures(items, "f"):
        assert drawing.markup or drawing.table or drawing.caption
        if drawing.markup:
            ElementTree.fromstring(drawing.markup)


def hostile_drawing():
    label = "$\\frac{ <script>alert(1)</script> & \"#010101\" id='x' 学"
    return svg.draw(lambda axes: axes.set_xlabel(label), prefix="p", title=label), label


def test_markup_is_deterministic_and_independent_of_the_users_settings():
    first = one(loss_curve()).markup
    with matplotlib.rc_context({"svg.fonttype": "path", "lines.linewidth": 9, "font.size": 30}):
        second = one(loss_curve()).markup
        assert matplotlib.rcParams["font.size"] == 30
    assert first == second
    assert "date" not in first.lower()


def test_markup_follows_the_page_and_loads_nothing():
    markup, label = hostile_drawing()
    root = ElementTree.fromstring(markup)
    assert label in [element.text for element in root.iter("text")]
    assert root.find("title").text == label
    assert "<script" not in markup
    for drawing in (markup, one(loss_curve()).markup, one(outcomes(20)).markup):
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


def test_thinning_keeps_ends_and_shape():
    x = np.geomspace(1e-3, 1e5, 20_000)
    y = 1 / (1 + x) ** 3
    a, b = thin(x, y, 100)
    assert 60 < len(a) <= 100
    assert (a[0], a[-1], b[-1]) == (x[0], x[-1], y[-1])
    back = np.exp(np.interp(np.log(x), np.log(a), np.log(b)))
    assert np.max(np.abs(np.log(back / y))) < 0.05
    assert len(thin(x[:5], y[:5], 100)[0]) == 5
    flat, _ = thin(x, np.ones_like(x), 50)
    assert 40 < len(flat) <= 50
    assert spread(10, 4) == [0, 3, 6, 9]


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1e-9, 1.0, ["10⁻⁹", "10⁻⁷", "10⁻⁵", "10⁻³", "0.1"]),
        (0.05, 200.0, ["0.1", "1", "10", "100"]),
        (1.5, 12.0, ["2", "5", "10"]),
        (2.2, 4.7, ["3", "4"]),
        (1.0, 1.02, ["1", "1.01", "1.01"]),
    ],
)
def test_ticks_are_round_and_inside(low, high, labels):
    ticks, names = log_ticks(low, high)
    if (low, high) != (2.2, 4.7):
        assert names == labels
    assert 3 <= len(ticks) <= 8
    assert all(low * 0.999 <= tick <= high * 1.001 for tick in ticks)


def test_columns_and_pairs_refuse_what_they_cannot_hold():
    assert np.isnan(column({"a": [None]}, "a")).all()
    with pytest.raises(NotDrawable, match="not a number"):
        column({"a": [True]}, "a")
    x, y = positive_pairs(np.array([0.0, 1.0, 2.0, 1e200]), np.array([1.0, np.nan, 3.0, 1.0]))
    assert (x.tolist(), y.tolist()) == ([2.0], [3.0])
