"""Claim skip.random-weights: beside small weights a skip connection helps the condition number.

Setting: W ~ N(0, τ²/n), n = 64; D the slopes of leaky ReLU (0.1) or of the absolute value at W
    times a Gaussian input.
Statement: cond(DW + I) < cond(DW) in at least 95 % of draws for each τ ≤ ½.
Kind: limit, an empirical band.
Constants: 95 % and ½ are ours, from measurements.
How it is checked: seeded draws; a draw counts if the condition numbers differ by more than their
    error bounds. Larger τ are drawn for the figure alone, where the advantage ends.
Source: the abstract speaks of more stable singular values; card C4 measured 1.000 for τ ≤ ½.
"""

from typing import Any

import numpy as np

from lcnn_verify.evidence import Figure, check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.packs.skip_connections import quantities
from lcnn_verify.packs.skip_connections.quantities import ABSOLUTE, LEAKY
from lcnn_verify.profiles import active

N = 64
SCALES = (0.0625, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
CLAIMED = 0.5
CONDITION = Figure(
    Kind.BANDS,
    "What a skip connection does to the condition number",
    x=log("scale τ of the weights", "ratio"),
    y=log("condition number of a layer", "ratio"),
    bound="(1 + 2τ)/(1 − 2τ), as ‖W‖ is near 2τ",
    lines=(Line("‖W‖ near 1", x=0.5),),
    caption="n = 64, W ~ N(0, τ²/n): medians, with the 10th to 90th percentile as a band.",
)
SHARES = Figure(
    Kind.TABLE,
    "How often the skip connection lowers the condition number",
    order="τ",
    caption="The share of draws, for each scale τ of the weights; up to τ = ½ it is claimed.",
)


def drawn(phi, tau, draws):
    """The condition numbers without and with the skip connection, and how often it helped."""
    rng = np.random.default_rng(active().derive_seed("skip.random-weights", f"{phi.name} {tau}"))
    found, helped = np.empty((2, draws)), 0
    for k in range(draws):
        layer = quantities.random_layer(rng, N, tau, phi)
        plain = quantities.condition("DW", layer)
        skipped = quantities.condition("DW + I", layer + np.eye(N))
        found[:, k] = plain.value, skipped.value
        helped += skipped.value + skipped.error < plain.value - plain.error
    return found, helped


@verifies("skip.random-weights", assumes={"small-weights": weaker()})
def test_the_skip_connection_lowers_the_condition_number():
    draws = active().pick(quick=20, standard=100, deep=500)
    shares: dict[str, Any] = {LEAKY.name: [], ABSOLUTE.name: []}
    for phi in (LEAKY, ABSOLUTE):
        found = np.empty((len(SCALES), 2, draws))
        for row, tau in zip(found, SCALES, strict=True):
            row[:], helped = drawn(phi, tau, draws)
            shares[phi.name].append(helped / draws)
            if tau <= CLAIMED or not assumed("small-weights"):
                label = f"20·(draws in which it helped), {phi.name}, τ = {tau:g}"
                check.exactly(20 * helped, "≥", 19 * draws, label=label, wanted_label="19·draws")
        small = [tau for tau in SCALES if tau < CLAIMED]
        limit = [(1.0 + 2.0 * tau) / (1.0 - 2.0 * tau) for tau in small]
        low, middle, high = np.percentile(found, [10, 50, 90], axis=2)
        for k, name in enumerate(("without", "with")):
            columns: dict[str, Any] = {"x": SCALES, "y": middle[:, k]}
            columns |= {"low": low[:, k], "high": high[:, k]}
            if phi is LEAKY and k:
                columns |= {"bound_x": small, "bound": limit}
            CONDITION.add(f"{phi.name}, {name} the skip connection", **columns)
    SHARES.add("draws", τ=SCALES, **shares)
