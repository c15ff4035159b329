"""Claim os.width-concentration: JJᵀ concentrates like k^{-1/2}.

Setting: ReLU, v = ±1, W ~ N(0, 1); n directions of a Gaussian law, n = 10, d = 6.
Statement: ‖JJᵀ/k − Σ‖ decays like k^p with p in [−0.6, −0.4] from k = 100 on, and
    λ_min(JJᵀ) ≥ k·λ_min(Σ)/2 at k = 3200.
Kind: rate, empirical.
Constants: the band and ½ are ours, from measurements.
How it is checked: the exponent by least squares of the mean deviation of 16 draws at each width;
    eigenvalues at k = 3200 with their error bounds.
Source: card A7 measured −0.509; THEORY §7 says why ½.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, log
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, kernels, quantities
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem
from lcnn_verify.profiles import active

N, D, DRAWS = 10, 6, 16
RELU = kernels.KERNELS[0]
DEVIATION = Figure(
    Kind.BANDS,
    "How JJᵀ concentrates with the width",
    x=log("width k", "rows"),
    y=log("‖JJᵀ/k − Σ‖", "1"),
    bound="slope −½",
    caption="Means over 16 draws, with the 10th to 90th percentile as a band.",
)


def drawn(rng, rows, k):
    """A problem of width k on those directions."""
    signs = np.where(np.arange(k) % 2 == 0, 1.0, -1.0)
    W = rng.normal(size=(k, D))
    if not assumed("independent-rows"):
        W[:] = W[0]
    return Problem.of(kernels.unit(rows), np.zeros(len(rows)), signs, W, "max(z, 0)")


@verifies("os.width-concentration")
def test_the_exponent_of_the_deviation():
    rng = np.random.default_rng(active().derive_seed("os.width-concentration"))
    rows = kernels.scattered(rng, N, D)
    limit = RELU.entry(np.array(kernels.cosines(rows, FLOATS)), FLOATS)
    widths = active().pick(quick=(100, 400, 1600, 6400), standard=WIDE, deep=WIDE)
    found = np.empty((len(widths), DRAWS))
    for (i, j), _ in np.ndenumerate(found):
        at = drawn(rng, rows, widths[i])
        found[i, j] = np.linalg.norm(evaluation.gram(at, at.W) / at.k - limit, 2)
    mean = found.mean(axis=1)
    slope = float(np.polyfit(np.log(widths), np.log(mean), 1)[0])
    low, high = np.percentile(found, [10, 90], axis=1)
    bound = mean[0] * (np.array(widths) / widths[0]) ** -0.5
    columns = {"x": widths, "y": mean, "low": low, "high": high}
    told = f"fitted exponent {slope:.3f}"
    DEVIATION.add("ReLU", **columns, bound_x=widths, bound=bound, note=told)
    measure("exponent of ‖JJᵀ/k − Σ‖ in k", slope, claimed="−0.6 to −0.4")
    exponent = Quantity("exponent of k", slope, 1e-9)
    check.at_least(exponent, -0.6)
    check.at_most(exponent, -0.4)


WIDE = (100, 400, 1600, 6400, 25600)


@verifies("os.width-concentration", assumes={"independent-rows": weaker()})
def test_half_of_the_limit_is_reached():
    rng = np.random.default_rng(active().derive_seed("os.width-concentration", "least"))
    for _ in range(active().pick(quick=3, standard=10, deep=40)):
        rows = kernels.scattered(rng, 4, D)
        at = drawn(rng, rows, 3200)
        least = quantities.gram_eigenvalue(at, 0, "λ_min(JJᵀ)")
        check.at_least(least, at.k * 0.5 * kernels.part(RELU, rows, []), note="k = 3200")
