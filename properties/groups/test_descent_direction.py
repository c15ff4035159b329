"""Claim groups.descent-direction: the grouped gradient is a direction of descent.

Setting: f(W) = φ(XWᵀ)v, L = ½‖f − y‖²; integers X, W, v and y; φ = max(z, 0), z² or 1/(1 + z²).
Statement: ⟨∇L, P∇L⟩ = ‖P∇L‖² ≥ 0; and L(W − P∇L/ℓ) ≤ L(W) − ‖P∇L‖²/(2ℓ) for φ = 1/(1 + z²).
Kind: identity.
Constants: ℓ = (27/64)‖v‖²‖X‖_F² + 2·max|v_j|·Σ_i (‖v‖₁ + |y_i|)‖x_i‖² is ours, proved in THEORY §3.
How it is checked: rational numbers. Groups of one neuron, one group, fits and inputs twice are
    among the problems drawn. ℓ bounds second differences of L along drawn directions too, and one
    of them comes within 5 % of it.
Source: abstract of the paper ("a single gradient"); that it is the mean is our reading.
"""

from flint import fmpq, fmpq_mat
from hypothesis import example, given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed, classify
from lcnn_verify.packs.grouped_gradients import network, strategies

KINDS = ("singleton groups", "one group", "repeated inputs", "zero gradient")


@verifies("groups.descent-direction", examples=120, classes=KINDS)
@given(problem=strategies.problems())
def test_the_inner_product_is_a_square(problem):
    slopes = network.gradient(problem, problem.start)
    mean = network.grouped(problem, slopes)
    square = network.inner(mean, mean)
    if square == 0:
        classify("zero gradient")
    got = network.inner(slopes, mean)
    check.exactly(got, "=", square, label="⟨∇L, P∇L⟩", wanted_label="‖P∇L‖²")
    check.exactly(got, "≥", 0, label="⟨∇L, P∇L⟩")


# One neuron at the top of φ, with a label far away: a curvature of 0.97ℓ.
STEEP = network.Problem(((1,),), ((0,),), (1,), (-6,), (0,), network.BELL)


@verifies("groups.descent-direction", examples=60)
@example(problem=STEEP, entries=[1] * 8, t="1/100")
@given(
    problem=strategies.problems(sigmas=(network.BELL,)),
    entries=st.lists(st.integers(-2, 2), min_size=8, max_size=8),
    t=strategies.STEPS,
)
def test_no_second_difference_is_larger(problem, entries, t):
    k, d = len(problem.W), problem.d
    D = fmpq_mat(k, d, entries[: k * d]) * fmpq(t)
    found = abs(network.second_difference(problem, D))
    most = network.curvature(problem) * network.inner(D, D)
    label = "|L(W + D) − 2L(W) + L(W − D)|"
    check.exactly(found, "≤", most, label=label, wanted_label="ℓ‖D‖²", D=D.str())


@verifies("groups.descent-direction", examples=60, assumes={"step-size": weaker()})
@given(problem=strategies.problems(sigmas=(network.BELL,)))
def test_a_short_step_lowers_the_loss(problem):
    mean = network.grouped(problem, network.gradient(problem, problem.start))
    bend = max(network.curvature(problem), fmpq(1))  # inputs may all be 0
    step = (1 if assumed("step-size") else 100) / bend
    after = network.loss(problem, network.descend(problem, step, 1))
    most = network.loss(problem, problem.start) - network.inner(mean, mean) / (2 * bend)
    check.exactly(after, "≤", most, label="L(W − P∇L/ℓ)", wanted_label="L(W) − ‖P∇L‖²/(2ℓ)")
