"""Claim os.phase-transition: fits end near n = kd, and never lie beyond it.

Setting: Gaussian directions and labels, d = 6. Softplus at the paper's scale, tanh with four times
    that v, ReLU. Even widths k from 4 to 14; all of them in the standard profile, and in the deep
    one every k from 1 to 40.
Statement: over n/(kd) the success of Levenberg and Marquardt's method with softplus ends within
    [0.7, 1.05], by the area under its curve over k ≥ 4; no labels are fitted for n > kd. Descent
    with a budget ends earlier, later with more steps, and never beyond.
Kind: existence, empirical.
Constants: the band, 10⁻⁸‖y‖ for a fit, and 10⁻²r₀ for descent, are ours.
How it is checked: maps of k × n/(kd) cells with seeded trials in compiled code, 6 × 9 in the quick
    profile, 40 × 40 of 20 trials each in the deep one, which says beforehand what they cost. Fits
    past the wall are counted exactly; where fits end has a 95 % interval, from the trials. A table
    shows what moves the transition: bounded activations at paper scale, ReLU, v of one sign.
Source: caption of the paper's figure: a transition near n = kd.
"""

from fractions import Fraction

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies, weaker
from lcnn_verify.evidence.figures import Kind, Line, linear
from lcnn_verify.evidence.parts import shared
from lcnn_verify.numerics.activations import RAMP, SOFTPLUS, TANH
from lcnn_verify.packs.oymak_soltanolkotabi import fitting
from lcnn_verify.profiles import active

D, MOST, EVEN = 6, 1200, (4, 6, 8, 10, 12, 14)
FEW = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
MANY = tuple((32 + 2 * i) / 100 for i in range(40))
FITS, AT_SCALE = fitting.by_levenberg, fitting.random_labels(SOFTPLUS)
MAPS = {
    "softplus": (FITS, AT_SCALE),
    f"softplus, {MOST} steps of descent to 10⁻²r₀": (fitting.by_descent(MOST), AT_SCALE),
    "tanh, four times v": (FITS, fitting.random_labels(TANH, 4.0)),
    "ReLU": (FITS, fitting.random_labels(RAMP)),
}
ONE_SIGN = "softplus, v of one sign"
TRAPS = {
    "softplus": (FITS, AT_SCALE, 8),
    ONE_SIGN: (FITS, fitting.random_labels(SOFTPLUS, one_signed=True), 8),
    "softplus, k = 1": (FITS, AT_SCALE, 1),
    "softplus, k = 3": (FITS, AT_SCALE, 3),
    "tanh, bounded by ‖v‖₁": (FITS, fitting.random_labels(TANH), 8),
    "tanh, four times v": (FITS, fitting.random_labels(TANH, 4.0), 8),
    "ReLU, k = 4: dead patterns": (FITS, fitting.random_labels(RAMP), 4),
    "ReLU, k = 8": (FITS, fitting.random_labels(RAMP), 8),
    "ReLU, k = 16": (FITS, fitting.random_labels(RAMP), 16),
}
MOVED = Figure(
    Kind.TABLE,
    "What moves the transition",
    order="ends",
    caption="d = 6, k = 8 unless it says otherwise; `ends` is the last n/(kd) at which labels are "
    "fitted, by the area under the curve, with its 95 % interval over trials; to it adds the step "
    "between ratios, 0.1, or 0.02 in the deep profile's maps. Descent counts 10⁻²r₀ as a fit.",
)


def drawing(name):
    """The figure of one map."""
    return Figure(
        Kind.MAP,
        f"Which random labels are fitted: {name}",
        x=linear("n/(kd)", "ratio"),
        y=linear("width k", "rows"),
        values="share of trials that are fitted",
        lines=(Line("n = kd", x=1.0),),
    )


def sizes(k, ratios):
    """The sizes (n, d, k) of a row."""
    return [(max(1, round(ratio * k * D)), D, k) for ratio in ratios]


def row(fits, make, k, ratios, trials, name):
    """What is fitted over the ratios for one width (ratios, trials), as lists."""
    seed = active().derive_seed("os.phase-transition", name)
    return fitting.successes(fits, make, sizes(k, ratios), trials, seed).tolist()


def counted(fits, k, ratios, found):
    """A row (ratios, trials) as an array, once its fits past the wall are counted."""
    found = np.array(found)
    if fits is FITS:
        rows = zip(found, sizes(k, ratios), strict=True)
        past = sum(int(row.sum()) for row, (n, _, _) in rows if n > k * D)
        check.exactly(past, "=", 0, label="fits for n > kd")
    return found


def told(name, rows, ratios):
    """Where success ends, within half its interval; the table has both."""
    end, half = fitting.interval([fitting.crossings(ratios, found) for found in rows])
    MOVED.point("settings", setting=name, ends=round(end, 3), interval=f"± {half:.3f}")
    return Quantity(f"where fits end: {name}", end, half + 1e-9)


def in_reach(problem):
    """Whether positive outputs, as v of one sign gives, can fit the labels at all."""
    return bool(problem.y.min() > -2.0 * fitting.FITTED * np.linalg.norm(problem.y))


def reach(rows, ratios):
    """Where fits end at most, if each that is counted in ``rows`` (ratios, trials) succeeds."""
    low, step = Fraction(str(ratios[0])), Fraction(str(ratios[1])) - Fraction(str(ratios[0]))
    total, trials = sum(int(found.sum()) for found in rows), sum(found.shape[1] for found in rows)
    return low - step / 2 + step * Fraction(total, trials)


def maps(profile):
    """The names of the maps a profile draws: with few cells two of them."""
    return [{"name": name} for name in list(MAPS)[: None if profile.name == "deep" else 2]]


@verifies(
    "os.phase-transition",
    cases=maps,
    assumes={"two-signs": weaker(cases=lambda profile: [{"name": ONE_SIGN}])},
)
def test_fits_end_at_the_wall(name):
    widths = active().pick(quick=EVEN, standard=tuple(range(4, 15)), deep=tuple(range(1, 41)))
    trials, ratios = active().pick(quick=(5, FEW), standard=(12, FEW), deep=(20, MANY))
    middle = sum(widths) / len(widths)  # first: what it takes says best what all will
    order = sorted(widths, key=lambda k: abs(k - middle))
    fits, make = TRAPS[name][:2] if name == ONE_SIGN else MAPS[name]
    if name == ONE_SIGN:  # no run is needed to see that labels of both signs are out of reach
        named = ((k, f"{name}, k = {k}") for k in widths)
        signs = [np.array(row(in_reach, make, k, ratios, trials, it)) for k, it in named]
        label = "where fits can end, of positive outputs"
        check.exactly(reach(signs, ratios), "≥", Fraction(7, 10), label=label)
    drawn = shared(
        order,
        lambda k: row(fits, make, k, ratios, trials, f"{name}, k = {k}"),
        f"rows of the map of {name}",
        cost=lambda k: k**3,
    )
    rows = {k: counted(fits, k, ratios, found) for k, found in zip(order, drawn, strict=True)}
    shares = [rows[k].mean(axis=1) for k in widths]
    ends = [float(fitting.crossings(ratios, rows[k]).mean()) for k in widths]
    place = told(f"{name}, all k from 4", [rows[k] for k in widths if k >= 4], ratios)
    drawing(name).add("share", x=ratios, y=widths, values=shares)
    drawing(name).add("ends", x=ends, y=widths, note=f"{place.value:.3f} ± {place.error:.3f}")
    measure(f"where fits end, n/(kd): {name}", place.value, claimed="at most 1.05")
    check.at_most(place, 1.05)
    if name in ("softplus", ONE_SIGN):
        check.at_least(place, 0.7)


@verifies("os.phase-transition")
def test_what_moves_the_transition():
    trials = active().pick(quick=4, standard=10, deep=40)
    drawn = shared(
        list(TRAPS.values()),
        lambda trap: row(*trap, FEW, trials, "traps"),
        "settings",
        cost=lambda trap: trap[2] ** 3,
    )
    for (name, (fits, _, k)), found in zip(TRAPS.items(), drawn, strict=True):
        told(name, [counted(fits, k, FEW, found)], FEW)


@verifies("os.phase-transition")
def test_descent_comes_nearer_with_more_steps():
    trials, before = active().pick(quick=4, standard=10, deep=40), 0
    steps = (300, 1200, 4800)
    drawn = shared(
        steps,
        lambda most: row(fitting.by_descent(most), AT_SCALE, 8, FEW, trials, "descent"),
        "budgets of descent",
        cost=float,
    )
    for most, found in zip(steps, map(np.array, drawn), strict=True):
        end = told(f"softplus, {most} steps of descent", [found], FEW)
        check.at_most(Quantity("where descent ends", end.value, 1e-9), 1.05)
        check.exactly(int(found.sum()), "≥", before, label="fits of descent", wanted_label="before")
        before = int(found.sum())
