"""Claim zzl.normal-form: a quadratic form decides whether samples separate Q₁.

Setting: m = 2, m₀ = 1; a point (a₁, w̄, a₂, w̄) of Q₁ with a₁a₂ ≠ 0, and w₁ − w₂ = δ beside it.
Statement: the residual is (a₁a₂/2ā)(δ·x_i)²σ″(w̄·x_i) + O(|δ|³). Let F be its part orthogonal to
    the d + 1 functions σ(w̄·x), σ′(w̄·x)x: n − (d + 1) forms, and R ≈ ⅛(a₁a₂/ā)²|F(δ)|². On n = d + 2
    samples F is one form: if it is definite, Q₁ is separated; if indefinite, there are imperfect
    minima arbitrarily near. For σ = exp it is definite iff one sample lies in the simplex of the
    others: the smaller part of Radon's partition is one point.
Kind: identity.
Constants: ½a₁a₂/ā and the remainder's, both ours; derived in THEORY §6, not in the paper as read.
How it is checked: the remainder against its bound, in balls; the signature over ℚ against Radon's
    partition; beside indefinite forms an imperfect minimum is proved by interval Newton, within
    0.25 of Q₁; the least R on a circle of radius 0.003 against the quartic, in float64.
Source: THEORY §6, ours; card B7.
"""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity, check, verifies, weaker
from lcnn_verify.evidence.amounts import of
from lcnn_verify.evidence.draws import classify, discard
from lcnn_verify.numerics.activations import EXP
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zhang_zhang_luo import flows, minima, normal_form, strategies
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, exponent
from lcnn_verify.profiles import active

SMALL = tuple(2.0**-k for k in range(2, 12))


@verifies(
    "zzl.normal-form",
    examples=60,
    assumes={"nonzero-outputs": weaker(outputs=st.tuples(*[st.integers(-3, 3)] * 2))},
)
@given(
    outputs=st.tuples(strategies.integers(-3, 3), strategies.integers(-3, 3)),
    step=st.sampled_from(SMALL),
    pair=st.integers(1, 3).flatmap(lambda d: strategies.weights(2, d, size=1)),
    point=st.lists(st.integers(-2, 2), min_size=3, max_size=3),
)
def test_the_residual_is_its_second_order_term_up_to_a_cubic(outputs, step, pair, point):
    (a, b), (place, delta) = outputs, pair
    total = a + b
    if total == 0:
        discard("ā = 0")
    x = point[: len(place)]
    along, height = step * exponent(delta, x), exponent(place, x)
    if along == 0:
        discard("δ·x = 0, where both sides are 0")

    def gap(kit):
        number = kit.number
        first = kit.exp(number(height) + number(along) * number(b) / number(total))
        second = kit.exp(number(height) - number(along) * number(a) / number(total))
        level = kit.exp(number(height))
        bend = level * number(along) * number(along) * number(a * b) / number(2 * total)
        return abs(number(a) * first + number(b) * second - number(total) * level - bend)

    def bound(kit):
        reach = max(abs(a), abs(b)) * abs(along)
        growth = kit.exp(kit.number(height) + kit.number(reach) / kit.number(abs(total)))
        size = kit.number(abs(a * b) * (a * a + b * b)) / kit.number(6 * abs(total) ** 3)
        return growth * size * kit.number(abs(along)) ** 3

    check.at_most(of("|remainder|", gap), of("its bound", bound), ties=True)


def simplices(d):
    """D + 2 different integer points, and a weight."""
    return st.tuples(strategies.weights(d + 2, d, size=2), strategies.weights(1, d, size=2))


@verifies("zzl.normal-form", examples=150, classes=("definite", "indefinite"))
@given(drawn=st.integers(1, 3).flatmap(simplices))
def test_the_form_is_definite_iff_a_sample_lies_among_the_others(drawn):
    points, (place,) = drawn
    sample = Sample(points)
    parts = normal_form.radon(sample)
    if parts is None:
        discard("samples with more than one affine dependence, or with a point in none")
    signs = normal_form.signature(place, sample)
    definite = normal_form.definite(signs)
    classify("definite" if definite else "indefinite")
    names = {"label": "whether F is definite", "wanted_label": "whether a part is one point"}
    check.exactly(int(definite), "=", int(parts[0] == 1), **names, sample=sample)


@verifies("zzl.normal-form", examples=40)
@given(
    points=strategies.weights(4, 2, size=3),
    place=strategies.weights(1, 2, size=1),
    share=st.sampled_from((0.5, 0.25, 1.5)),
)
def test_beside_an_indefinite_form_there_is_an_imperfect_minimum(points, place, share):
    sample = Sample(points)
    if (normal_form.radon(sample) or (1, 3))[0] == 1:
        discard("definite, or degenerate")
    (form,) = normal_form.forms(place[0], sample)
    near = Sample(tuple(tuple(0.5 * entry for entry in x) for x in points))
    problem = Problem(EXP, Network((1.0,), place), near)
    base = normal_form.beside_q1(problem, share, np.zeros(2))
    found = first_proved(problem, share, normal_form.isotropic(form))
    if found is None:
        check.undecided("no zero proved beside Q₁")
        return
    off = found.error_at(Sample(((1.75, -1.25), (-1.5, -1.75), (0.75, 1.75))))
    at: dict[str, Any] = {"net": Network.of(found.center.tolist(), 2), "sample": near}
    check.at_least(off, 0.0, apart="off the branch", **at)
    check.at_most(float(np.linalg.norm(found.center - base)), 0.25, apart="beside the start", **at)


def first_proved(problem, share, direction):
    """A zero proved at the first of a few distances δ that has one; None if there is none."""
    for step in (0.05, 0.1, 0.025):
        try:
            return minima.near(problem, normal_form.beside_q1(problem, share, step * direction))
        except NotProved:
            continue
    return None


@verifies("zzl.normal-form", examples=20)
@given(name=st.sampled_from(flows.NAMES), index=st.integers(0, 99))
def test_the_least_loss_on_a_circle_is_the_quartic(name, index):
    rng = np.random.default_rng(active().derive_seed("zzl.normal-form", str(index)))
    sigma, target = flows.ACTIVATIONS[name], Network((1.0,), ((0.5, -0.25),))
    problem = Problem(sigma, target, minima.sample_of(rng, 8, 2))
    angle = np.linspace(0.0, np.pi, 12, endpoint=False)
    circle = 0.003 * np.column_stack([np.cos(angle), np.sin(angle)])
    found = [normal_form.least_loss(problem, 0.25, delta) for delta in circle]
    wanted = [normal_form.predicted_loss(problem, 0.25, delta) for delta in circle]
    ratio = Quantity("least R on the circle over the quartic's", min(found) / min(wanted), 1e-3)
    check.at_least(ratio, 0.9, apart="ratio of decays")
    check.at_most(ratio, 1.1, apart="ratio of decays")
