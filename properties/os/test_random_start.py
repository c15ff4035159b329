"""Claim os.random-start: descent from random starts fits once √(kd) ≥ n.

Setting: softplus, paper scale, Gaussian directions and labels; n² ≤ kd ≤ 2.25n², n ≤ d²/4;
    η = 1/β².
Statement: at least 95 % of random starts reach 10⁻⁶r₀ within 6000 steps. Along each such run
    (α/4)·path + ‖r‖ ≤ r₀, where α is the least σ_min(J_t) met: the fit is near.
Kind: limit, an empirical band.
Constants: 95 %, 6000 and 10⁻⁶ are ours; the source's are not known.
How it is checked: seeded starts at four sizes; σ_min at every hundredth step; successes counted.
    None of the starts has the certificate of os.certified-descent: this is the typical case.
Source: abstract of the paper.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, Line, linear, log
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import descent, evaluation, fast, problem, quantities
from lcnn_verify.profiles import active

SIZES = ((6, 5, 8), (8, 6, 12), (9, 7, 14), (12, 8, 20))
NARROW, FLAT = ((6, 5, 2), (9, 6, 2)), ((6, 2, 18), (8, 2, 32))
STEPS, CHECKS = 6000, 60
PATH = Figure(
    Kind.SCATTER,
    "How far random starts travel",
    x=log("certificate α₀²/(16Λr₀) at the start", "ratio"),
    y=linear("(α/4)·path/(r₀ − ‖r‖)", "ratio"),
    lines=(Line("1, what the claim allows", y=1.0), Line("certified from here on", x=1.0)),
)
SMALLEST = Figure(
    Kind.CURVES,
    "The smallest singular value along runs from random starts",
    x=linear("step t", "steps"),
    y=linear("σ_min(J_t)/α₀", "ratio"),
    lines=(Line("½, which a certificate would prove", y=0.5),),
    caption="The first start of each size, at every step where σ_min is looked at.",
)


def followed(at):
    """The end of a run, its path, σ_min by the step at which it was looked at, and r₀."""
    step = descent.working_step(at)
    r0 = float(np.linalg.norm(evaluation.residual(at, at.W)))
    smallest, total, here, t = {0: quantities.smallest_singular(at).value}, 0.0, at, 0
    for _ in range(CHECKS):
        W, sizes, path = fast.descend(here, step, 1e-6 * r0, STEPS // CHECKS)
        total, here, t = total + path, here.at(W), t + len(sizes) - 1
        smallest[t] = quantities.smallest_singular(here).value
        if sizes[-1] <= 1e-6 * r0:
            break
    return here, total, smallest, r0


@verifies("os.random-start", assumes={"parameters": weaker(), "dimension": weaker()})
def test_random_starts_fit():
    seed, reached, runs = active().derive_seed("os.random-start"), 0, 0
    sizes = SIZES if assumed("parameters") else NARROW
    for n, d, k in sizes if assumed("dimension") else FLAT:
        for trial in range(active().pick(quick=20, standard=40, deep=200)):
            one = problem.drawn(activations.SOFTPLUS, n, d, k, seed=(seed + trial) % 10**9)
            at = problem.at_paper_scale(one)
            end, path, smallest, r0 = followed(at)
            if trial == 0:
                ratios = np.array([*smallest.values()]) / smallest[0]
                SMALLEST.add(f"n = {n}, kd = {k * d}", x=[*smallest], y=ratios)
            residual = quantities.residual_norm(end)
            runs, reached = runs + 1, reached + (residual.value + residual.error <= 1.001e-6 * r0)
            spent = min(smallest.values()) / 4.0 * path
            start = quantities.certificate(at).value
            PATH.point(f"n = {n}, kd = {k * d}", x=start, y=spent / (r0 - residual.value))
            whole = Quantity("(α/4)·path", spent, 1e-9 * r0) + residual
            check.at_most(whole, quantities.residual_norm(at, "r₀"), problem=at)
    measure("random starts that reach 10⁻⁶r₀", reached / runs, claimed="at least 95 %")
    check.exactly(20 * reached, "≥", 19 * runs, label="20·successes", wanted_label="19·runs")
