"""Claim os.relu: descent of wide ReLU networks converges geometrically.

Setting: ReLU, paper scale, Gaussian directions and labels; n = d = 10, k = 200 and 800;
    η = 1/‖J₀‖².
Statement: ‖r‖ falls at every step, reaches 10⁻¹⁰r₀, and log ‖r_t‖ is a line in t with R² > 0.98.
    The share of signs of w_j·x_i that flip falls with the width.
Kind: limit, an empirical band.
Constants: 10⁻¹⁰ and 0.98 are ours.
How it is checked: seeded starts; the residual at the end with its error bound, flips counted.
Source: abstract of the paper ("non-differentiable activations such as Rectified Linear Units").
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, linear, log
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, fast, problem, quantities
from lcnn_verify.profiles import active

N, D, NARROW, WIDE = 10, 10, 200, 800
CURVES = Figure(
    Kind.CURVES,
    "Residuals of ReLU networks",
    x=linear("step t", "steps"),
    y=log("‖r_t‖/r₀", "ratio"),
    bound="(1 − ησ_min(J₀)²)^t",
)


def straightness(sizes):
    """R² of log ``sizes`` against the step."""
    t, logs = np.arange(len(sizes)), np.log(sizes)
    return float(np.corrcoef(t, logs)[0, 1] ** 2)


def descended(k, seed):
    """One run: checks it, and returns how many signs flipped."""
    at = problem.at_paper_scale(problem.drawn(activations.RAMP, N, D, k, seed=seed))
    spectrum = np.linalg.eigvalsh(evaluation.gram(at, at.W))
    step = 1.0 / float(spectrum[-1])
    r0 = quantities.residual_norm(at, "r₀")
    W, sizes, _ = fast.descend(at, step, 1e-10 * r0.value, 20_000)
    end = at.at(W)
    check.at_most(quantities.residual_norm(end), 1.1e-10 * r0, problem=end)
    rises = int((np.diff(sizes) > 0.0).sum())
    check.exactly(rises, "=", 0, label="steps at which ‖r‖ rises")
    check.at_least(Quantity("R² of log ‖r_t‖", straightness(sizes), 1e-9), 0.98)
    shown = np.unique(np.linspace(0, len(sizes) - 1, 40).astype(int))
    rate = max(1.0 - step * float(spectrum[0]), 0.0)
    CURVES.add(f"k = {k}", x=shown, y=sizes[shown] / sizes[0], bound=rate ** shown.astype(float))
    return int(((at.X @ at.W.T > 0) != (at.X @ W.T > 0)).sum())


@verifies("os.relu", assumes={"width": weaker()})
def test_wide_relu_networks_fit():
    narrow, wide = (NARROW, WIDE) if assumed("width") else (2, 8)
    seed, flips = active().derive_seed("os.relu"), {narrow: 0, wide: 0}
    for trial in range(active().pick(quick=4, standard=15, deep=60)):
        for k in flips:
            flips[k] += descended(k, (seed + trial) % 10**9)
    ratio = flips[wide] * narrow / (flips[narrow] * wide)
    measure("share of flips at k = 800 over that at 200", ratio, claimed="below 1; about ½")
    check.exactly(flips[wide] * narrow, "<", flips[narrow] * wide, label="flips, k = 800, per row")
