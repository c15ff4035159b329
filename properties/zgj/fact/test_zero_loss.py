"""Fact 7: zero loss means matched measures.

Setting: tied |·|; teachers on distinct lines.
Statement: L = 0 when every student lies on a teacher line and each teacher's mass is matched;
    turning one student off its line, or moving mass from one teacher to another, makes L > 0.
Kind: identity, and lower bound for the converse.
Constants: none.
How it is checked: exactly matched students (quarters of teachers, either sign) at the oracle, to
    25 digits; displaced ones must have a loss the oracle finds positive.
Source: THEORY §3, fact 7.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity, check, sampling, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import TIED_ABS, TIED_RELU
from lcnn_verify.packs.zgj.networks import flip
from lcnn_verify.packs.zgj.quantities import loss

SEPARATED = strategies.teachers(min_separation=1e-3, max_r=3, max_d=4)
CHANGES = (1e-1, 1e-3, 1e-6, 1e-12)
LAW = sampling.joined(
    laws.teacher_law(max_r=3, max_d=4),
    "One teacher is split into quarters, with fair signs; then a student is turned by an amount "
    "uniform on 0.1, 10⁻³, 10⁻⁶, 10⁻¹².",
    pick=lambda rng: int(rng.integers(3)),
    signs=lambda rng: rng.choice([-1, 1], size=6).tolist(),
    change=lambda rng: float(rng.choice(CHANGES)),
    how=lambda rng: "turned",
)
NOTHING = Quantity.of(0.0, "0")


def matched(teacher: Teacher, pick: int, signs: list[int]) -> np.ndarray:
    """Students that match the teachers exactly, one of them split into quarters."""
    row = pick % len(teacher.V)
    quarters = np.repeat(0.5 * teacher.V[row : row + 1], 4, axis=0)
    return flip(np.concatenate((quarters, np.delete(teacher.V, row, axis=0))), signs)


@verifies("zgj.fact.zero-loss", examples=50, assumes={"even-activation": weaker()})
@given(teacher=SEPARATED, pick=st.integers(0, 2), signs=strategies.signs())
def test_matched_measures_have_no_loss(teacher, pick, signs):
    model = TIED_ABS if assumed("even-activation") else TIED_RELU
    x = Instance(matched(teacher, pick, signs), teacher.V, model)
    check.equal(loss(x), NOTHING, digits=25)


@verifies("zgj.fact.zero-loss", examples=50, draws=50, law=LAW)
@given(
    teacher=SEPARATED,
    pick=st.integers(0, 2),
    signs=strategies.signs(),
    change=st.sampled_from(CHANGES),
    how=st.sampled_from(["turned", "fed", "moved"]),
)
def test_displaced_measures_have_some(teacher, pick, signs, change, how):
    W = matched(teacher, pick, signs)
    if how == "fed":
        W[0] *= 1.0 + change
    if how == "moved":  # mass from the split teacher to another
        if len(teacher.V) == 1:
            strategies.discard("mass cannot move with one teacher")
        W[0] *= np.sqrt(1.0 - change)
        W[-1] *= np.sqrt(1.0 + change)
    if how == "turned":
        if W.shape[1] == 1:
            strategies.discard("nothing turns in dimension 1")
        W[1] = W[1] + change * np.roll(W[1], 1) * np.array([1.0, *[-1.0] * (W.shape[1] - 1)])
    check.at_least(loss(Instance(W, teacher.V)), NOTHING, note="a displaced student")
