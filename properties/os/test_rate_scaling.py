"""Claim os.rate-scaling: the rate of wide networks scales like d/n.

Setting: ReLU at infinite width, directions of a Gaussian law; the rate of descent with the largest
    step is λ_min(Σ)/‖X‖² per step, up to constants.
Statement: λ_min(Σ)/‖X‖² divided by d/n lies in [0.03, 0.12] for d = 20 and 20 ≤ n ≤ 160.
Kind: rate, an empirical band.
Constants: the band is ours, from measurements.
How it is checked: Σ in closed form; its least eigenvalue and ‖X‖² are enclosed. The quick profile
    ends at n = 40, others at 160.
Source: reading of the paper's rate; card A4 measured 0.071 to 0.053.
"""

import numpy as np

from lcnn_verify.evidence import Figure, check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.packs.oymak_soltanolkotabi import kernels
from lcnn_verify.profiles import active

D, LOW, HIGH = 20, 0.03, 0.12
RATE = Figure(
    Kind.SCATTER,
    "The rate of infinitely wide networks against d/n",
    x=log("n", "inputs"),
    y=log("λ_min(Σ)·n/(‖X‖²·d)", "ratio"),
    lines=(Line("lower end of the band", y=LOW), Line("upper end", y=HIGH)),
    caption="ReLU, d = 20, Gaussian directions.",
)


@verifies("os.rate-scaling", assumes={"directions": weaker()})
def test_the_rate_against_d_over_n():
    rng = np.random.default_rng(active().derive_seed("os.rate-scaling"))
    sizes = active().pick(quick=(20, 30, 40), standard=(20, 40, 80, 160), deep=(20, 40, 80, 160))
    for n in sizes:
        rows = kernels.scattered(rng, n, D)
        if not assumed("directions"):  # 0.1 = 300/3000, the size of the others
            rows = tuple((3000 + first, *others) for first, *others in rows)
        ratio = kernels.scaling(kernels.KERNELS[0], rows)
        RATE.point("draws", x=n, y=ratio.value)
        check.at_least(ratio, LOW)
        check.at_most(ratio, HIGH)
