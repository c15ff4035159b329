"""Study skip.study.depth: the condition number of a product of layers over depth and scale.

Setting: P = (I + DW_ℓ)…(I + DW_1) and its plain counterpart DW_ℓ…DW_1, W ~ N(0, τ²/n), n = 32;
    D the slopes of leaky ReLU (0.1) at W times a Gaussian input.
Statement: for each τ ≤ ¼ log cond P ≤ 3τ√ℓ in every draw, and its median grows like ℓ^p with p in
    [0.4, 0.6]; without the skip connections the median of log cond is at least 5 times as large at
    each depth from 1 to 16.
Kind: upper bound, an empirical band.
Constants: 3, 5 and the band are ours, from measurements.
How it is checked: seeded draws at depths 1 to 16; a plain product whose smallest singular value is
    below its error bound counts with the largest condition number that is certain.
Source: the abstract speaks of smaller condition numbers; THEORY §5.
"""

import math

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, linear, log
from lcnn_verify.packs.skip_connections import quantities
from lcnn_verify.packs.skip_connections.quantities import LEAKY
from lcnn_verify.profiles import active

NAME = "skip.study.depth"
N, DEPTHS, SCALES, CLAIMED = 32, (1, 2, 4, 8, 16), (0.0625, 0.125, 0.25, 0.5, 1.0), 0.25
MOST, APART, LOW, HIGH = 3.0, 5.0, 0.4, 0.6
CONDITION = Figure(
    Kind.BANDS,
    "Condition numbers over depth",
    x=log("depth ℓ", "layers"),
    y=linear("log₁₀ cond", "decades"),
    bound="3τ√ℓ/ln 10, the most claimed with skip connections",
    caption="n = 32, leaky ReLU: medians, with the 10th to 90th percentile as a band. Beyond 10¹⁵ "
    "float64 tells condition numbers apart no more.",
)


def logs(tau, draws, skip):
    """Of the product at each depth log cond (draws, depths), at least so much if not certain."""
    found = np.empty((draws, len(DEPTHS)))
    for draw in range(draws):
        rng = np.random.default_rng(active().derive_seed(NAME, f"{tau} {draw}"))
        product = np.eye(N)
        for depth in range(1, DEPTHS[-1] + 1):
            layer = quantities.random_layer(rng, N, tau, LEAKY)
            product = (layer + np.eye(N) if skip else layer) @ product
            if depth in DEPTHS:
                values = np.linalg.svd(product, compute_uv=False)
                certain = max(values[-1], 1e-15 * values[0])
                found[draw, DEPTHS.index(depth)] = math.log(values[0] / certain)
    return found


@verifies(NAME)
def test_skip_connections_keep_products_well_conditioned():
    draws = active().pick(quick=20, standard=100, deep=500)
    for tau in SCALES:
        found = {skip: logs(tau, draws, skip) for skip in (True, False)}
        for skip, label in ((True, "with"), (False, "without")):
            low, middle, high = np.percentile(found[skip], [10, 50, 90], axis=0) / math.log(10.0)
            columns = {"x": DEPTHS, "y": middle, "low": low, "high": high}
            if skip and tau <= CLAIMED:
                columns["bound"] = MOST * tau * np.sqrt(DEPTHS) / math.log(10.0)
            CONDITION.add(f"τ = {tau:g}, {label} skip connections", **columns)
            measure(f"median cond at depth 16, τ = {tau:g}, {label}", 10.0 ** middle[-1])
        if tau <= CLAIMED:
            judge(tau, found)


def judge(tau, found):
    """Check what is claimed of small weights."""
    middle = {skip: np.median(found[skip], axis=0) for skip in found}
    for column, depth in enumerate(DEPTHS):
        largest = float(found[True][:, column].max())
        label = f"largest log cond P, τ = {tau:g}, depth {depth}"
        check.at_most(Quantity(label, largest, 1e-9), MOST * tau * math.sqrt(depth))
        plain = f"median log cond without, τ = {tau:g}, depth {depth}"
        least = APART * float(middle[True][column])
        check.at_least(Quantity(plain, float(middle[False][column]), 1e-9), least)
    slope = float(np.polyfit(np.log(DEPTHS), np.log(middle[True]), 1)[0])
    measure(f"exponent of log cond P in ℓ, τ = {tau:g}", slope, claimed=f"{LOW} to {HIGH}")
    exponent = Quantity(f"exponent of log cond P in ℓ, τ = {tau:g}", slope, 1e-9)
    check.at_least(exponent, LOW)
    check.at_most(exponent, HIGH)
