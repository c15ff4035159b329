"""Claim zgj.width-free: the rate does not depend on the student width.

Setting: tied |·|; fixed teacher and fixed L₀ ≤ ε₀(V); starts of one law at every width m.
Statement: the median time T to 10⁻³·L₀ is bounded uniformly in m: the upper 95 % bound of the slope
    of log T against log m over the top three rungs is at most 0.1. Splitting a student changes
    neither L, nor ‖∇L‖_F, nor a step, nor (below ε₀) a whole run beyond rounding.
Kind: rate; identity for splitting.
Constants: slope 0.1. T grows with m before its plateau (the mean-field limit): equality across
    widths would be false, and so would a test against the T that κ implies be toothless.
How it is checked: planar rungs m = r, 2r, 4r … through the O(n log n) path, 16 starts a rung or
    more; the slope's bound by a bootstrap of the medians; a ladder in d = 4 is reported beside it.
Source: abstract of the paper; the form is our reading (THEORY §4, §5).
"""

from functools import reduce

import mpmath
import numpy as np
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies, weaker
from lcnn_verify.evidence.amounts import mass, norm, number
from lcnn_verify.evidence.figures import Kind, log
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.digits import number as told
from lcnn_verify.numerics.samples import log_log_slope
from lcnn_verify.packs.zgj import enclosure, laws, oracle, strategies
from lcnn_verify.packs.zgj.descents import check_converged, descend_all, working_step
from lcnn_verify.packs.zgj.dynamics import gradient_descent
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import width_ladder_start
from lcnn_verify.packs.zgj.networks import split
from lcnn_verify.packs.zgj.quantities import assume_setting, gradient_norm, loss
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

MOST_SLOPE, JUDGED = 0.1, 3  # claimed of log T against log m, over so many top rungs
START = 0.02  # just below ε₀(I₂) = 0.0215
NARROW = laws.below_threshold_law(max_r=2, max_d=3)
PLAIN = strategies.teachers(max_r=2, max_d=3, min_separation=0.1)
DENSE_WIDTHS, DENSE_STARTS = [3 * 2**k for k in range(5)], range(8)


@verifies("zgj.width-free", examples=30, draws=30, law=NARROW)
@given(instance=strategies.instances(below_threshold=True, max_m=5, max_r=2, max_d=3))
def test_splitting_changes_no_step(instance):
    x = instance
    assume_setting(x)
    # Four clones w/2 of every student: an exact split in float64.
    wide = Instance(np.repeat(0.5 * x.W, 4, axis=0), x.V)
    check.equal(loss(wide, "L of the split"), loss(x), digits=25)
    check.equal(gradient_norm(wide, "‖∇L‖ of the split"), gradient_norm(x), digits=25)
    whole = oracle.gradient(x.W, x.V, dps=40)
    parts = oracle.gradient(wide.W, x.V, dps=40)

    def farthest(dps):
        with mpmath.workdps(2 * dps):
            gaps = (parts[row, :] - whole[row // 4, :] / 2 for row in range(len(wide.W)))
            return max(mpmath.mnorm(gap, "f") for gap in gaps)

    def farthest_ball(bits):
        whole = enclosure.gradient(x.W, x.V, precision=bits).tolist()
        parts = enclosure.gradient(wide.W, x.V, precision=bits).tolist()
        with balls.working_precision(bits):
            gaps = [
                balls.norm(part - entry / 2 for part, entry in zip(row, whole[k // 4], strict=True))
                for k, row in enumerate(parts)
            ]
            return reduce(arb.max, gaps)

    total = mass(wide.W, 2, "Σ‖w‖²") + mass(x.V, 2, "Σ‖v‖²")
    check.at_most(
        number("largest ‖clone's gradient − ½∇_w‖", farthest, enclosed=farthest_ball),
        1e-30 * norm(x.W, "‖W‖") * total,
        apart="gradient of a clone",
    )


@verifies(
    "zgj.width-free",
    examples=20,
    assumes={
        "threshold": weaker(
            instance=strategies.starts(level=(1.0, 16.0), max_m=5, teacher=PLAIN),
            splits=strategies.clone_splits(),
        )
    },
)
@given(
    instance=strategies.instances(
        below_threshold=True, max_m=5, max_r=2, max_d=3, level=(0.1, 0.9)
    ),
    splits=strategies.clone_splits(),
)
def test_splitting_changes_no_run(instance, splits):
    x, step = instance, working_step(instance)
    assume_setting(x)
    wide = split(x.W, splits)
    narrow_run = gradient_descent(x.W, x.V, step=step, max_steps=2000)
    wide_run = gradient_descent(wide, x.V, step=step, max_steps=narrow_run.steps or 1)
    end, wide_end = Instance(narrow_run.weights, x.V), Instance(wide_run.weights, x.V)
    gap = abs(loss(end).value - loss(wide_end).value)
    check.at_most(
        Quantity("difference of L at the end", gap),
        loss(end).error + loss(wide_end).error,
        note="whole run",
    )


def ladder(V, start, widths, starts, name):
    """T of each start at each width, in time units: an array (widths, starts)."""
    rungs = []
    for m in widths:
        for k in starts:
            rng = np.random.default_rng(active().derive_seed("zgj.width-free", name, f"{m}/{k}"))
            W = width_ladder_start(V, m, start, rng)
            rungs.append(Instance(W, V, parameters={"m": m, "start": k}))
    runs = descend_all(rungs)
    for x, run in zip(rungs, runs, strict=True):
        check_converged(x, run)
    return np.array([run.times[-1] for run in runs]).reshape(len(widths), len(starts))


LADDER = Figure(
    Kind.BANDS,
    "Time against width",
    x=log("student width m", "neurons"),
    y=log("median time to 10⁻³·L₀", "length⁻²"),
    bound=f"slope {MOST_SLOPE}, the most claimed",
    caption="Medians over the starts of each rung, with the 10th to 90th percentile as a band.",
)


def chart_ladder(name, widths, times, note, *, judged=False):
    """Draw the medians over the starts, and the band from the 10th to the 90th percentile.

    Where it is ``judged`` also the steepest rise that is claimed, over the rungs it is claimed of.
    """
    low, high = np.percentile(times, [10, 90], axis=1)
    medians = np.median(times, axis=1)
    series = {"x": widths, "y": medians, "low": low, "high": high, "note": note}
    if judged:
        top = np.array(widths[-JUDGED:], dtype=float)
        series |= {"bound_x": top, "bound": medians[-JUDGED] * (top / top[0]) ** MOST_SLOPE}
    LADDER.add(name, **series)
    for m, median in zip(widths, medians, strict=True):
        measure(f"{name}: median time at m = {m}", median)


@verifies("zgj.width-free")
def test_planar_ladder_has_a_plateau():
    run = active()
    rungs = run.pick(quick=12, standard=12, deep=14)
    starts = run.profile.part(range(run.pick(quick=16, standard=50, deep=50)))
    V = np.eye(2)
    widths = run.profile.part([2**k for k in range(1, rungs + 1)], JUDGED)
    name = "planar, V = I₂"
    times = ladder(V, START, widths, starts, name)
    rng = np.random.default_rng(active().derive_seed("zgj.width-free", "bootstrap"))
    slope, _, bound = log_log_slope(widths[-JUDGED:], times[-JUDGED:], rng)
    measured = f"slope {told(slope, 2)}, its 95 % bound {told(bound, 2)} ≤ {MOST_SLOPE}"
    note = f"judged on the top three rungs: {measured}"
    chart_ladder(name, widths, times, note, judged=True)
    measure("slope over the top three rungs", slope, claimed="at most 0.1")
    check.at_most(Quantity("upper 95 % bound of the slope", bound, 1e-12), MOST_SLOPE)


@verifies("zgj.width-free")
def test_dense_ladder_is_reported():
    V = np.eye(4)[:3]
    level = 0.9 * loss_threshold(V)
    name = "dense, 3 orthonormal teachers in d = 4"
    part = active().profile.part
    widths = part(DENSE_WIDTHS)
    times = ladder(V, level, widths, part(DENSE_STARTS), name)
    chart_ladder(name, widths, times, "reported, not judged: too narrow for the plateau")
