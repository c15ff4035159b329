"""Exact networks and groups against NumPy, counts, hand calculations and differences."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import from_json, to_json
from lcnn_verify.numerics.activations import RAMP as FLOAT_RAMP
from lcnn_verify.numerics.exact import floats
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.packs.grouped_gradients import hooks, network, reach, strategies
from lcnn_verify.packs.grouped_gradients.network import Problem
from lcnn_verify.reporting.exhibits import take_apart

PROBLEM = Problem(((1, 2), (-1, 1)), ((2, 1), (1, -2), (0, 1)), (1, -2, 1), (3, -1), (0, 1, 0))
few = settings(max_examples=30)


def test_there_are_as_many_partitions_as_bell_says():
    every = [[*network.partitions(k)] for k in range(1, 7)]
    assert [len(each) for each in every] == [1, 2, 5, 15, 52, 203]
    assert all(len(set(each)) == len(each) for each in every)


def test_the_mean_over_two_groups():
    half = fmpq(1, 2)
    assert network.averaging((0, 1, 0)) == fmpq_mat([[half, 0, half], [0, 1, 0], [half, 0, half]])


@few
@given(problem=strategies.problems(sigmas=(network.RAMP,)))
def test_steps_are_those_of_numpy(problem):
    X, v, y = (np.array(part, float) for part in (problem.X, problem.v, problem.y))
    W, groups = np.array(problem.W, float), np.array(problem.groups)
    for _ in range(2):
        value, slope, _ = FLOAT_RAMP.jet(X @ W.T, FLOATS)
        slopes = ((value @ v - y)[:, None] * slope * v).T @ X
        means = np.array([slopes[groups == g].mean(axis=0) for g in groups])
        W = W - 0.25 * means
    found = network.descend(problem, fmpq(1, 4), 2)
    assert floats(found) == pytest.approx(W, rel=1e-12, abs=1e-12)


def test_the_self_check_passes_and_sees_a_wrong_sign(monkeypatch):
    assert hooks.gradients()[0]
    right = network.gradient
    monkeypatch.setattr(network, "gradient", lambda problem, W: -1 * right(problem, W))
    assert not hooks.gradients()[0]
    hooks.warm_up()


def test_permuted_rows_go_round_within_their_group():
    slopes = fmpq_mat([[1, 0], [2, 0], [3, 0]])
    assert network.permuted(PROBLEM, slopes) == fmpq_mat([[3, 0], [2, 0], [1, 0]])
    assert network.grouped(PROBLEM, slopes) == fmpq_mat([[2, 0], [2, 0], [2, 0]])
    assert network.ungrouped(PROBLEM, slopes) == slopes


def test_differences_are_to_the_first_of_each_group():
    assert network.differences(PROBLEM, PROBLEM.start) == fmpq_mat([[0, 0], [0, 0], [-2, 0]])


@few
@given(problem=strategies.problems(sigmas=(network.BELL,)))
def test_no_hessian_is_larger_than_its_bound(problem):
    step, W = fmpq(1, 10**4), problem.start
    size = W.nrows() * W.ncols()
    H = np.empty((size, size))
    for at in range(size):
        ends = []
        for sign in (1, -1):
            moved = problem.start
            moved[divmod(at, W.ncols())] += sign * step
            ends.append(floats(network.gradient(problem, moved)).ravel())
        H[at] = (ends[0] - ends[1]) * 5e3
    bound = network.curvature(problem)
    assert np.linalg.norm(H, 2) <= float(int(bound.p) / int(bound.q)) * (1 + 1e-6)


def test_the_bound_on_curvature_is_its_formula_and_is_nearly_met():
    problem = Problem(((1, 2), (3, 0)), ((0, 1), (1, 1)), (2, -3), (1, -4), (0, 1), network.BELL)
    # 27/64·13·(5 + 9) + 2·3·((5 + 1)·5 + (5 + 4)·9)
    assert network.curvature(problem) == fmpq(27, 64) * 13 * 14 + 6 * 111
    steep = Problem(((1,),), ((0,),), (1,), (-6,), (0,), network.BELL)
    short = fmpq_mat([[fmpq(1, 1000)]])
    ratio = network.second_difference(steep, short) / (network.curvature(steep) * short[0, 0] ** 2)
    assert -1 < ratio < fmpq(-97, 100)


def test_outputs_of_one_group_obey_their_equation_alone():
    problem = Problem(((1,), (3,)), ((1,), (-2,)), (1, 2), (0, 0), (0, 0))
    first = reach.outputs_of(problem)
    assert first == [fmpq(5, 2), fmpq(257, 32)]
    assert reach.equation(problem, first, reach.outputs_of(reach.shifted(problem, (2,)))) == 1
    apart = reach.outputs_of(replace(problem, W=((2,), (-2,))))
    assert reach.equation(problem, first, apart) != 1
    assert reach.equation(problem, first, reach.beyond(problem, first)) != 1


def test_a_witness_that_fails_is_no_witness(monkeypatch):
    assert network.displacements(reach.witness((0, 0, 1), 2)).rank() == 4
    monkeypatch.setattr(network, "displacements", lambda problem: fmpq_mat(4, 6))
    assert reach.witness((0, 0, 1), 2).G == 2


def test_problems_say_what_they_are_and_are_made_again():
    same = replace(PROBLEM, X=((1, 2), (1, 2)), W=((1, 1),) * 3, groups=(0, 0, 0))
    for problem in (PROBLEM, same):
        assert from_json(json.loads(json.dumps(to_json(problem)))) == problem
    assert PROBLEM.classes() == ("max(z, 0)",)
    assert same.classes()[1:] == ("one group", "repeated inputs", "equal neurons")
    shown = take_apart({"problem": to_json(PROBLEM)})
    assert dict(shown.parameters)["groups"] == "w1 w3 | w2"
    names = [array.name for array in shown.arrays]
    assert names == ["X (2 × 2)", "W (3 × 2)", "v (1 × 3)", "y (1 × 2)"]


def test_spans_are_smaller_for_the_two_exceptions(monkeypatch):
    problem = reach.witness((0, 1, 2), 2)
    assert network.displacements(problem).rank() == problem.G * problem.d == 6
    for sigma, rank in ((network.SQUARE, 3), (network.RAMP, 0)):
        monkeypatch.setattr(network, "POWER", network.ACTIVATIONS[sigma])
        off = replace(problem, X=((1, 0),) * 6, W=((-1, 0),) * 3)
        assert network.displacements(off if rank == 0 else problem).rank() == rank


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"X": ((1,), (1, 2))}, "X, W"),
        ({"X": ()}, "X, W"),
        ({"v": (1,)}, "v"),
        ({"y": (1,)}, "y"),
        ({"groups": (0,)}, "groups"),
        ({"groups": (1, 0, 0)}, "groups"),
        ({"groups": (0, 2, 1)}, "groups"),
        ({"sigma": "tanh"}, "sigma"),
    ],
)
def test_what_does_not_fit_is_told(changes, argument):
    with pytest.raises(InputError) as told:
        replace(PROBLEM, **changes)
    assert told.value.argument == argument
