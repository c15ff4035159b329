"""Claim os.phase-transition: fits end near n = kd, and never lie beyond it.

Setting: softplus, paper scale, Gaussian directions and labels, d = 6, even k from 4 to 14.
Statement: over n/(kd) the success of Levenberg and Marquardt's method ends within [0.7, 1.05], by
    the area under its curve and its standard error; no labels are fitted for n > kd. Descent with a
    budget ends earlier, later with more steps, and never beyond.
Kind: existence, empirical.
Constants: the band, 10⁻⁸‖y‖ for a fit, and 10⁻²r₀ for descent, are ours.
How it is checked: a map of k × n/(kd) cells with seeded trials in compiled code. Fits past the wall
    are counted exactly. A table shows what moves the transition: bounded activations at paper
    scale, ReLU, one row.
Source: caption of the paper's figure: a transition near n = kd.
"""

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, Line, linear
from lcnn_verify.numerics.activations import RAMP, SOFTPLUS, TANH
from lcnn_verify.packs.oymak_soltanolkotabi import fitting
from lcnn_verify.profiles import active

D, WIDTHS = 6, (4, 6, 8, 10, 12, 14)
RATIOS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
MAP = Figure(
    Kind.MAP,
    "Which random labels are fitted",
    x=linear("n/(kd)", "ratio"),
    y=linear("width k", "rows"),
    values="share of trials that Levenberg and Marquardt’s method fits",
    lines=(Line("n = kd", x=1.0),),
    caption="Softplus, d = 6, paper scale.",
)
TRAPS = Figure(
    Kind.TABLE,
    "What moves the transition",
    order="ends",
    caption="d = 6, k = 8 unless it says otherwise; `ends` is the last n/(kd) at which labels are "
    "fitted, by the area under the curve. Descent counts 10⁻²r₀ as a fit.",
)


def ends(fits, sigma, k, trials, name, factor=1.0):
    """Counts over the ratios for one width, where success ends, and how many lie past the wall."""
    sizes = [(max(1, round(ratio * k * D)), D, k) for ratio in RATIOS]
    seed = active().derive_seed("os.phase-transition", name)
    counts = fitting.successes(fits, sigma, sizes, trials, seed, factor)
    past = sum(c for c, (n, d, k) in zip(counts, sizes, strict=True) if n > k * d)
    return counts, fitting.crossing(RATIOS, counts, trials), past


@verifies("os.phase-transition")
def test_fits_end_at_the_wall():
    trials, shares, places, errors = active().pick(quick=4, standard=12, deep=20), [], [], []
    for k in WIDTHS:
        counts, (place, error), past = ends(fitting.by_levenberg, SOFTPLUS, k, trials, f"k = {k}")
        check.exactly(past, "=", 0, label="fits for n > kd")
        shares.append([count / trials for count in counts])
        places.append(place)
        errors.append(error)
    MAP.add("share", x=RATIOS, y=WIDTHS, values=shares)
    MAP.add("ends", x=places, y=WIDTHS)
    mean = sum(places) / len(places)
    spread = sum(error**2 for error in errors) ** 0.5 / len(errors)
    measure("where fits end, n/(kd)", mean, claimed="0.7 to 1.05")
    end = Quantity("where fits end", mean, 2.0 * spread + 1e-9)
    check.at_least(end, 0.7)
    check.at_most(end, 1.05)


@verifies("os.phase-transition")
def test_what_moves_the_transition():
    trials = active().pick(quick=3, standard=10, deep=40)
    cases = {
        "softplus": (fitting.by_levenberg, SOFTPLUS, 8, 1.0),
        "tanh, bounded by ‖v‖₁": (fitting.by_levenberg, TANH, 8, 1.0),
        "tanh, v four times as large": (fitting.by_levenberg, TANH, 8, 4.0),
        "ReLU, dead patterns": (fitting.by_levenberg, RAMP, 8, 1.0),
        "softplus, k = 1: one sign": (fitting.by_levenberg, SOFTPLUS, 1, 1.0),
    }
    for name, (fits, sigma, k, factor) in cases.items():
        _, (place, _), past = ends(fits, sigma, k, trials, "traps", factor)
        TRAPS.add(name, setting=[name], ends=[round(place, 3)])
        check.exactly(past, "=", 0, label="fits for n > kd")


@verifies("os.phase-transition")
def test_descent_comes_nearer_with_more_steps():
    trials, before = active().pick(quick=3, standard=10, deep=40), 0
    for most in (300, 1200, 4800):
        counts, (place, _), _ = ends(fitting.by_descent(most), SOFTPLUS, 8, trials, "descent")
        name = f"softplus, descent of {most} steps"
        TRAPS.add(name, setting=[name], ends=[round(place, 3)])
        check.exactly(sum(counts), "≥", before, label="fits of descent", wanted_label="before")
        check.at_most(Quantity("where descent ends", place, 1e-9), 1.05)
        before = sum(counts)
