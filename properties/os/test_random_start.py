"""Claim os.random-start: descent from random starts fits once √(kd) ≥ n.

Setting: softplus, paper scale, Gaussian directions and labels; n² ≤ kd ≤ 2.25n², n ≤ d²/4;
    η = 1/β².
Statement: at least 95 % of random starts reach 10⁻⁶r₀ within 4000 steps. Along each such run
    (α/4)·path + ‖r‖ ≤ r₀, where α is the least σ_min(J_t) met: the fit is near.
Kind: limit, an empirical band.
Constants: 95 %, 4000 and 10⁻⁶ are ours; the source's are not known.
How it is checked: seeded starts at four sizes; σ_min at 40 points of each run; successes counted.
    None of the starts has the certificate of os.certified-descent: this is the typical case.
Source: abstract of the paper.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, Line, linear, log
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import descent, evaluation, fast, problem, quantities
from lcnn_verify.profiles import active

SIZES = ((6, 5, 8), (8, 6, 12), (9, 7, 14), (12, 8, 20))
STEPS, CHECKS = 4000, 40
PATH = Figure(
    Kind.SCATTER,
    "How far random starts travel",
    x=log("certificate α₀²/(16Λr₀) at the start", "ratio"),
    y=linear("(α/4)·path/(r₀ − ‖r‖)", "ratio"),
    lines=(Line("1, what the claim allows", y=1.0), Line("certified from here on", x=1.0)),
)


def followed(at):
    """The end of a run, its path, the least σ_min met, and r₀."""
    step = descent.working_step(at)
    r0 = float(np.linalg.norm(evaluation.residual(at, at.W)))
    least, total, here = np.inf, 0.0, at
    for _ in range(CHECKS):
        least = min(least, quantities.smallest_singular(here).value)
        W, sizes, path = fast.descend(here, step, 1e-6 * r0, STEPS // CHECKS)
        total, here = total + path, here.at(W)
        if sizes[-1] <= 1e-6 * r0:
            break
    return here, total, least, r0


@verifies("os.random-start")
def test_random_starts_fit():
    seed, reached, runs = active().derive_seed("os.random-start"), 0, 0
    for n, d, k in SIZES:
        for trial in range(active().pick(quick=10, standard=40, deep=200)):
            one = problem.drawn(activations.SOFTPLUS, n, d, k, seed=(seed + trial) % 10**9)
            at = problem.at_paper_scale(one)
            end, path, least, r0 = followed(at)
            residual = quantities.residual_norm(end)
            runs, reached = runs + 1, reached + (residual.value + residual.error <= 1.001e-6 * r0)
            spent = least / 4.0 * path
            start = quantities.certificate(at).value
            PATH.point(f"n = {n}, kd = {k * d}", x=start, y=spent / (r0 - residual.value))
            whole = Quantity("(α/4)·path", spent, 1e-9 * r0) + residual
            check.at_most(whole, quantities.residual_norm(at, "r₀"), problem=at)
    measure("random starts that reach 10⁻⁶r₀", reached / runs, claimed="at least 95 %")
    check.exactly(20 * reached, "≥", 19 * runs, label="20·successes", wanted_label="19·runs")
