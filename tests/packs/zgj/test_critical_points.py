"""Certified critical points: levels and inertias known from theory, and points that are none."""

import json
import math

import mpmath
import numpy as np
import pytest
from region_kit import proved as recheck

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.inertia import Inertia
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.enclosure import Box
from lcnn_verify.packs.zgj.model import TIED_RELU, UNIT_ABS, UNIT_RELU
from lcnn_verify.packs.zgj.population import gradient, hessian, loss
from lcnn_verify.packs.zgj.proofs.critical import catalogue
from lcnn_verify.packs.zgj.proofs.critical.catalogue import CANDIDATES, POINTS
from lcnn_verify.packs.zgj.proofs.critical.prove import Candidate, prove

PLANE = Box(np.eye(2), np.eye(2))


@pytest.fixture(scope="module")
def proved():
    """Every point of the catalogue but the largest."""
    names = [name for name in CANDIDATES if name != "spurious-relu"]
    return {attempt.name: attempt for attempt in POINTS.attempts(names)}


def point(proved, name):
    assert proved[name].proof is not None, proved[name].failure
    return proved[name].proof


def as_network(found):
    """The m neurons: each line in its equal copies, one of them with its sign flipped."""
    rows = []
    for line, copies in zip(found.center, found.candidate.copies, strict=True):
        rows += [(-1.0) ** n * line / math.sqrt(copies) for n in range(copies)]
    return np.array(rows)


def test_every_point_is_proved(proved):
    for attempt in proved.values():
        assert attempt.proof is not None, attempt.failure
        assert 0.0 < attempt.proof.loss[0] <= attempt.proof.loss[1]
        assert (
            attempt.proof.threshold[1] < attempt.proof.loss[0]
        )  # above ε₀: it is a cap, not a hit


@pytest.mark.parametrize("degrees", catalogue.MERGED_DEGREES)
def test_the_merged_pair_is_at_the_merged_level(proved, degrees):
    found = point(proved, f"merged-pair-{degrees}")
    with mpmath.workdps(40):
        half = mpmath.pi * degrees / 360
        level = 1 + oracle.kernel(mpmath.cos(2 * half)) - 2 * oracle.kernel(mpmath.cos(half)) ** 2
        assert found.loss[0] <= level <= found.loss[1]
        # The teachers' box holds the irrational ones.
        sides = found.candidate.teachers
        exact = [1, 0, mpmath.cos(2 * half), mpmath.sin(2 * half)]
        for low, entry, high in zip(sides.lower.flat, exact, sides.upper.flat, strict=True):
            assert mpmath.mpf(low) - 1e-35 <= entry <= mpmath.mpf(high) + 1e-35
    assert found.full == Inertia(2, 1, 1) if degrees == 90 else Inertia(1, 1, 2)


def test_the_rotated_pair_has_the_mass_and_the_inertia_of_theory(proved):
    found = point(proved, "rotated-pair")
    with mpmath.workdps(30):
        mass = 4 * oracle.kernel(mpmath.sqrt(0.5)) / (2 + 2 * oracle.kernel(0))
        for row in found.center:
            assert abs(mpmath.fdot(row, row) - mass) < 1e-14
    assert found.full == found.reduced == Inertia(1, 0, 3)
    assert point(proved, "rotated-pair-split").full == Inertia(3, 2, 3)


@pytest.mark.parametrize(("name", "level"), [("cones-3d", 0.3124), ("cones-4d", 0.3054)])
def test_the_cones_are_at_the_measured_levels(proved, name, level):
    found = point(proved, name)
    unit = float(oracle.merged_level(math.pi / 2)) / 2
    assert found.loss[0] / unit == pytest.approx(level, abs=5e-5)
    assert found.full.zero == len(found.candidate.rotations)


def test_the_spurious_minimum_is_one(proved):
    found = point(proved, "spurious-abs")
    assert found.full == Inertia(0, 1, 17)
    assert sum(found.candidate.copies) == len(found.candidate.teachers.lower) == 6
    W, V = as_network(found), found.candidate.teachers.lower
    rng = np.random.default_rng(0)
    for size in (1e-2, 1e-3, 1e-4):
        for _ in range(50):
            nudge = rng.standard_normal(W.shape)
            assert loss(W + size * nudge / np.linalg.norm(nudge), V) > found.loss[0]


@pytest.mark.parametrize(
    "name",
    ["merged-pair-30", "rotated-pair-split", "cones-3d", "cones-4d", "floor-fan", "spurious-abs"],
)
def test_the_inertia_is_that_of_the_float64_hessian_of_the_network(proved, name):
    found = point(proved, name)
    W, V = as_network(found), found.candidate.teachers.lower
    assert np.linalg.norm(gradient(W, V)) < 1e-13
    assert loss(W, V) == pytest.approx(found.loss[0], abs=1e-14)
    values = np.linalg.eigvalsh(hessian(W, V))
    # A float64 clone is a rounding away from its sibling, where K'' counts for nothing.
    counted = Inertia(
        int((values < -1e-7).sum()), int((abs(values) <= 1e-7).sum()), int((values > 1e-7).sum())
    )
    assert counted == found.full


def test_tied_relu_splits_too():
    """The inertia across a split with ReLU's own term, against the float64 Hessian."""
    V = np.array([[1.0, 0.0], [0.0, 1.0]])
    W = catalogue.polished(np.array([[0.8, 0.8]]), V, TIED_RELU)
    found = prove(Candidate("relu", "", PLANE, W, (3,), TIED_RELU))
    values = np.linalg.eigvalsh(hessian(np.repeat(W / math.sqrt(3), 3, axis=0), V, model=TIED_RELU))
    assert found.full.negative == int((values < -1e-7).sum())
    assert found.full.zero == int((abs(values) <= 1e-7).sum()) == 2
    assert found.threshold is None


def test_a_box_without_a_critical_point_is_not_proved():
    with pytest.raises(NotProved, match="leaves every box"):
        prove(Candidate("none", "", PLANE, np.array([[0.9, 0.4], [0.3, -0.8]]), (1, 1)))


def test_a_global_minimum_has_no_positive_loss():
    with pytest.raises(NotProved, match=r"the loss is in \["):
        prove(Candidate("zero", "", PLANE, np.eye(2), (1, 1)))


def test_students_near_zero_have_no_hessian():
    with pytest.raises(NotProved):
        prove(Candidate("tiny", "", PLANE, np.array([[1e-15, 0.0]]), (1,)))


def test_a_rotation_that_moves_no_fixed_coordinate_is_refused():
    V = np.eye(2, 4)
    found = CANDIDATES["rotated-pair"]().students
    students = np.hstack((found, np.zeros((2, 2))))
    with pytest.raises(NotProved, match="pin the rotations down"):
        prove(
            Candidate("flat", "", Box(V, V), students, (1, 1), rotations=((2, 3),), fixed=((0, 3),))
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"copies": (1,)}, "one a line"),
        ({"copies": (0, 1)}, "positive counts"),
        ({"model": UNIT_ABS, "copies": (2, 1)}, "1 each with unit readout"),
        ({"fixed": ((0, 0),)}, "one for each rotation"),
        ({"fixed": ((0, 0),), "rotations": ((0, 1),)}, "coordinates that are 0"),
        (
            {"students": [[0.0, 1.0], [1.0, 0.0]], "fixed": ((0, 0),), "rotations": ((0, 1),)},
            "planes",
        ),
        ({"students": [1.0]}, "students"),
    ],
)
def test_candidates_are_validated(change, message):
    fields = {"teachers": PLANE, "students": np.eye(2) + 0.1, "copies": (1, 1)} | change
    with pytest.raises(InputError, match=message):
        Candidate("bad", "", **fields)


def test_unknown_names_are_refused_before_anything_is_proved():
    with pytest.raises(InputError, match="did you mean 'rotated-pair'"):
        next(POINTS.attempts(["rotated-par"]))
    with pytest.raises(InputError, match="wanted one of"):
        POINTS.demand("nothing like it")


def test_what_is_not_found_is_said(monkeypatch):
    monkeypatch.setattr(catalogue, "descended", lambda W, V, model: (0.0, W))
    (attempt,) = POINTS.attempts(["spurious-relu"])
    assert attempt.proof is None
    assert "none of 64 descents" in attempt.failure


def test_relu_with_unit_readout_has_a_spurious_local_minimum():
    (attempt,) = POINTS.attempts(["spurious-relu"])
    found = attempt.proof
    assert found.full == Inertia(0, 0, 36)
    assert found.candidate.model == UNIT_RELU
    assert found.loss[0] == pytest.approx(0.02508, abs=1e-5)


def test_a_ball_of_teachers_gives_a_theorem_for_each(proved):
    """Critical points for teachers in a box: the level of a teacher inside is in the bounds."""
    V = np.eye(2)
    wide = Box.around(V, 1e-12)
    found = prove(Candidate("box", "", wide, point(proved, "rotated-pair").center, (1, 1)))
    assert found.loss[1] - found.loss[0] > 1e-13
    inside = point(proved, "rotated-pair").loss
    assert found.loss[0] <= inside[0] <= inside[1] <= found.loss[1]


def test_the_certificate_is_json_and_checks(proved):
    made = [proved[name] for name in ("merged-pair-6", "rotated-pair-split", "cones-4d")]
    data = json.loads(json.dumps(POINTS.certificate(made)))
    told = [line.partition(":")[0] for line in recheck(data)]
    assert told == [attempt.name for attempt in made]
    for change in ({"points": []}, {"points": [1]}, {"version": "x"}):
        with pytest.raises(Rejected, match="malformed"):
            recheck({**data, **change})
