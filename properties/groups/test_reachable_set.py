"""Claim groups.reachable-set: grouped descent reaches G·d dimensions, and fits no more labels.

Setting: f(W) = φ(XWᵀ)v; S = {A (k, d): rows of one group are equal}, of dimension G·d.
Statement: (1) grouped descent stays in W₀ + S; (2) its first steps for different labels never
    span more than S, and for φ = 2^z, k ≤ 4, d ≤ 2, n ≥ G·d and almost all W₀, v and X all of S;
    (3) groups of one neuron are ordinary descent;
    (4) on W₀ + S with G·d < n almost no labels are fitted.
Kind: identity.
Constants: k ≤ 4 and d ≤ 2 in (2) are ours: each case has a witness.
How it is checked: rational numbers. (2): a minor of the steps is analytic in W₀, v and X, so that
    one point with rank G·d proves it for almost all. (4): for one group and φ = 2^z an equation
    between the outputs, which holds on all of W₀ + S and not at the labels shown; in general by
    the measure of a Lipschitz map's image, THEORY §4.
Source: abstract of the paper ("regularizing the dimensionality of the parameter search space").
"""

from dataclasses import replace

from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.packs.grouped_gradients import network, reach, strategies


@verifies(
    "groups.reachable-set",
    examples=60,
    classes=("singleton groups", "one group"),
    assumes={"grouping": weaker()},
)
@given(problem=strategies.problems(), η=strategies.STEPS)
def test_descent_stays_in_the_subspace(problem, η):
    step = fmpq(η)
    along = network.grouped if assumed("grouping") else network.ungrouped
    moved = network.descend(problem, step, 2, along) - problem.start
    off = network.changed(network.grouped(problem, moved), moved)
    check.exactly(off, "=", 0, label="entries of W − W₀ off S")
    alone = replace(problem, groups=tuple(range(len(problem.W))))
    grouped, ordinary = (
        network.descend(alone, step, 2, along) for along in (network.grouped, network.ungrouped)
    )
    off = network.changed(grouped, ordinary)
    check.exactly(off, "=", 0, label="entries off ordinary descent", problem=alone)


@verifies("groups.reachable-set")
def test_first_steps_span_the_subspace():
    for d in (1, 2):
        for k in range(1, 5):
            for groups in network.partitions(k):
                problem = reach.witness(groups, d)
                rank = int(network.displacements(problem).rank())
                check.exactly(rank, "=", problem.G * d, label="rank of steps", problem=problem)


@verifies("groups.reachable-set", examples=60)
@given(problem=strategies.problems())
def test_first_steps_never_span_more(problem):
    rank = int(network.displacements(problem).rank())
    most = min(len(problem.X), problem.G * problem.d)
    check.exactly(rank, "≤", most, label="rank of steps", wanted_label="min(n, G·d)")


@verifies("groups.reachable-set", examples=40)
@given(problem=strategies.one_group(), shift=st.tuples(*[st.integers(-3, 3)] * 2))
def test_past_the_wall_labels_obey_an_equation(problem, shift):
    moved = reach.shifted(problem, shift[: problem.d])
    first, there = (reach.outputs_of(at) for at in (problem, moved))
    check.exactly(reach.equation(problem, first, there), "=", 1, label="∏ (f_i/f_i(W₀))^{c_i}")
    beyond = reach.beyond(problem, there)
    check.exactly(reach.equation(problem, first, beyond), "≠", 1, label="∏ (y_i/f_i(W₀))^{c_i}")
