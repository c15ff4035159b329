"""Claim ascent.small-inputs-faster: normalized-gradient ascent contracts faster for smaller inputs.

Setting: F(δ) = ½(f(x + δ) − y)² over ‖δ‖ ≤ ε, f(x) = Σ a_j φ(w_j·x), y = 1, Σ a_j = 0, W ~
    N(0, 1/d); x and ε = ‖x‖/2 scaled by s; T(δ) = ε∇F(δ)/‖∇F(δ)‖, projected ascent as η → ∞.
Statement: the contraction factor of the normalized-gradient iteration T at its fixed point is 2^p
    times as large at s = 1/32 as at 1/64; the median p of seeded attacks is in [0.9, 1.1] for
    softplus and in [1.8, 2.2] for tanh.
Kind: rate, empirical.
Constants: the bands are ours; 1 and 2 are the orders in s of that factor (THEORY §5). With
    η = 1/L the factor of projected ascent is of order s for both.
How it is checked: 15 attacks seeded by a quick run, 45 by a standard and 151 by a deep one; the
    largest |eigenvalue| of DT on tangent vectors, at the float64 point where T settles. All are
    audited, and the median is enclosed.
Source: our reading of the abstract ("a smaller input scale leads to faster convergence of
    adversarial training", in its initial phase); no weights are trained here.
"""

from dataclasses import replace

import numpy as np

from lcnn_verify.evidence import Figure, check, measure, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.numerics.activations import SOFTPLUS, TANH
from lcnn_verify.packs.inner_maximization import quantities, strategies
from lcnn_verify.profiles import active

FACTORS = Figure(
    Kind.CURVES,
    "How fast normalized-gradient ascent contracts, against the scale of the input",
    x=log("scale s of x and ε", "ratio"),
    y=log("contraction factor of T at its fixed point", "a step"),
    lines=(Line("s", slope=1.0), Line("s²", slope=2.0)),
    caption="T is projected ascent as η → ∞; ε = ‖x‖/2. In brackets: steps of T to 10⁻¹³ε at s = 1 "
    "and at s = 1/64.",
)
SHOWN = 3


@verifies("ascent.small-inputs-faster", assumes={"balanced-outputs": weaker()})
def test_the_factor_falls_with_the_scale():
    trials = active().pick(quick=15, standard=45, deep=151)
    for sigma, order in ((SOFTPLUS, 1.0), (TANH, 2.0)):
        ratios = []
        for trial in range(trials):
            seed = active().derive_seed("ascent", sigma.name, str(trial)) % 10**9
            attack = strategies.to_scale(sigma, seed)
            if not assumed("balanced-outputs"):
                attack = replace(attack, a=np.abs(attack.a))
            scales = strategies.SCALES if trial < SHOWN else strategies.SCALES[-2:]
            there = [strategies.settled(attack, s) for s in scales]
            factors = [quantities.factor(at, delta) for at, delta, _ in there]
            if trial < SHOWN:
                label = f"{sigma.name}, d = {attack.d} ({there[0][2]}, {there[-1][2]})"
                FACTORS.add(label, x=scales, y=[found.value for found in factors])
            check.sound(*factors)
            ratios.append((factors[-2] / factors[-1]).named("factor at s = 1/32 over that at 1/64"))
        median = sorted(ratios, key=lambda ratio: ratio.value)[trials // 2]
        measure(
            f"factor at s = 1/32 over that at 1/64, {sigma.name}",
            median.value,
            claimed=f"{2**order:g}",
        )
        check.at_least(median, 2.0 ** (0.9 * order))
        check.at_most(median, 2.0 ** (1.1 * order))
