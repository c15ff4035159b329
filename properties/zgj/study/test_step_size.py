"""Study zgj.study.step-size: the largest step at which descent is monotone.

Setting: tied |·|; orthonormal teachers, or two at 45°; starts of the width ladder's law at
    L₀ = 0.93·ε₀, m = r, 2r and 8r; λ is the largest eigenvalue of the Hessian at W = V.
Statement: down to 10⁻³·ε₀ descent with the step 1.7/λ never raises the loss, and with 2.2/λ it
    does; λ is 3 to 4.1 times ‖V‖_F², so that 0.41/‖V‖_F² is safe.
Kind: lower bound, an empirical band.
Constants: 1.7 and 2.2 are ours; 2/λ is the limit of stability at the minimum.
How it is checked: both steps from every start, with rises of more than the rounding floors counted;
    bisection of the step between them for the figure.
Source: classical for a quadratic function; that it holds from ε₀ on is measured.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, verifies
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.packs.zgj.dynamics import StopReason, gradient_descent
from lcnn_verify.packs.zgj.laws import width_ladder_start
from lcnn_verify.packs.zgj.population import hessian
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

NAME = "zgj.study.step-size"
LEVEL, TARGET, BUDGET = 0.93, 1e-3, 3000
SAFE, UNSAFE, LOW, HIGH = 1.7, 2.2, 3.0, 4.1
STEPS = Figure(
    Kind.BANDS,
    "The largest monotone step",
    x=log("student width m", "neurons"),
    y=log("largest monotone step", "1/λ"),
    lines=(Line("2, the limit of stability", y=2.0),),
    caption="Medians over the starts, with the smallest and the largest as a band.",
)
TEACHERS = {
    "one": np.eye(2)[:1],
    "two": np.eye(2),
    "two at 45°": np.array([[1.0, 0.0], [np.sqrt(0.5), np.sqrt(0.5)]]),
    "two in d = 3": np.eye(3)[:2],
    "three": np.eye(3),
}


def is_monotone(W, V, step):
    """Whether descent with this step reaches the target, or its budget, without a rise."""
    target = TARGET * loss_threshold(V)
    run = gradient_descent(W, V, step=step, max_steps=BUDGET, target_loss=target)
    rises = run.largest_increase > 2.0 * run.loss_floor
    return run.stop_reason is not StopReason.DIVERGED and not rises


def largest(W, V, low, high):
    """The largest monotone step between a monotone one and one that is not, to 0.5 %."""
    while high > 1.005 * low:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if is_monotone(W, V, middle) else (low, middle)
    return low


@verifies(NAME, cases=lambda _: ({"teachers": name} for name in TEACHERS))
def test_the_largest_monotone_step_is_that_of_stability_at_the_minimum(teachers):
    V = TEACHERS[teachers]
    top = float(np.linalg.eigvalsh(hessian(V, V).reshape(V.size, V.size))[-1])
    size = Quantity("λ/‖V‖_F²", top / float(np.sum(V * V)), 1e-9)
    check.at_least(size, LOW)
    check.at_most(size, HIGH)
    widths, rows = [len(V) * factor for factor in (1, 2, 8)], []
    starts = range(active().pick(quick=6, standard=30, deep=200))
    for m in widths:
        found, safe, unsafe = [], 0, 0
        for k in starts:
            rng = np.random.default_rng(active().derive_seed(NAME, f"{teachers} {m} {k}"))
            W = width_ladder_start(V, m, LEVEL * loss_threshold(V), rng)
            safe += is_monotone(W, V, SAFE / top)
            unsafe += not is_monotone(W, V, UNSAFE / top)
            found.append(top * largest(W, V, SAFE / top, UNSAFE / top))
        for hits, factor, label in ((safe, SAFE, "monotone"), (unsafe, UNSAFE, "not monotone")):
            told = f"starts {label} with {factor}/λ, {teachers}, m = {m}"
            check.exactly(hits, "=", len(starts), label=told, wanted_label="starts")
        rows.append(found)
    low, middle, high = np.percentile(rows, [0, 50, 100], axis=1)
    STEPS.add(teachers, x=widths, y=middle, low=low, high=high)
