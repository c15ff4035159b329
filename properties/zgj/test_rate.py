"""Claim zgj.rate: the loss decays at least like 1/(κ²t).

Setting: tied |·|; starts with L(W₀) ≤ ε₀(V).
Statement: L(t) ≤ 1/(1/L₀ + κ²t) along gradient flow, and with κ²/2 for κ² along gradient descent
    with step 0.1/‖V‖_F². It follows from zgj.gradient-bound: L' = −‖∇L‖² ≤ −κ²L².
Kind: rate.
Constants: κ(V) = 1/‖V‖_F. The bound is loose by 10³ to 10⁵ in time; the measured laws stand beside
    it: geometric decay for m = r, L ~ t⁻³ and ‖∇L‖ ~ L^{2/3} for m > r (THEORY §5); t⁻² and 3/4
    for a student across all teachers (THEORY §3, fact 10).
How it is checked: at every recorded point of a run; descent is run again to the tightest, so that
    the oracle can decide there if it must. The laws are measured along the flow in double-double
    arithmetic, over the last eight decades above 1e-28·(Σ mass)², far below float64's floor.
Source: derived (THEORY §4); measured laws THEORY §5.
"""

from fractions import Fraction
from functools import cache

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies, weaker
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.numerics import digits
from lcnn_verify.packs.zgj import double_double, laws, strategies
from lcnn_verify.packs.zgj.descents import (
    DESCENT_SEPARATION,
    descend,
    flow,
    weights_after,
    working_step,
)
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_RELU
from lcnn_verify.packs.zgj.proofs.facts.exponent import students
from lcnn_verify.packs.zgj.quantities import assume_setting, kappa, loss


def rate_bound(x, times, factor):
    """1/(1/L₀ + factor·κ²·t) at each time."""
    return 1.0 / (1.0 / loss(x).value + factor * kappa(x).value ** 2 * times)


def check_bound(x, run, factor, weights_at=None):
    """Check L(t) ≤ 1/(1/L₀ + factor·κ²·t) all along ``run``.

    In float64 at every point, and, as 1/L(t) − 1/L₀ ≥ factor·κ²·t, where that is tightest among
    the points with L ≤ 0.9·L₀: before, both sides are nearly 0. ``weights_at(k)`` gives the
    weights of recorded point k to the sharper routes.
    """
    moved = np.flatnonzero(run.losses <= 0.9 * run.losses[0])
    if not len(moved):
        check.undecided(f"the loss did not move: {run.stop_reason.value}")
        return
    # Of the flow the losses carry the integrator's error as well, kept below 1e-9 a step; a
    # generous 1e-4 of the loss stands in for a bound on its sum, far inside the margins seen.
    blur = run.loss_floor + (0.0 if weights_at else 1e-4 * run.losses)
    excess = run.losses - blur - rate_bound(x, run.times, factor)
    check.at_most(float(excess.max()), 4.0 * run.loss_floor, apart="at every point, in float64")
    growth = 1.0 / run.losses[moved] - 1.0 / run.losses[0]
    k = int(moved[np.argmax(run.times[moved] / growth)])

    label, value = f"L(t = {digits.number(run.times[k], 6)})", float(run.losses[k])
    error = float(np.broadcast_to(blur, run.losses.shape)[k])
    reached = Quantity(label, value, error)
    if weights_at:
        there = cache(lambda: loss(x.with_students(weights_at(k))))
        reached = Quantity(
            label,
            value,
            error,
            lambda dps: there().exact(dps),
            enclosed=lambda bits: there().enclosed(bits),
        )
    bound = factor * kappa(x) * kappa(x) * float(run.times[k])
    check.at_least(
        1.0 / reached - 1.0 / loss(x, "L₀"), bound.named("κ²t" if factor == 1 else "½κ²t")
    )


@verifies(
    "zgj.rate",
    examples=40,
    draws=40,
    law=laws.below_threshold_law(),
    classes=("clones",),
    assumes={"even-activation": weaker(instance=strategies.starts_of(TIED_RELU, headroom=1e7))},
)
@given(instance=strategies.starts(headroom=1e7))
def test_flow_stays_below_the_bound(instance):
    assume_setting(instance)
    check_bound(instance, flow(instance), 1.0)


@verifies(
    "zgj.rate",
    examples=40,
    classes=("clones", "m = r"),
    assumes={
        "threshold": weaker(cases=lambda profile: [{"instance": strategies.halfway(1e-6)}]),
        "separation": weaker(cases=lambda profile: [{"instance": strategies.merged(30.0, 1e-6)}]),
        "step-size": weaker(),
    },
)
@given(
    instance=strategies.starts(
        strategies.teachers(min_separation=DESCENT_SEPARATION, headroom=1e7), headroom=1e7
    )
)
def test_descent_stays_below_the_bound(instance):
    x = instance
    assume_setting(x)

    run = descend(x)
    check_bound(
        x, run, 0.5, lambda k: weights_after(x, round(float(run.times[k]) / working_step(x)))
    )


def named_starts():
    """Starts that show the measured laws, with what THEORY §5 says of each."""
    one, two = np.array([[1.0, 0.0]]), np.eye(2)

    def turned(degrees):
        return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])

    clones = np.sqrt(0.5) * np.array([turned(10.0), turned(-10.0)])
    pairs = np.sqrt(0.5) * np.array([turned(a) for a in (12.0, -12.0, 100.0, 79.0)])
    exact = np.array([1.05 * turned(4.0), 0.97 * turned(93.0)])
    return (
        ("m = r = 2", Instance(exact, two), "1/2", "geometric"),
        ("r = 1, clones at ±10°", Instance(clones, one), "2/3", "−3"),
        ("r = 2, two clones each", Instance(pairs, two), "2/3", "−3"),
        ("r = 1, one student across", Instance(students(1, 0.25), one), "3/4", "−2"),
    )


DECAY = Figure(
    Kind.CURVES,
    "Loss along gradient flow",
    x=log("time t", "length⁻²"),
    y=log("loss L", "length⁴"),
    bound="the claimed bound 1/(1/L₀ + κ²t)",
    caption="Both axes are logarithmic. Weights, losses and gradients are double-doubles.",
)
EXPONENTS = Figure(
    Kind.CURVES,
    "Gradient norm against loss",
    x=log("loss L", "length⁴"),
    y=log("gradient norm ‖∇L‖", "length³"),
    bound="the claimed bound κ·L",
    lines=tuple(Line(name, slope=float(Fraction(name))) for name in ("1/2", "2/3", "3/4", "1")),
    caption="Both axes are logarithmic. Time runs from right to left; the slope of a curve is its "
    "effective Łojasiewicz exponent, and a slope of at most 1 is what the gradient bound asks.",
)


@verifies("zgj.rate")
def test_measured_exponents():
    """Report the exponents of the tail beside the claimed ones, and draw the runs."""
    for name, x, gradient_law, time_law in named_starts():
        target = 1e-28 * float((x.W**2).sum() + (x.V**2).sum()) ** 2
        run = double_double.gradient_flow(x.W, x.V, duration=1e16, target_loss=target)
        tail = run.losses < 1e8 * target
        logs = np.log(run.losses[tail]), np.log(run.gradient_norms[tail])
        exponent = float(np.polyfit(*logs, 1)[0])
        measure(f"{name}: exponent of ‖∇L‖ in L", exponent, claimed=f"{gradient_law}; ours is 1")
        if time_law != "geometric":
            decay = float(np.polyfit(np.log(run.times[tail]), logs[0], 1)[0])
            measure(f"{name}: exponent of L in t", decay, claimed=f"{time_law}; bound −1")
        check.at_most(exponent, 1.0, note=name, apart="exponent")
        times = run.times[1:]
        DECAY.add(
            name,
            x=times,
            y=run.losses[1:],
            bound=rate_bound(x, times, 1.0),
            note=f"L₀ = {digits.number(run.losses[0], 3)}",
        )
        ends = np.array([run.losses.min(), run.losses.max()])
        EXPONENTS.add(
            name, x=run.losses, y=run.gradient_norms, bound_x=ends, bound=kappa(x).value * ends
        )
