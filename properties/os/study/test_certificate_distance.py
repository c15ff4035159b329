"""Study os.study.certificate-distance: how far random starts are from a certificate.

Setting: softplus at the paper's scale, v = ±‖y‖/√(kn), Gaussian directions and labels, W ~ N(0, 1);
    the certificate of os.certified-descent holds where c = α₀²/(16Λr₀) ≥ 1.
Statement: c grows like k^p with p in [0.45, 0.55]. Where √(kd) is n to 1.5n, the order the paper
    speaks of, c is below 1/20. The width at which the median start would be certified, k/c², grows
    with n and falls with d.
Kind: rate, empirical.
Constants: the band and 1/20 are ours, from measurements.
How it is checked: log c over seeded starts at three widths a factor 4 apart, for each n and d; one
    exponent for all by least squares, after the mean of each (n, d) is taken off. Widths are
    extrapolated from the widest rung with the exponent ½, which the figure shows.
Source: card A1; THEORY §5, §7.
"""

import math

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, log
from lcnn_verify.numerics.activations import SOFTPLUS
from lcnn_verify.packs.oymak_soltanolkotabi import problem, quantities
from lcnn_verify.profiles import active

NAME = "os.study.certificate-distance"
LOW, HIGH, FAR = 0.45, 0.55, 0.05
WIDTHS = (256, 1024, 4096)
WIDTH = Figure(
    Kind.MAP,
    "The width at which a random start would be certified",
    x=log("inputs n", "count"),
    y=log("dimension d", "count"),
    values="log₁₀ of k/c²",
    caption="Extrapolated from k = 4096 by c ~ √k; medians over the starts.",
)
GROWTH = Figure(
    Kind.CURVES,
    "How the certificate grows with the width",
    x=log("width k", "rows"),
    y=log("median certificate c", "ratio"),
    bound="slope ½",
)


def certificate(n, d, k, trial):
    """The certificate c of one seeded start."""
    seed = active().derive_seed(NAME, f"{n} {d} {k} {trial}") % 10**9
    one = problem.drawn(SOFTPLUS, n, d, k, seed=seed)
    return quantities.certificate(problem.at_paper_scale(one)).value


@verifies(NAME)
def test_the_certificate_grows_like_the_root_of_the_width():
    inputs = active().pick(quick=(4, 8, 16), standard=(4, 8, 16, 32), deep=(4, 8, 16, 32, 64))
    dimensions = active().pick(quick=(10, 20), standard=(10, 20, 40), deep=(10, 20, 40, 80))
    trials = range(active().pick(quick=16, standard=32, deep=64))
    needed = np.empty((len(dimensions), len(inputs)))
    heights, roots = [], np.log(WIDTHS) - np.log(WIDTHS).mean()
    for (i, j), _ in np.ndenumerate(needed):
        n, d = inputs[j], dimensions[i]
        found = np.array([[certificate(n, d, k, t) for t in trials] for k in WIDTHS])
        middle = np.median(found, axis=1)
        needed[i, j] = math.log10(WIDTHS[-1] / middle[-1] ** 2)
        heights.append(np.log(found).mean(axis=1) - np.log(found).mean())
        bound = middle[0] * np.sqrt(np.array(WIDTHS) / WIDTHS[0])
        GROWTH.add(f"n = {n}, d = {d}", x=WIDTHS, y=middle, bound=bound)
        width = float(10.0 ** needed[i, j])
        measure(f"width at which half the starts have c ≥ 1, n = {n}, d = {d}", width)
    WIDTH.add("log₁₀ of k/c²", x=inputs, y=dimensions, values=needed)
    exponent = float(np.mean(heights, axis=0) @ roots / (roots @ roots))
    measure("exponent of c in k", exponent, claimed=f"{LOW} to {HIGH}")
    check.at_least(Quantity("exponent of c in k", exponent, 1e-9), LOW)
    check.at_most(Quantity("exponent of c in k", exponent, 1e-9), HIGH)
    check.exactly(int((np.diff(needed, axis=1) > 0).all()), "=", 1, label="k/c² grows with n")
    check.exactly(int((np.diff(needed, axis=0) < 0).all()), "=", 1, label="k/c² falls with d")


@verifies(NAME)
def test_starts_of_the_papers_order_are_far_from_certified():
    for n, d in ((6, 5), (9, 7), (12, 8), (20, 10)):
        for factor in (1.0, 1.5):
            k = 2 * math.ceil((factor * n) ** 2 / d / 2)
            found = [certificate(n, d, k, trial) for trial in range(20)]
            most = Quantity(f"largest certificate, n = {n}, kd = {k * d}", max(found), 1e-9)
            check.at_most(most, FAR)
