"""Claim zzl.branches: the example has three affine branches.

Setting: m = 2, m₀ = 1, d ≤ 3, σ(z) = 2^z; θ = (a₁, w₁, a₂, w₂).
Statement: the closures of Q₁ = {(a, w̄, ā − a, w̄)}, Q₂ = {(ā, w̄, 0, w)} and Q₃ = {(0, w, ā, w̄)}
    are affine and have R = 0. Q₁ meets Q₂ in (ā, w̄, 0, w̄) and Q₃ in (0, w̄, ā, w̄). On samples that
    are large enough dim ker Hess R is d + 1 on Q₁ and at both meeting points, and d on Q₂ and Q₃
    elsewhere.
Kind: identity.
Constants: none of the paper's; the kernel dimensions are derived.
How it is checked: two points of a branch, the lines through them far beyond both, and the meeting
    points: zero loss as an identity of rationals, the kernel from the exact rank of J on a sample
    that provably shows its largest rank (THEORY §2).
Source: the paper's example with m = 2, m₀ = 1; ranks THEORY §2.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed, classify
from lcnn_verify.evidence.figures import Figure, Kind, Line, linear
from lcnn_verify.numerics.activations import EXP
from lcnn_verify.packs.zhang_zhang_luo import flows, normal_form, strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import resolving
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, kernel_dimension, loss

BEYOND = (-2, 2, 3)
LINES = Figure(
    Kind.CURVES,
    "The three branches of the example",
    x=linear("difference of the weights w₁ − w₂", "weight"),
    y=linear("first output a₁", "output"),
    lines=(Line("the target’s output ā", y=1.0),),
    caption="m = 2, m₀ = 1, d = 1, with ā = w̄ = 1: three lines of networks of zero loss, and "
    "gradient flow of R from near them, on seven samples of [−1.5, 1.5], σ = exp.",
)


def on_branch(name, target, a, w):
    """The point of Q₁, Q₂ or Q₃ with that free output and that free weight."""
    (top,), (place,) = target.outputs, target.weights
    outputs = {"Q₁": (a, top - a), "Q₂": (top, 0), "Q₃": (0, top)}[name]
    weights = {"Q₁": (place, place), "Q₂": (place, w), "Q₃": (w, place)}[name]
    return Network(outputs, weights)


@verifies(
    "zzl.branches",
    examples=120,
    classes=("Q₁", "Q₂", "Q₃"),
    assumes={"samples": weaker()},
)
@given(
    name=st.sampled_from(("Q₁", "Q₂", "Q₃")),
    places=st.integers(1, 3).flatmap(lambda d: strategies.weights(3, d)),
    outputs=st.tuples(*[strategies.integers(-3, 3)] * 3),
)
def test_three_affine_branches_of_zero_loss(name, places, outputs):
    classify(name)
    d = len(places[0])
    target = Network(outputs[:1], places[:1])
    one, other = (on_branch(name, target, outputs[k], places[k]) for k in (1, 2))
    sample = resolving(places)
    if not assumed("samples"):
        sample = Sample(sample.points[:2])
    for s in BEYOND:
        between = one.toward(other, s)
        check.exactly(loss(between, target, sample), "=", 0, label="R on the line", net=between)
        same = int(between.function == target.function)
        check.exactly(same, "=", 1, label="whether g = f*", net=between)
    kernel = kernel_dimension(one, sample)
    check.exactly(kernel, "=", d + (name == "Q₁"), label="dim ker Hess R", net=one)


@verifies("zzl.branches", examples=60)
@given(
    places=st.integers(1, 3).flatmap(lambda d: strategies.weights(1, d)),
    output=strategies.integers(-3, 3),
    first=st.booleans(),
)
def test_they_meet_where_the_kernel_grows(places, output, first):
    target = Network((output,), places)
    meeting = Network((output, 0) if first else (0, output), (*places, *places))
    for name in ("Q₁", "Q₂" if first else "Q₃"):
        a = meeting.outputs[0]
        there = int(on_branch(name, target, a, places[0]) == meeting)
        check.exactly(there, "=", 1, label=f"whether it is on {name}", net=meeting)
    sample, d = resolving(places), len(places[0])
    check.exactly(loss(meeting, target, sample), "=", 0, label="R", net=meeting)
    kernel = kernel_dimension(meeting, sample)
    check.exactly(kernel, "=", d + 1, label="dim ker Hess R", net=meeting)


@verifies("zzl.branches")
def test_the_three_lines_drawn():
    """Draw them, with flows from near Q₁ and Q₂; a point of each line is decided exactly."""
    target, sample = Network((1,), ((1,),)), resolving([(-1,), (1,), (3,)])
    for name in ("Q₁", "Q₂", "Q₃"):
        ends = [on_branch(name, target, k, (k,)) for k in (-1, 3)]
        gaps = [float(net.weights[0][0] - net.weights[1][0]) for net in ends]
        LINES.add(name, x=gaps, y=[float(net.outputs[0]) for net in ends])
        check.exactly(loss(ends[0], target, sample), "=", 0, label="R", net=ends[0])
    points = Sample(tuple((0.5 * k,) for k in range(-3, 4)))
    problem = Problem(EXP, Network((1.0,), ((1.0,),)), points)
    fast = np.array([0.8, 1.05, 0.02, -0.5])
    slow = normal_form.beside_q1(problem, 0.5, np.array([1.0]))
    for name, start, times in (
        ("flow from near Q₁, along ker Hess R", slow, [10.0 ** (0.5 * k) for k in range(-6, 9)]),
        (
            "flow from near Q₂, straight in",
            fast,
            [0.01 * 2.0**k for k in range(12)],
        ),
    ):
        theta = flows.stations(problem, start, times)
        LINES.add(name, x=theta[:, 1] - theta[:, 3], y=theta[:, 0])
