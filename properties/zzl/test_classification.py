"""Claim zzl.classification: the sizes of its groups say whether a branch is Morse–Bott.

Setting: a branch groups m neurons: a group for each of m₀ teachers, with its weight and outputs
    that add up to its output, and extra groups, each with a free weight and outputs that add up to
    0; σ(z) = 2^z.
Statement: at a generic point rank J = m₀(d + 1) + Σ_extra (1 if single, else d + 1), and the branch
    has dimension Σ_teacher (s − 1) + Σ_extra (s − 1 + d). The kernel of Hess R is the tangent space
    iff each teacher group is single and each extra group has 1 or 2 neurons; otherwise it is larger
    everywhere on the branch.
Kind: identity; a finite family: m ≤ 6, m₀ ≤ 3, d ≤ 3, up to the order of the neurons.
Constants: the sizes of the family are ours.
How it is checked: every branch of the family: the rank of J at a point, on a sample that provably
    shows its largest rank, the dimension from the branch's equations, and that the point has R = 0,
    all over ℚ; the number of branches by another count. Then drawn points, special ones among them:
    rank J = Σ over different weights of (1 + d if some output there is not 0).
Source: headlines of the paper ("nowhere Morse–Bott … almost everywhere"); the formulas THEORY §3.
"""

from hypothesis import given

from lcnn_verify.evidence import EXACT, check, verifies, weaker
from lcnn_verify.evidence.draws import assumed, classify
from lcnn_verify.evidence.figures import Figure, Kind, linear
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import (
    count_branches,
    every_branch,
    generic_point,
    resolving,
)
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, kernel_dimension, loss, rank

SIZES = [(m, m0, d) for d in (1, 2, 3) for m0 in (1, 2, 3) for m in range(m0, 7)]
PLANE = Figure(
    Kind.MAP,
    "Where branches meet: m = 3, m₀ = 1, d = 1",
    x=linear("weight w₂", "1/length"),
    y=linear("weight w₃", "1/length"),
    values="dim ker Hess R",
    caption="At a = (ā, 0, 0) and w₁ = w̄ = 1 the plane is a branch, Morse–Bott but on three lines, "
    "each in another branch too; all meet in one point.",
)


@verifies("zzl.classification")
def test_every_branch_of_the_family():
    for m, m0, d in SIZES:
        family = [*every_branch(m, m0, d)]
        label = f"branches with m = {m}, m₀ = {m0}"
        check.exactly(len(set(family)), "=", count_branches(m, m0), label=label)
        for branch in family:
            decide(branch)
    branches = sum(count_branches(m, m0) for m, m0, _ in SIZES)
    check.proved(
        "rank, dimension and Morse–Bott verdict follow from the sizes of the groups",
        box=f"all {branches} branches with m ≤ 6, m₀ ≤ 3, d ≤ 3",
        arithmetic=EXACT,
        whole=True,
        instances=branches,
    )


def decide(branch):
    """Hold the formulas to the exact rank of J and to the equations of the branch."""
    point, target = generic_point(branch)
    sample, at = resolving(point.weights), {"branch": branch, "net": point}
    check.exactly(loss(point, target, sample), "=", 0, label="R", **at)
    shown = rank(point, sample)
    check.exactly(shown, "=", branch.rank, label="rank J", **at)
    solutions = branch.parameters - int(branch.constraints().rank())
    check.exactly(solutions, "=", branch.dimension, label="dim Q_t", **at)
    across = branch.parameters - shown - solutions
    relation = "=" if branch.morse_bott else ">"
    check.exactly(across, relation, 0, label="dim ker Hess R − dim Q_t", **at)


@verifies(
    "zzl.classification",
    examples=120,
    classes=("Morse–Bott", "not Morse–Bott"),
)
@given(drawn=strategies.placed(strategies.branches(5, 2, 3)))
def test_drawn_points_of_drawn_branches(drawn):
    branch, (point, target) = drawn
    classify(*branch.classes())
    sample = resolving(point.weights)
    check.exactly(loss(point, target, sample), "=", 0, label="R", branch=branch, net=point)
    got = rank(point, sample)
    check.exactly(got, "≤", branch.rank, label="rank J", branch=branch, net=point)
    check.exactly(got, "=", rank_of_groups(point), label="rank J", branch=branch, net=point)


@verifies("zzl.classification", examples=120, assumes={"samples": weaker()})
@given(net=strategies.networks(4, 3))
def test_the_rank_at_any_point_is_that_of_its_groups(net):
    sample = resolving(net.weights)
    if not assumed("samples"):
        sample = Sample(sample.points[:2])
    got = rank(net, sample)
    check.exactly(got, "=", rank_of_groups(net), label="rank J", net=net)


def rank_of_groups(net):
    """1 for each different weight, and d more where some output there is not 0."""
    neurons = list(zip(net.outputs, net.weights, strict=True))
    return sum(1 + net.d * any(a for a, w in neurons if w == place) for place in set(net.weights))


@verifies("zzl.classification", assumes={"generic": weaker()})
def test_the_kernel_grows_where_branches_meet():
    """Draw the weights of the branch of three single neurons, with the kernel at each."""
    ticks, kernels = range(-2, 5), []
    for third in ticks:
        row = []
        for second in ticks:
            net = Network((1, 0, 0), ((1,), (second,), (third,)))
            row.append(kernel_dimension(net, resolving(net.weights)))
            places = len({1, second, third}) if assumed("generic") else 3
            wanted = 2 * net.m - 1 - places
            check.exactly(row[-1], "=", wanted, label="dim ker Hess R", net=net)
        kernels.append(row)
    PLANE.add("kernel", x=[*ticks], y=[*ticks], values=kernels)
    ends = [ticks[0], ticks[-1]]
    PLANE.add("w₂ = w₃: neurons 2 and 3 are an extra pair", x=ends, y=ends)
    PLANE.add("w₂ = w̄: neuron 2 joins the teacher", x=[1, 1], y=ends)
    PLANE.add("w₃ = w̄: neuron 3 joins the teacher", x=ends, y=[1, 1])
