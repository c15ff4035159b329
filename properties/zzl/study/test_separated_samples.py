"""Study zzl.study.separated-samples: how often few random samples separate Q₁ (card B7).

Setting: m = 2, m₀ = 1, σ = exp; n samples from N(0, I) in d dimensions, n = d + 2 … 2d + 1.
Statement: on n = d + 2 samples Q₁ is separated with probability P_d: that of d + 2 independent
    normal numbers exactly one lies above, or exactly one below, their mean. P₁ = 1, P₂ =
    6·arccos(1/3)/π − 2 = 0.35096 and P₃ = 5·arccos(1/4)/π − 2 = 0.09785. On n = 2d + 1 samples Q₁
    is always separated; for d = 3, n = 6 it is in 0.2 to 0.4 of all draws.
Kind: rate.
Constants: 0.2 and 0.4, and five standard errors, ours.
How it is checked: points are rounded to multiples of 2⁻²⁰, and forms are exact over ℚ. One form:
    its signature. Two forms in d = 3: they share a zero iff no combination of them is definite
    (Calabi), looked for between the angles at which the determinant is 0. As many as d: they share
    no zero, for d = 2 by their resultant; for d = 3 generically, which is not drawn. The numbers
    above their mean are drawn, too, and d = 4 with them alone.
Source: THEORY §6, ours; card B7 found 8 of 54 for d = 2.
"""

import math

import numpy as np
from flint import fmpq, fmpq_mat

from lcnn_verify.evidence import Figure, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, Line, linear
from lcnn_verify.numerics import exact
from lcnn_verify.packs.zhang_zhang_luo import normal_form
from lcnn_verify.packs.zhang_zhang_luo.network import Sample
from lcnn_verify.profiles import active

NAME = "zzl.study.separated-samples"
UNIT = 2.0**20
KNOWN = {
    1: 1.0,
    2: 6.0 * math.acos(1.0 / 3.0) / math.pi - 2.0,
    3: 5.0 * math.acos(1.0 / 4.0) / math.pi - 2.0,
}
LOW, HIGH = 0.2, 0.4
SHARES = Figure(
    Kind.BANDS,
    "How often n samples separate Q₁",
    x=linear("samples n", "count"),
    y=linear("separated draws", "share"),
    lines=tuple(Line(f"P for d = {d}", y=share) for d, share in KNOWN.items()),
    caption="σ = exp, m = 2, m₀ = 1, samples from N(0, I): shares with five standard errors.",
)


def forms(rng, n, d):
    """The n − (d + 1) forms Σ c_i x_i x_iᵀ of one draw, over ℚ: they do not depend on w̄."""
    drawn = np.rint(rng.standard_normal((n, d)) * UNIT).astype(int).tolist()
    sample = Sample(tuple(map(tuple, drawn)))
    columns = fmpq_mat([[1, *x] for x in sample.points]).transpose()
    for dependence in exact.null_space(columns):
        weights = [exact.as_rational("c", c) for c in dependence]
        yield normal_form.squares(weights, sample)


def share_a_zero(first, second):
    """Whether two forms of three variables have a common zero besides 0.

    If not, a combination is definite (Calabi). Where the determinant of cos t·A + sin t·B has no
    root the signature stays the same, so that one t between two roots is enough.
    """
    sides = [
        np.array([[float(e.p) / float(e.q) for e in row] for row in form.tolist()])
        for form in (first, second)
    ]
    scales = [float(np.abs(side).max()) for side in sides]
    found = np.linalg.eigvals(np.linalg.solve(sides[1] / scales[1], sides[0] / scales[0]))
    roots = np.sort(np.arctan(-found[np.abs(found.imag) < 1e-9].real))
    for angle in (np.append(roots[1:], roots[0] + math.pi) + roots) / 2.0:
        parts = (math.cos(angle) / scales[0], math.sin(angle) / scales[1])
        a, b = (fmpq(*part.as_integer_ratio()) for part in parts)
        if normal_form.definite(exact.inertia(first * a + second * b)):
            return False
    return True


def resultant(first, second):
    """That of two forms of two variables: 0 iff they share a zero over ℂ."""
    (a, b, c), (p, q, r) = ((form[0, 0], 2 * form[0, 1], form[1, 1]) for form in (first, second))
    return (a * r - c * p) ** 2 - (a * q - b * p) * (b * r - c * q)


def separated(found, d):
    """Whether forms of d variables have no common zero."""
    match found:
        case [only]:
            return normal_form.definite(exact.inertia(only))
        case [first, second] if d == 2:
            return resultant(first, second) != 0
        case [first, second]:
            return not share_a_zero(first, second)
    raise ValueError(f"{len(found)} forms of {d} variables")


def beside_their_mean(rng, numbers, draws):
    """How often exactly one of so many normal numbers is above, or below, their mean."""
    drawn = rng.standard_normal((draws, numbers))
    above = (drawn > drawn.mean(axis=1, keepdims=True)).sum(axis=1)
    return int(((above == 1) | (above == numbers - 1)).sum())


@verifies(NAME)
def test_few_random_samples_separate_a_branch_so_often():
    draws = active().pick(quick=300, standard=2000, deep=20000)
    for d, n in ((1, 3), (2, 4), (2, 5), (3, 5), (3, 6)):
        rng = np.random.default_rng(active().derive_seed(NAME, f"{d} {n}"))
        hits = sum(separated([*forms(rng, n, d)], d) for _ in range(draws))
        share = hits / draws
        band = 5.0 * math.sqrt(share * (1.0 - share) / draws)
        measure(f"separated, d = {d}, n = {n}", share, claimed=claimed(d, n))
        low, high = max(0.0, share - band), min(1.0, share + band)
        SHARES.add(f"d = {d}, n = {n}", x=[n], y=[share], low=[low], high=[high])
        if n == 2 * d + 1:
            check.exactly(hits, "=", draws, label=f"separated draws, d = {d}, n = {n}")
        elif n == d + 2:
            near(hits, draws, KNOWN[d], f"d = {d}")
        else:
            check.at_least(share, LOW)
            check.at_most(share, HIGH)


def claimed(d, n):
    """What is claimed of n samples, in words."""
    if n == 2 * d + 1:
        return "1"
    return f"{KNOWN[d]:.5f}" if n == d + 2 else f"{LOW} to {HIGH}"


def near(hits, draws, share, label):
    """Check that ``hits`` of ``draws`` are within five standard errors of ``share``."""
    most = 5.0 * math.sqrt(share * (1.0 - share) / draws)
    check.at_most(abs(hits / draws - share), most, note=label, apart="distance of the shares")


@verifies(NAME)
def test_so_many_normal_numbers_have_one_on_a_side_of_their_mean():
    draws = 1000 * active().pick(quick=100, standard=400, deep=4000)
    rng = np.random.default_rng(active().derive_seed(NAME, "mean"))
    for d in (2, 3, 4):
        hits = beside_their_mean(rng, d + 2, draws)
        if d in KNOWN:
            near(hits, draws, KNOWN[d], f"d = {d}")
        measure(f"P_{d}, by normal numbers", hits / draws, claimed=f"{KNOWN.get(d, math.nan):.5f}")
