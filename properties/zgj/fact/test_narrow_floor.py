"""Fact 8: students on fewer than r lines stay above the threshold.

Setting: tied |·|; r ≥ 2 teachers of any norms in the plane, or two in any dimension; students on
    fewer lines than there are teachers.
Statement: L > v_min⁴·Δ³/(48π) ≥ (r/2)·ε₀(V). Beside one teacher no students leave
    L = ½‖v‖⁴ > ε₀(V). So L ≤ ε₀ needs as many students as teachers.
Kind: lower bound.
Constants: 1/(48π), proved: the energy of a piecewise cubic function.
How it is checked: students on lines at random, on all teachers' lines but one, and the best that
    a search finds; and proved for all: some teacher has no student's line within Δ/2, and a
    function that sees this teacher alone bounds the loss.
Source: THEORY §3, fact 8.
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.evidence.amounts import norm, number
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import build_teacher
from lcnn_verify.packs.zgj.proofs.facts import narrow_floor as theorem
from lcnn_verify.packs.zgj.quantities import loss, separation, threshold_level
from lcnn_verify.packs.zgj.threshold import floor_level

SIZE = number("48π", lambda dps: 48 * mpmath.pi, enclosed=lambda bits: 48 * arb.pi())


def narrow(V, rng):
    """Students on fewer lines than V has: at random, or V's own without one, a little astray."""
    drop = int(rng.integers(len(V)))
    own = np.delete(V, drop, axis=0) + 0.1 * rng.standard_normal((len(V) - 1, V.shape[1]))
    wide = rng.standard_normal((int(rng.integers(1, len(V))), V.shape[1]))
    return Instance(own if rng.random() < 0.5 else wide, V)


def drawn(rng):
    """Up to five teachers in the plane, or two in space, and students on fewer lines."""
    r, d = (2, int(rng.integers(2, 6))) if rng.random() < 0.5 else (int(rng.integers(2, 6)), 2)
    gaps = rng.uniform(3.0, 170.0 / r, size=r - 1).tolist()
    norms = rng.uniform(0.5, 2.0, size=r).tolist()
    return narrow(build_teacher(d=d, norms=norms, gaps=gaps).V, rng)


LAW = sampling.plain_law(
    "Two teachers in d uniform on 2..5, or r uniform on 2..5 in the plane, with gaps uniform on "
    "[3°, 170°/r] and norms on [½, 2]; students are the teachers but one, each moved by 0.1 normal "
    "numbers, or 1 to r − 1 normal vectors.",
    instance=drawn,
)


def check_above(x):
    """The two inequalities of the statement."""
    least = min((norm(row, "v_min") for row in x.V), key=lambda it: it.value)
    gap = separation(x)
    check.at_least(SIZE * loss(x), least * least * least * least * gap * gap * gap)
    check.at_least(loss(x), len(x.V) / 2 * threshold_level(x))


@verifies("zgj.fact.narrow-floor", examples=40, draws=60, law=LAW)
@given(instance=st.integers(0, 2**32 - 1).map(np.random.default_rng).map(drawn))
def test_students_on_fewer_lines_are_above(instance):
    check_above(instance)


@verifies("zgj.fact.narrow-floor", examples=8)
@given(teacher=strategies.teachers(min_separation=0.1, min_r=2, max_r=4, min_d=2, max_d=2))
def test_the_best_that_a_search_finds_is_above(teacher):
    check_above(Instance(floor_level(teacher.V, starts=4).W, teacher.V))


@verifies("zgj.fact.narrow-floor", examples=12)
@given(teacher=strategies.teachers(max_r=1))
def test_no_students_beside_one_teacher(teacher):
    x = Instance(np.zeros_like(teacher.V), teacher.V)
    check.at_least(loss(x), threshold_level(x))


@verifies("zgj.fact.narrow-floor")
def test_the_theorem():
    check.theorem(theorem.prove)
