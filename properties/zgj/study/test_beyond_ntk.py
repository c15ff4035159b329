"""Study zgj.study.beyond-ntk: how far neurons and their kernel move, against the width.

Setting: tied |·|; V = I₂ in the plane; starts of the width ladder's law at L₀ = 0.93·ε₀; descent to
    10⁻³·L₀. The tangent kernel K(x, x′) = Σ_i ⟨∂f(x)/∂w_i, ∂f(x′)/∂w_i⟩ on 64 directions of the
    circle, ∂f(x)/∂w = |w·x|·w/‖w‖ + ‖w‖·sign(w·x)·x.
Statement: the relative changes ‖W_T − W₀‖_F/‖W₀‖_F and ‖K_T − K₀‖_F/‖K₀‖_F do not vanish with m:
    over the widths from 64 on their exponents in m are at least −0.2, where the lazy regime has
    −½, and their medians are at least 0.05 and 0.08 at every width.
Kind: lower bound, empirical.
Constants: 0.05, 0.08 and −0.2 are ours.
How it is checked: medians over 16 starts a width, and a lower 95 % bound of the exponents by a
    bootstrap over the starts. The lazy law, m^(−½) from the narrowest width, is drawn beside them.
Source: abstract ("the Neural Tangent Kernel regime where neurons don't move much"); our reading.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, log
from lcnn_verify.numerics.samples import log_log_slope
from lcnn_verify.packs.zgj.dynamics import StopReason, gradient_descent
from lcnn_verify.packs.zgj.laws import width_ladder_start
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

NAME = "zgj.study.beyond-ntk"
V, LEVEL, STEP = np.eye(2), 0.93, 0.2
TRAVEL, CHANGE, LEAST, FROM = 0.05, 0.08, -0.2, 64
ANGLES = np.arange(64) * (2.0 * np.pi / 64.0) + 0.01
INPUTS = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])
MOVED = Figure(
    Kind.BANDS,
    "How far students and their kernel move",
    x=log("student width m", "neurons"),
    y=log("relative change", "ratio"),
    bound="m^(−½), the lazy regime's",
    caption="Medians over the starts, with the smallest and the largest as a band.",
)


def kernel(W):
    """The tangent kernel at the students W (m, 2) on all pairs of inputs, (64, 64)."""
    norms = np.linalg.norm(W, axis=1)[:, None]
    along = W @ INPUTS.T
    units = W / np.where(norms > 0.0, norms, 1.0)
    slopes = np.abs(along)[:, :, None] * units[:, None, :]
    slopes += (norms * np.sign(along))[:, :, None] * INPUTS[None, :, :]
    return np.einsum("ixk,iyk->xy", slopes, slopes)


def changes(m, k):
    """The relative travel of one start, and of its kernel; None if it is undecided."""
    rng = np.random.default_rng(active().derive_seed(NAME, f"{m} {k}"))
    W = width_ladder_start(V, m, LEVEL * loss_threshold(V), rng)
    target = 1e-3 * LEVEL * loss_threshold(V)
    run = gradient_descent(
        W, V, step=STEP, max_steps=100_000, target_loss=target, record_every="log"
    )
    if run.stop_reason is not StopReason.TARGET:
        return None
    first, last = kernel(W), kernel(run.weights)
    travel = np.linalg.norm(run.weights - W) / np.linalg.norm(W)
    return float(travel), float(np.linalg.norm(last - first) / np.linalg.norm(first))


@verifies(NAME)
def test_neurons_and_kernel_move_at_every_width():
    widths = [4**k for k in range(1, active().pick(quick=6, standard=7, deep=8))]
    found = [[changes(m, k) for k in range(16)] for m in widths]
    if any(each is None for row in found for each in row):
        check.undecided("step budget spent")
        return
    for place, (label, least) in enumerate((("travel", TRAVEL), ("kernel", CHANGE))):
        rows = [[each[place] for each in row] for row in found]
        low, middle, high = np.percentile(rows, [0, 50, 100], axis=1)
        lazy = middle[0] * (np.array(widths) / widths[0]) ** -0.5
        MOVED.add(label, x=widths, y=middle, low=low, high=high, bound=lazy)
        rng = np.random.default_rng(active().derive_seed(NAME, "bootstrap", label))
        top = [k for k, m in enumerate(widths) if m >= FROM]
        wide = [widths[k] for k in top]
        fitted, bound, _ = log_log_slope(wide, [rows[k] for k in top], rng)
        measure(f"exponent of the {label} in m", fitted, claimed=f"at least {LEAST}")
        check.at_least(Quantity(f"lower 95 % bound of the {label}'s exponent", bound, 1e-9), LEAST)
        for m, value in zip(widths, middle, strict=True):
            check.at_least(Quantity(f"median {label}, m = {m}", float(value), 1e-9), least)
