"""The second proof of critical points: its derivatives, and what it rejects."""

import copy
import itertools

import mpmath
import numpy as np
import pytest
from mpmath import iv

from lcnn_verify.evidence.documents import Rejected, readable
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.enclosure import Box
from lcnn_verify.packs.zgj.model import MODELS, TIED_RELU
from lcnn_verify.packs.zgj.proofs.critical import catalogue
from lcnn_verify.packs.zgj.proofs.critical.check import check_point as check_one
from lcnn_verify.packs.zgj.proofs.critical.prove import Candidate, prove
from lcnn_verify.packs.zgj.proofs.interval_energy import Energy

RADII = ("radius", "unique_within")
KINDS = {"abs": (1.0, 0.0), "relu": (0.25, 0.25)}


def check_point(entry):
    """Check an entry as the certificate's checker does."""
    readable(entry, check_one)


@pytest.fixture(scope="module")
def entries():
    names = ("rotated-pair-split", "cones-4d", "floor-orthonormal", "merged-pair-30")
    return {made.name: made.proof.to_json() for made in catalogue.POINTS.attempts(names)}


def holds(value, exact):
    """Whether an interval holds the oracle's number, which is right to more than 40 digits."""
    with mpmath.workdps(60):
        slack = mpmath.mpf(10) ** -40
        return mpmath.mpf(value.a) - slack <= exact <= mpmath.mpf(value.b) + slack


def flat(rows):
    return list(itertools.chain(*rows))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_loss_gradient_and_hessian_hold_the_oracles(model):
    rng = np.random.default_rng(7)
    W, V = rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
    energy = Energy(model.mass_power, *KINDS[model.activation])
    with working_bits(200), mpmath.workdps(60):
        rows = [[[iv.mpf(float(x)) for x in row] for row in matrix] for matrix in (W, V)]
        wide = [[x + iv.mpf([-1e-12, 1e-12]) for x in row] for row in rows[0]]
        for students in (rows[0], wide):
            assert holds(energy.loss([*students, *rows[1]], 2), oracle.loss(W, V, model=model))
            slopes = flat(energy.gradient(students, rows[1]))
            curvature = flat(energy.hessian(students, rows[1]))
            for got, exact in zip(slopes, oracle.gradient(W, V, model=model), strict=True):
                assert holds(got, exact)
            for got, exact in zip(curvature, oracle.hessian(W, V, model=model), strict=True):
                assert holds(got, exact)
        back = energy.gradient(rows[0], rows[1], teachers=True)
        mirrored = energy.gradient(rows[1], rows[0])
        for got, same in zip(flat(back[2:]), flat(mirrored), strict=True):
            assert abs(got - same).b < 1e-35
    assert iv.prec == 53


def test_parallel_neurons_are_no_trouble():
    energy = Energy(2, 1.0, 0.0)
    with working_bits(100):
        W, V = [[iv.mpf("0.5"), iv.mpf(0)]], [[iv.mpf(1), iv.mpf(0)]]
        matrix = energy.hessian(W, V)
    exact = oracle.hessian([[0.5, 0.0]], [[1.0, 0.0]])
    for got, expected in zip(flat(matrix), exact, strict=True):
        assert abs(float(got.mid) - float(expected)) < 1e-15
        assert float(got.delta) < 1e-15


def test_good_entries_pass(entries):
    for entry in entries.values():
        check_point(entry)


def moved(entry, change):
    bad = copy.deepcopy(entry)
    change(bad)
    return bad


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e["students"][0].__setitem__(0, e["students"][0][0] + 1e-9), "into itself"),
        (lambda e: e["teachers"]["lower"][0].__setitem__(0, 0.999), "into itself"),
        (lambda e: e.update(radius=0.0), "positive and in order"),
        (lambda e: e.update(radius=1e-18), "into itself"),
        (lambda e: e.update(unique_within=0.1), "into itself"),
        (lambda e: e.update(unique_within=1e-20), "positive and in order"),
        (lambda e: e.update(loss=[0.0579, 0.058]), "the loss is"),
        (lambda e: e.update(loss=[-1.0, 0.058]), "the loss is .* far less wide than"),
        (lambda e: e.update(loss=[1e-300, 1e300]), "the loss is .* far less wide than"),
        (lambda e: e.update(threshold=[0.0, 0.3]), "the threshold is .* far less wide than"),
        (lambda e: e.update(threshold=[0.02, 0.0205]), "the threshold is"),
        (lambda e: e.update(threshold=None), "TypeError"),
        (lambda e: e.update(reduced=[0, 0, 4]), r"reduced inertia is \[1, 0, 3\]"),
        (lambda e: e.update(full=[2, 3, 3]), r"full inertia is \[3, 2, 3\]"),
        (lambda e: e.update(copies=[3, 2]), "full inertia"),
        (lambda e: e.update(copies=[2]), "copies do not fit"),
        (lambda e: e["model"].update(activation="relu"), "into itself"),
        (lambda e: e["model"].update(readout="unit"), "unit-readout neuron"),
        (lambda e: e["model"].update(readout="other"), "KeyError"),
        (lambda e: e.update(students=[[0.7, 0.7, 0.0]]), "do not fit the teachers"),
        (lambda e: e["teachers"].update(lower=[[2.0, 0.0], [0.0, 1.0]]), "no box"),
        (lambda e: e.update(fixed=[[0, 0]]), "at most one rotation"),
        (lambda e: e.update(rotations=[[0, 1]], fixed=[[0, 0]]), "moves a teacher"),
        (lambda e: e.pop("radius"), "KeyError"),
    ],
)
def test_a_change_is_rejected_by_name(entries, change, message):
    with pytest.raises(Rejected, match=f"rotated-pair-split: .*{message}"):
        check_point(moved(entries["rotated-pair-split"], change))


def test_a_global_minimum_is_no_point_of_the_catalogue(entries):
    there = {"students": np.eye(2).tolist(), "copies": [1, 1], "loss": [-1e-10, 1e-10]}
    with pytest.raises(Rejected, match="the loss is not proved positive"):
        check_point({**entries["rotated-pair-split"], **there, **dict.fromkeys(RADII, 2.0**-20)})


def test_the_fixed_coordinate_must_be_turned(entries):
    bad = moved(entries["cones-4d"], lambda e: e.update(fixed=[[0, 0]]))
    with pytest.raises(Rejected, match="coordinate 0 of student 0 is not fixed at 0"):
        check_point(bad)
    bad["students"][0][0] = 0.0
    with pytest.raises(Rejected, match=r"into itself|pin the rotation"):
        check_point(bad)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e.update(fixed=[[-5, -1]]), "coordinate -1 of student -5 is not fixed"),
        (lambda e: e.update(fixed=[[0, 9]]), "coordinate 9 of student 0 is not fixed"),
        (lambda e: e["students"][0].__setitem__(3, 1e-6), "student 0 is not fixed at 0"),
        (lambda e: e.update(rotations=[[3, 3]]), "3 and 3 span no plane"),
        (lambda e: e.update(rotations=[[3, -1]]), "3 and -1 span no plane"),
    ],
)
def test_coordinates_are_read_strictly(entries, change, message):
    with pytest.raises(Rejected, match=f"cones-4d: .*{message}"):
        check_point(moved(entries["cones-4d"], change))


def test_a_threshold_belongs_to_the_tied_model_only():
    plane = Box(np.eye(2), np.eye(2))
    W = catalogue.polished(np.array([[0.8, 0.8]]), np.eye(2), TIED_RELU)
    entry = prove(Candidate("relu", "", plane, W, (2,), TIED_RELU)).to_json()
    check_point(entry)
    with pytest.raises(Rejected, match="for the tied"):
        check_point({**entry, "threshold": [0.0, 1.0]})
