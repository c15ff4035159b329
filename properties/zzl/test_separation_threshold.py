"""Claim zzl.separation-threshold: few samples separate a branch from imperfect minima.

Setting: N_t is the least n such that almost every sample of n points or more separates the branch:
    almost every point of Q_t has a neighbourhood where R = 0 only on Q*. σ = exp.
Statement: N_t ≤ m(d + 1), strictly if m > m₀. In detail N_t ≤ codim Q_t = md + m₀ − (d − 1)·e for e
    extra groups, with equality if the branch is Morse–Bott (then it is rank J) or d = 1 (then it is
    m + m₀). For d = 1 any m + m₀ different samples make R = 0 only on Q*, everywhere.
Kind: upper bound.
Constants: m(d + 1) is the source's; the codimension and the values are ours, THEORY §5.
How it is checked: for every branch with m ≤ 4, m₀ ≤ 2, d ≤ 2: the ranks of J on samples of exactly
    rank J points and of one fewer, over ℚ. For d = 1: generalized Vandermonde determinants are
    positive; R = 0 on m + m₀ drawn samples exactly where g = f*; on one fewer an imperfect minimum,
    by an exact solve. Below the threshold of Morse–Bott branches an imperfect minimum beside the
    branch is proved by interval Newton; of the others in the plane a regular zero of the leading
    order on one sample less than the lower bound, which has imperfect minima arbitrarily near.
Source: N_t and its bound are headlines of the paper; values THEORY §5.
"""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, measure, verifies, weaker
from lcnn_verify.evidence.draws import assumed, discard
from lcnn_verify.evidence.figures import Figure, Kind, linear
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zhang_zhang_luo import leading, minima, separation, strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import Branch, every_branch, generic_point, resolving
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, loss, rank
from lcnn_verify.profiles import active

SIZES = [(m, m0, d) for d in (1, 2) for m0 in (1, 2) for m in range(m0, 5)]
TABLE = Figure(
    Kind.TABLE,
    "Samples that separate each branch",
    order="N_t at least",
    caption="σ = exp. Every branch with m ≤ 4, m₀ ≤ 2, d ≤ 2; THEORY §5 says why.",
)
MAP = Figure(
    Kind.MAP,
    "Samples that suffice for every branch, d = 2",
    x=linear("neurons m", "count"),
    y=linear("teachers m₀", "count"),
    values="largest bound on N_t over the branches",
    caption="Never above m(d + 1) = 3m, and below it if m > m₀.",
)


@verifies("zzl.separation-threshold", assumes={"extra-neurons": weaker()})
def test_every_branch_of_the_table():
    rows = []
    for branch in (each for sizes in SIZES for each in every_branch(*sizes)):
        found = separation.threshold(branch)
        point, _ = generic_point(branch)
        sample = separation.spanning(point, resolving(point.weights))
        at: dict[str, Any] = {"branch": branch, "net": point}
        check.exactly(sample.n, "=", branch.rank, label="points that show rank J", **at)
        check.exactly(rank(point, sample), "=", branch.rank, label="rank J on them", **at)
        if sample.n > 1:
            fewer = rank(point, separation.without_last(sample))
            check.exactly(fewer, "=", branch.rank - 1, label="rank J on one fewer", **at)
        # On rank J samples R = 0 is a manifold: Q_t itself, or larger.
        relation = "=" if branch.morse_bott else "<"
        check.exactly(branch.rank, relation, branch.codimension, label="rank J", **at)
        strict = branch.m > len(branch.teachers) or not assumed("extra-neurons")
        relation = "<" if strict else "="
        names: dict[str, Any] = {"label": "bound on N_t", "wanted_label": "m(d + 1)"}
        check.exactly(found.high, relation, branch.parameters, **names, **at)
        check.exactly(found.low, "≥", branch.rank + (not branch.morse_bott), label="N_t", **at)
        rows.append((branch, found))
    draw(rows)


def draw(rows):
    """Put the table and the map into the report."""
    columns = {
        "branch": [branch.label for branch, _ in rows],
        "d": [branch.d for branch, _ in rows],
        "N_t at least": [found.low for _, found in rows],
        "at most": [found.high for _, found in rows],
        "m(d + 1)": [branch.parameters for branch, _ in rows],
        "N_t is": [found.reason for _, found in rows],
    }
    TABLE.add("branches", note="", **columns)
    values = [[largest(rows, m, m0) for m in (2, 3, 4)] for m0 in (1, 2)]
    MAP.add("bound", x=[2, 3, 4], y=[1, 2], values=values)


def largest(rows, m, m0):
    """The largest bound on N_t over the branches of those sizes in the plane."""
    return max(
        found.high
        for branch, found in rows
        if (branch.d, branch.m, len(branch.teachers)) == (2, m, m0)
    )


def distinct(most):
    """Different small integers."""
    return st.lists(st.integers(-4, 4), min_size=2, max_size=most, unique=True)


@verifies("zzl.separation-threshold", examples=60)
@given(weights=distinct(6), points=distinct(6))
def test_vandermonde_determinants_are_positive(weights, points):
    size = min(len(weights), len(points))
    found = separation.vandermonde(sorted(weights[:size]), sorted(points[:size]))
    check.exactly(found, ">", 0, label="det 2^{w·x}, weights and points ascending")


@verifies(
    "zzl.separation-threshold",
    examples=120,
    assumes={
        "different-samples": weaker(
            points=st.lists(st.integers(-1, 0), min_size=5, max_size=5), examples=400
        )
    },
)
@given(
    net=strategies.networks(3, 1, size=2),
    target=strategies.networks(2, 1, size=2),
    points=st.lists(st.integers(-4, 4), min_size=5, max_size=5, unique=True),
)
def test_in_one_dimension_zero_loss_on_enough_samples_is_recovery(net, target, points):
    sample = Sample(tuple((x,) for x in points[: net.m + target.m]))
    lost = int(loss(net, target, sample) == 0)
    same = int(net.function == target.function)
    names = {"label": "whether R = 0", "wanted_label": "whether g = f*"}
    check.exactly(lost, "=", same, **names, net=net, target=target)


@verifies("zzl.separation-threshold", examples=60)
@given(
    weights=st.lists(st.integers(-3, 3), min_size=2, max_size=4, unique=True),
    points=st.lists(st.integers(-3, 3), min_size=4, max_size=4, unique=True),
)
def test_in_one_dimension_one_sample_fewer_leaves_an_imperfect_minimum(weights, points):
    target, places = Network((1,), ((weights[0],),)), tuple((w,) for w in weights[1:])
    sample = Sample(tuple((x,) for x in points[: len(places)]))
    net = minima.fitted(places, target, sample)
    if net is None:
        discard("the equations are singular")
    check.exactly(loss(net, target, sample), "=", 0, label="R", net=net)
    same = int(net.function == target.function)
    check.exactly(same, "=", 0, label="whether g = f*", net=net)


PROBED = (
    Branch(1, (1,), (1,)),
    Branch(2, (1,)),
    Branch(2, (1,), (1,)),
    Branch(2, (1,), (2,)),
    Branch(2, (1, 1), (1,)),
    Branch(3, (1,), (1, 1)),
)
"""Morse–Bott branches, whose thresholds are 3 of 4, 3 of 3, 4 of 6, 6 of 9, 7 of 9 and 6 of 12."""


@verifies("zzl.separation-threshold", cases=lambda _: ({"branch": each} for each in PROBED))
def test_below_its_threshold_a_branch_has_imperfect_minima_beside_it(branch):
    rng = np.random.default_rng(active().derive_seed("zzl.separation-threshold", branch.label))
    try:
        found, distance = minima.beside(branch, branch.codimension - 1, 0.05, rng)
    except NotProved as error:
        check.undecided(str(error), branch=branch)
        return
    off = found.error_at(minima.sample_of(rng, 20, branch.d))
    check.at_least(off, 0.0, note=f"on {branch.codimension - 1} samples", apart="off the branch")
    check.at_most(distance, 0.1, apart="beside the branch")
    measure(f"‖g − f*‖ of an imperfect minimum, d = {branch.d}, {branch.label}", off.value)


FLAT = [
    branch
    for m, m0, d in SIZES
    if d == 2
    for branch in every_branch(m, m0, d)
    if not branch.morse_bott
]
"""The branches of the table in the plane that are not Morse–Bott."""


@verifies("zzl.separation-threshold", cases=lambda _: ({"branch": each} for each in FLAT))
def test_the_leading_order_has_a_regular_zero_on_one_sample_less_than_its_bound(branch):
    rng = np.random.default_rng(active().derive_seed("zzl.leading-order", branch.label))
    try:
        found = leading.regular_zero(branch, rng)
    except NotProved as error:
        check.undecided(str(error), branch=branch)
        return
    low = separation.threshold(branch).low
    label = "samples on which h₀ is 0"
    check.exactly(len(found.leading.points), "=", low - 1, label=label, branch=branch)
    check.at_least(found.size_at(minima.sample_of(rng, 10, 2)), 0.0, apart="off the branch")
