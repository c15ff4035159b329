"""Study zgj.study.convergence-threshold: from which levels starts fail to converge.

Setting: tied |·|; V = I₂ in the plane; F(V) = 13.8·ε₀ is the least loss of one
    student, and merged teachers are at 16·ε₀.
Statement: starts of the width ladder's law at all levels up to 13·ε₀ converge. Starts with each
    student on a bisector of the teachers, a stable manifold of the rotated pair, never do, and
    have L₀ ≥ 2.68·ε₀. Where they end, at most 2.69·ε₀, is the lowest start known to fail, at the
    level at which the gradient bound ends.
Kind: existence, empirical.
Constants: 13, 2.68 and 2.69; the level of the rotated pair is proved by `certify critical-points`.
How it is checked: gradient descent with the step 0.1/‖V‖_F²; random starts for m = 2, 3, 6 to
    10⁻³·ε₀, starts on the bisectors until ∇L is within its rounding floor.
Source: abstract of the paper; THEORY §5.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, Line, Tone, log
from lcnn_verify.packs.zgj.dynamics import StopReason, gradient_descent
from lcnn_verify.packs.zgj.laws import width_ladder_start
from lcnn_verify.packs.zgj.population import loss, rounding_floor
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

NAME = "zgj.study.convergence-threshold"
V = np.eye(2)
STEP, BUDGET = 0.1 / 2.0, 100_000
LEVELS, WIDTHS = (1.0, 2.0, 2.6, 4.0, 8.0, 12.0, 13.0), (2, 3, 6)
LOW, HIGH = 2.68, 2.69
ENDS = Figure(
    Kind.SCATTER,
    "Which starts converge",
    x=log("start level L₀/ε₀", "ratio"),
    y=log("steps taken", "count"),
    marks={"converged": Tone.GOOD, "ends at a saddle": Tone.WARN, "undecided": Tone.BAD},
    lines=(
        Line("the threshold, L₀ = ε₀", x=1.0),
        Line("the rotated pair", x=2.686),
        Line("F(V)", x=13.8),
    ),
)


def end_of(W, target):
    """The run from a start, and how it ended, in a word."""
    run = gradient_descent(
        W, V, step=STEP, max_steps=BUDGET, target_loss=target, record_every="log"
    )
    words = {StopReason.TARGET: "converged", StopReason.STATIONARY: "ends at a saddle"}
    return run, words.get(run.stop_reason, "undecided")


@verifies(NAME)
def test_random_starts_converge_below_the_floor():
    threshold = loss_threshold(V)
    starts = active().pick(quick=20, standard=200, deep=2000)
    for m in WIDTHS:
        for level in LEVELS:
            rng = np.random.default_rng(active().derive_seed(NAME, f"{m} {level}"))
            hits = 0
            for k in range(starts):
                W = width_ladder_start(V, m, level * threshold, rng)
                run, word = end_of(W, 1e-3 * threshold)
                hits += word == "converged"
                if k < 10:
                    ENDS.point(f"random starts, m = {m}", x=level, y=run.steps, mark=word)
            label = f"starts that converge, m = {m}, L₀ = {level:g}·ε₀"
            check.exactly(hits, "=", starts, label=label, wanted_label="starts")


@verifies(NAME)
def test_starts_on_the_bisectors_fail():
    threshold = loss_threshold(V)
    rng = np.random.default_rng(active().derive_seed(NAME, "bisectors"))
    lowest = np.inf
    for _ in range(active().pick(quick=40, standard=200, deep=1000)):
        (a, b), far = rng.standard_normal(2), rng.uniform(0.0, 0.5)
        sizes = 0.8 + far * np.array([a, b])
        W = np.array([[sizes[0], sizes[0]], [sizes[1], -sizes[1]]]) * np.sqrt(0.5)
        start = loss(W, V) / threshold
        run, word = end_of(W, 1e-3 * threshold)
        ENDS.point("students on the bisectors", x=start, y=max(run.steps, 1), mark=word)
        floor = rounding_floor(W, V)
        check.exactly(int(word == "converged"), "=", 0, label="whether it converges")
        if word == "ends at a saddle":  # where it ends is a start, too, and stays there
            lowest = min(lowest, float(run.losses[-1]) / threshold)
        check.at_least(Quantity("L₀", start * threshold, floor), LOW * threshold)
    measure("lowest start known to fail, in ε₀", lowest, claimed="2.686, the rotated pair")
    check.at_most(Quantity("lowest start that fails", lowest, 1e-9), HIGH)
