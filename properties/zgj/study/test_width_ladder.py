"""Study zgj.study.width-ladder: the time to converge from four students to a million.

Setting: tied |·|; V = I₂ in the plane and V = I₃; starts of the width ladder's law at L₀ = 0.93·ε₀.
    Unit readout: the same functions, ‖w‖w in place of w.
Statement: in the plane, over the top three rungs, a factor 16 in m, the exponent of the median time
    to 10⁻³·L₀ in m is within ±0.1; with unit readout it is at most −0.5. For V = I₃ it is at most
    0.1 at the top of the deep profile's ladder.
Kind: rate.
Constants: ±0.1, as in zgj.width-free, and −0.5; both were set before the data. All ours.
How it is checked: gradient descent with the step 0.4/‖V‖_F² in the plane, 1/m of that with unit
    readout, and 0.55/‖V‖_F² for V = I₃: below 1.7/λ of zgj.study.step-size. One-sided 95 % bounds
    of the slope by a bootstrap over the starts, both for equivalence to 0 (two one-sided tests),
    the upper one for a bound. A step costs m² in three dimensions, so that its widest rung has one
    start: a rung of fewer than 8 borrows the relative spread of the widest that has 8, as spreads
    shrink with m. Narrower ladders in three dimensions still rise, and have no verdict.
Source: abstract of the paper; THEORY §5.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, log
from lcnn_verify.numerics.samples import log_log_slope
from lcnn_verify.packs.zgj.dynamics import StopReason, gradient_descent
from lcnn_verify.packs.zgj.laws import width_ladder_start
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_ABS
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

NAME = "zgj.study.width-ladder"
LEVEL, TARGET = 0.93, 1e-3
STEPS = {2: 0.4, 3: 0.55}  # in units of 1/‖V‖_F², for V = I₂ and I₃
ENOUGH = 8  # starts of a rung, for its own spread to count
STARTS = {
    2: ((1e3, 32), (1e5, ENOUGH), (1e9, 3)),
    3: ((1e3, 32), (4e3, ENOUGH), (1e4, 2), (1e9, 1)),
}
MOST, UNIT = 0.1, -0.5  # of the slope of log T against log m
PLATEAU = 10_000  # neurons, in three dimensions: from there on a rise is judged
LADDER = Figure(
    Kind.BANDS,
    "Time against width, to a million neurons",
    x=log("student width m", "neurons"),
    y=log("median time to 10⁻³·L₀", "length^(2−2p)"),
    bound="the steepest claimed over the top three rungs",
    caption="Medians over the starts of each rung, with the smallest and the largest as a band; "
    "p = 2 with tied and 1 with unit readout.",
)
PLANE, SPACE = np.eye(2), np.eye(3)


def ladders(_):
    """The three ladders, each with its narrowest rung and how many there are, a factor 4 apart."""
    yield {"ladder": "plane", "least": 4, "rungs": active().pick(quick=6, standard=8, deep=10)}
    yield {"ladder": "space", "least": 5, "rungs": active().pick(quick=3, standard=5, deep=7)}
    rungs = active().pick(quick=5, standard=6, deep=7)
    yield {"ladder": "plane, unit readout", "least": 4, "rungs": rungs}


def time_of(V, m, k, model):
    """The time of one start, or None where the budget ended it."""
    rng = np.random.default_rng(active().derive_seed(NAME, f"{len(V)} {m} {k}"))
    W = width_ladder_start(V, m, LEVEL * loss_threshold(V), rng)
    step = STEPS[len(V)] / np.sum(V * V)
    if model is UNIT_ABS:
        W, step = W * np.linalg.norm(W, axis=1)[:, None], step / m
    target = TARGET * LEVEL * loss_threshold(V)
    run = gradient_descent(
        W, V, step=step, max_steps=100_000, target_loss=target, record_every="log", model=model
    )
    return run.times[-1] if run.stop_reason is StopReason.TARGET else None


def with_spread(rows):
    """The rows, one of fewer than ``ENOUGH`` starts with the relative spread of the widest other.

    It keeps its median.
    """
    wide = np.array(next(row for row in reversed(rows) if len(row) >= ENOUGH))
    wide /= np.median(wide)
    return [row if len(row) >= ENOUGH else np.median(row) * wide for row in rows]


@verifies(NAME, cases=ladders)
def test_the_time_has_a_plateau(ladder, least, rungs):
    V, model = SPACE if ladder == "space" else PLANE, UNIT_ABS if "unit" in ladder else TIED_ABS
    widths = [least * 4**k for k in range(rungs)]
    times = []
    for m in widths:
        starts = range(next(count for below, count in STARTS[len(V)] if m < below))
        found = [time_of(V, m, k, model) for k in starts]
        if None in found:
            check.undecided("step budget spent", m=m)
            return
        times.append(found)
    middle = [np.median(row) for row in times]
    low, high = [min(row) for row in times], [max(row) for row in times]
    top = np.array(widths[-3:], dtype=float)
    steepest = middle[-3] * (top / top[0]) ** (UNIT if model is UNIT_ABS else MOST)
    LADDER.add(ladder, x=widths, y=middle, low=low, high=high, bound_x=top, bound=steepest)
    for m, median in zip(widths, middle, strict=True):
        measure(f"{ladder}: median time at m = {m}", median)
    rng = np.random.default_rng(active().derive_seed(NAME, "bootstrap", ladder))
    drawn = [len(row) for row in times[-3:]]
    slope, least, most = log_log_slope(widths[-3:], with_spread(times)[-3:], rng, drawn=drawn)
    upper = Quantity("upper 95 % bound of the slope", most, 1e-12)
    if model is UNIT_ABS:
        measure(f"{ladder}: slope over the top rungs", slope, claimed=f"at most {UNIT}")
        check.at_most(upper, UNIT)
    elif ladder == "plane":
        measure(f"{ladder}: slope over the top rungs", slope, claimed=f"within ±{MOST}")
        check.at_most(upper, MOST)
        check.at_least(Quantity("lower 95 % bound of the slope", least, 1e-12), -MOST)
    elif widths[-1] >= PLATEAU:
        measure(f"{ladder}: slope over the top rungs", slope, claimed=f"at most {MOST}")
        check.at_most(upper, MOST)
    else:
        measure(f"{ladder}: slope over the top rungs", slope)
