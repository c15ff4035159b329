"""Claim ascent.small-inputs-faster: smaller inputs contract faster.

Setting: F(δ) = ½(f(x + δ) − y)² over ‖δ‖ ≤ ε, f(x) = Σ a_j φ(w_j·x), y = 1, Σ a_j = 0, W ~
    N(0, 1/d); x and ε = ‖x‖/2 scaled by s; T(δ) = ε∇F(δ)/‖∇F(δ)‖.
Statement: from s = 1/32 to 1/64 the rate at which T contracts at its fixed point falls by 2^p; the
    median p of seeded attacks is in [0.9, 1.1] for softplus and in [1.8, 2.2] for tanh.
Kind: rate, empirical.
Constants: the bands are ours; 1 and 2 are the orders in s of the rate (THEORY §5).
How it is checked: 15 attacks seeded by the run; the largest |eigenvalue| of DT on tangent vectors,
    at the float64 point where T settles. All are audited, and the median is enclosed.
Source: abstract of the paper ("a smaller input scale leads to faster convergence").
"""

from lcnn_verify.evidence import Figure, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.numerics.activations import SOFTPLUS, TANH
from lcnn_verify.packs.inner_maximization import quantities, strategies
from lcnn_verify.profiles import active

RATES = Figure(
    Kind.CURVES,
    "How fast ascent contracts against the scale of the input",
    x=log("scale s of x and ε", "ratio"),
    y=log("rate of T at its fixed point", "a step"),
    lines=(Line("s", slope=1.0), Line("s²", slope=2.0)),
    caption="ε = ‖x‖/2. In brackets: steps of T to 10⁻¹³ε at s = 1 and at s = 1/64.",
)
SHOWN = 3


@verifies("ascent.small-inputs-faster")
def test_the_rate_falls_with_the_scale():
    trials = active().pick(quick=15, standard=45, deep=151)
    for sigma, order in ((SOFTPLUS, 1.0), (TANH, 2.0)):
        ratios = []
        for trial in range(trials):
            seed = active().derive_seed("ascent", sigma.name, str(trial)) % 10**9
            attack = strategies.to_scale(sigma, seed)
            scales = strategies.SCALES if trial < SHOWN else strategies.SCALES[-2:]
            there = [strategies.settled(attack, s) for s in scales]
            rates = [quantities.rate(at, delta) for at, delta, _ in there]
            if trial < SHOWN:
                label = f"{sigma.name}, d = {attack.d} ({there[0][2]}, {there[-1][2]})"
                RATES.add(label, x=scales, y=[found.value for found in rates])
            check.sound(*rates)
            ratios.append((rates[-2] / rates[-1]).named("rate at s = 1/32 over that at 1/64"))
        median = sorted(ratios, key=lambda ratio: ratio.value)[trials // 2]
        measure(
            f"rate at s = 1/32 over that at 1/64, {sigma.name}",
            median.value,
            claimed=f"{2**order:g}",
        )
        check.at_least(median, 2.0 ** (0.9 * order))
        check.at_most(median, 2.0 ** (1.1 * order))
