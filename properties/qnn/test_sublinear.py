"""Claim qnn.sublinear: the loss falls no faster than 1/t².

Setting: ŷ_i = ⟨ψ_i|U*MU|ψ_i⟩, M² = I, labels ±1, L = ½ Σ_i (ŷ_i − y_i)²; p parameters, n inputs.
Statement: (1) ‖∇L‖² ≤ 8p√n(2L)^{3/2}; (2) |L(θ)^{1/4} − L(θ′)^{1/4}| ≤ (√2·p√n)^{1/2}‖θ − θ′‖;
    (3) along gradient flow L(t) ≥ (L₀^{−1/2} + 8√2·p√n·t)^{−2}; along descent with steps of
    1/(128pn), with (10/9)·8√2 for 8√2; (4) no constant below 8 will do in (1), and
    none below √2 in (2).
Kind: lower bound.
Constants: 8p√n is ours, proved in THEORY §4; 128 and 10/9 are ours, proved in §5.
How it is checked: (1) and (2) at drawn points. (3): up to 40 steps of descent, which balls enclose;
    flows at points to which an integrator led, with ten times what a run with a hundredth of the
    tolerance moves L as error: an estimate, so that a violation there would refute nothing.
    (4) at circuits that come within 0.1 % of equality, for p ≤ 6 and n ≤ 3.
Source: abstract ("at-most sublinear convergence"); the inequalities are ours.
"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Figure, check, verifies
from lcnn_verify.evidence.draws import classify
from lcnn_verify.evidence.figures import Kind, log
from lcnn_verify.packs.quantum_networks import quantities, simulator, strategies
from lcnn_verify.packs.quantum_networks.circuit import Layer, Problem

FLOWING = strategies.problems(most_p=5, kinds=strategies.MOVING)
FLOWS = Figure(
    Kind.CURVES,
    "Loss of quantum networks along gradient flow",
    x=log("t·8√2·p√n·√L₀", "own times"),
    y=log("L/L₀", "ratio"),
    bound="(1 + t·8√2·p√n·√L₀)^{−2}, which is proved",
    caption="q qubits, p parameters, n inputs. In units of each flow’s own time the bound is one "
    "curve. Flows that level off end at a minimum with L > 0.",
)


@verifies(
    "qnn.sublinear",
    examples=100,
    classes=("p = 1", "repeated inputs", "zero gradient"),
)
@given(problem=strategies.problems())
def test_the_gradient_is_small_where_the_loss_is(problem):
    squared = quantities.squared_gradient(problem)
    if squared.value == 0.0:
        classify("zero gradient")
    if any(quantities.spread(problem, i).value == 0.0 for i in range(problem.n)):
        classify("aligned state")
    check.at_most(squared, quantities.fastest(problem), ties=True)


@verifies("qnn.sublinear", examples=60)
@given(problem=strategies.problems(), moves=st.lists(strategies.ANGLES, min_size=4, max_size=4))
def test_no_path_is_shorter(problem, moves):
    pairs = zip(problem.angles, moves[: problem.p], strict=True)
    other = problem.at([angle + move for angle, move in pairs])
    first, second = (quantities.fourth_root(at, "L^{1/4}") for at in (problem, other))
    reach = quantities.reach(problem, other)
    check.at_most(first - second, reach, ties=True)
    check.at_most(second - first, reach, ties=True)


@verifies("qnn.sublinear", examples=20)
@given(
    problem=st.builds(strategies.started, strategies.problems(kinds=strategies.MOVING)),
    steps=st.sampled_from((1, 10, 40)),
)
def test_along_gradient_descent(problem, steps):
    step = 1.0 / (128.0 * problem.p * problem.n)
    bound = quantities.lower_bound(problem, step * steps, Fraction(10, 9))
    check.at_least(quantities.descended(problem, step, steps), bound)


@verifies("qnn.sublinear", examples=6, shrink=False)
@given(problem=st.builds(strategies.started, FLOWING))
def test_along_gradient_flow(problem):
    own = simulator.own_time(problem)
    coarse = fine = problem
    spent, times, losses = 0.0, [], []
    for time in (30.0 * own, 3000.0 * own):
        coarse, path = simulator.flow(coarse, time - spent)
        fine, _ = simulator.flow(fine, time - spent, rtol=1e-10)
        found = quantities.estimated(coarse, fine)
        check.at_least(found, quantities.lower_bound(problem, time))
        kept = slice(1, None, max(1, path.steps // 40))
        times += [*(spent + path.times[kept]) / own]
        losses += [*path.losses[kept] / quantities.loss(problem).value]
        spent = time
    label = f"q = {problem.qubits}, p = {problem.p}, n = {problem.n}"
    if times:  # some starts are stationary
        FLOWS.add(label, x=times, y=losses, bound=[(1.0 + t) ** -2.0 for t in times])


@verifies("qnn.sublinear")
def test_no_smaller_constant_will_do():
    """Rotations about one axis, toward the label, by angles that add up to 0.01."""
    for p in range(1, 7):
        for n in range(1, 4):
            layers = tuple(Layer("X", 0.01 / p, "I") for _ in range(p))
            problem = Problem(1, layers, "Z", (((1, 0), (0, 0)),) * n, (1.0,) * n)
            check.at_least(quantities.sharpness(problem), 0.999, apart="nearness to equality")
            gone = quantities.gone(problem, problem.at([0.0] * p))
            check.at_least(gone, 0.999, apart="nearness to equality of (2)")
