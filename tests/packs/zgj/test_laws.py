import math

import numpy as np
import pytest
from scipy import stats

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import sampling
from lcnn_verify.packs.zgj import geometry, laws, networks, population
from lcnn_verify.packs.zgj.laws import structured_starts, width_ladder_start
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS
from lcnn_verify.packs.zgj.threshold import loss_threshold


@pytest.fixture(scope="module")
def starts():
    rng = np.random.default_rng(0)
    law = laws.below_threshold_law(level=(0.2, 0.8), min_degrees=10.0, min_extra=1)
    return [law.draw(rng)["instance"] for _ in range(150)]


def test_below_threshold_draws_follow_the_stated_law(starts):
    asked = [x.parameters["level"] for x in starts]
    assert stats.kstest(asked, stats.uniform(0.2, 0.6).cdf).pvalue > 1e-3
    fractions = [population.loss(x.W, x.V) / loss_threshold(x.V) for x in starts]
    assert all(fraction <= level for fraction, level in zip(fractions, asked, strict=True))
    landed = np.isclose(fractions, asked, rtol=1e-6)
    assert landed.mean() > 0.95
    for x in starts:
        r = len(x.V)
        assert x.model == TIED_ABS
        assert r + 1 <= len(x.W) <= 4 * r
        assert geometry.separation(x.V) >= math.radians(10.0) * (1 - 1e-12)
    assert {len(x.V) for x in starts} == {1, 2, 3, 4}
    assert {x.V.shape[1] for x in starts} == {2, 3, 4, 5}
    ranks = [len(x.V) for x in starts]
    assert stats.chisquare(np.bincount(ranks)[1:]).pvalue > 1e-3


def test_every_family_of_displacements_is_drawn(starts):
    assert any("far" in x.parameters for x in starts)
    assert any("dead" in x.parameters for x in starts)
    clones = [c for x in starts for clones in x.parameters["clusters"] for c in clones]
    assert any(clone["toward"].startswith("v") for clone in clones)
    assert any(clone["toward"].startswith("e") for clone in clones)
    excesses = [clone["excess"] for clone in clones]
    assert stats.kstest(excesses, stats.norm(0.0, 0.3).cdf).pvalue > 1e-3


def test_draws_can_be_rebuilt_and_repeated(starts):
    for x in starts[:20]:
        assert (networks.rebuild(x.parameters).W == x.W).all()
    for law in (laws.below_threshold_law(), laws.general_law(), laws.teacher_law()):
        one, two = (law.draw(np.random.default_rng(7)) for _ in range(2))
        assert repr(one) == repr(two)
        assert repr(one) != repr(law.draw(np.random.default_rng(8)))


def test_a_law_states_the_numbers_it_draws_by():
    below = laws.below_threshold_law(max_r=3, max_d=7, level=(0.25, 0.75), min_degrees=12.0)
    for number in ("1..3", "2..7", "[0.25, 0.75]", "12°", "0..max(3r, 0)"):
        assert number in below.text
    general = laws.general_law(max_m=9, models=MODELS, norms=(1e-2, 1e4))
    for number in ("1..9", "[0.01, 10000]", "unit-relu"):
        assert number in general.text
    assert laws.teacher_law().text in laws.below_threshold_law().text


def test_general_draws_follow_the_stated_law():
    rng, law = np.random.default_rng(1), laws.general_law(models=MODELS, max_m=6)
    drawn = [law.draw(rng)["instance"] for _ in range(300)]
    kinds = [neuron for x in drawn for neuron in x.parameters["students"]]
    shares = {
        "zero": np.mean([neuron.get("norm") == 0.0 for neuron in kinds]),
        "opposite": np.mean([neuron.get("opposite", False) for neuron in kinds]),
        "near": np.mean(["lean" in neuron for neuron in kinds]),
        "copy": np.mean(["near" in n and "lean" not in n and not n["opposite"] for n in kinds]),
    }
    assert all(abs(share - 1 / 8) < 0.04 for share in shares.values()), shares
    norms = [neuron["norm"] for neuron in kinds if neuron.get("norm")]
    uniform = stats.uniform(-3, 6)
    assert stats.kstest(np.log10(norms), uniform.cdf).pvalue > 1e-3
    assert {x.model for x in drawn} == set(MODELS)
    assert {len(x.W) for x in drawn} == set(range(1, 7))


def test_teacher_draws_keep_the_separation():
    rng, law = np.random.default_rng(2), laws.teacher_law(max_r=4, max_d=2, min_degrees=20.0)
    drawn = [law.draw(rng)["teacher"] for _ in range(100)]
    least = min(geometry.separation(teacher.V) for teacher in drawn)
    assert math.radians(20.0) * (1 - 1e-12) <= least < math.radians(25.0)
    norms = np.concatenate([np.linalg.norm(teacher.V, axis=1) for teacher in drawn])
    assert stats.kstest(norms, stats.uniform(0.5, 1.5).cdf).pvalue > 1e-3


def test_laws_are_joined_from_stated_parts():
    plain = sampling.plain_law("c is uniform on [0, 1].", c=lambda rng: float(rng.uniform()))
    assert plain.draw(np.random.default_rng(0)) == {"c": np.random.default_rng(0).uniform()}
    teacher = laws.teacher_law()
    both = sampling.joined(teacher, "c is 1, 2 or 3.", c=lambda rng: int(rng.integers(1, 4)))
    assert both.text == f"{teacher.text} c is 1, 2 or 3."
    rng = np.random.default_rng(1)
    drawn = [both.draw(rng) for _ in range(20)]
    assert {item["c"] for item in drawn} == {1, 2, 3}
    assert repr(drawn[0]["teacher"]) == repr(teacher.draw(np.random.default_rng(1))["teacher"])


def test_structured_starts_lie_at_their_level():
    V = networks.build_teacher(d=3, norms=[1.0, 0.7], gaps=[70.0]).V
    for level in (0.5, 3.0):
        drawn = structured_starts(V, 5, 30, np.random.default_rng(3), level=level)
        fractions = np.array([population.loss(W, V) for W in drawn]) / loss_threshold(V)
        assert all(W.shape == (5, 3) for W in drawn)
        assert (fractions <= level).all()
        assert np.mean(fractions > 0.999 * level) > 0.9
    with pytest.raises(InputError, match="m: got 1, wanted at least r = 2"):
        structured_starts(V, 1, 1, np.random.default_rng(0))


@pytest.mark.parametrize(("m", "d"), [(2, 2), (3, 2), (64, 2), (7, 4), (8192, 2)])
def test_width_ladder_starts_have_their_loss_at_every_width(m, d):
    V = np.eye(d)[:2]
    W = width_ladder_start(V, m, 0.02, np.random.default_rng(4))
    assert W.shape == (m, d)
    assert population.loss(W, V) == pytest.approx(0.02, rel=1e-6)
    assert population.loss(W, V) <= 0.02


def test_a_width_ladder_start_is_a_displaced_split_of_the_teachers():
    V = np.diag([1.0, 2.0])
    W = width_ladder_start(V, 400, 1e-10, np.random.default_rng(5))
    masses = np.sum(W**2, axis=1)
    assert geometry.line_angles(W, V).argmin(axis=1).tolist() == [0, 1] * 200
    assert masses[::2].sum() == pytest.approx(1.0, rel=1e-3)
    assert masses[1::2].sum() == pytest.approx(4.0, rel=1e-3)
    # The marginals of a flat Dirichlet law on 200 parts are nearly exponential.
    assert stats.kstest(masses[::2] * 200, stats.expon().cdf).pvalue > 1e-3
    stray = W[::2, 1] / np.sqrt(masses[::2])
    assert abs(stats.kurtosis(stray)) < 1.0
    assert abs(np.corrcoef(np.abs(stray), masses[::2])[0, 1]) < 0.25


def test_a_width_ladder_start_needs_room_and_a_loss():
    with pytest.raises(InputError, match="m: got 1, wanted at least r = 2"):
        width_ladder_start(np.eye(2), 1, 0.02, np.random.default_rng(0))
    with pytest.raises(InputError, match=r"L0: got 0\.0, wanted a positive finite loss"):
        width_ladder_start(np.eye(2), 2, 0.0, np.random.default_rng(0))
