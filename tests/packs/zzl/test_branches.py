"""Ranks, dimensions and samples against independent routes: finite differences, brute force."""

from __future__ import annotations

import itertools
import math

import mpmath
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zhang_zhang_luo import branch as branches
from lcnn_verify.packs.zhang_zhang_luo import hooks, identities, network
from lcnn_verify.packs.zhang_zhang_luo.branch import (
    Branch,
    count_branches,
    every_branch,
    generic_point,
    partitions,
    resolving,
)
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample

SHAPES = [
    Branch(1, (2,)),
    Branch(1, (1,), (1,)),
    Branch(2, (1,), (2,)),
    Branch(1, (1, 2), (1,)),
    Branch(2, (2,), (1,)),
]


def hessian_rank(point: Network, target: Network, sample: Sample) -> int:
    """The rank of the Hessian of R by central differences at 60 digits."""

    def risk(*theta):
        def output(pairs, x):
            return sum(a * mpmath.mpf(2) ** mpmath.fdot(w, x) for a, w in pairs)

        net = [
            (theta[k], theta[k + 1 : k + 1 + point.d]) for k in range(0, len(theta), point.d + 1)
        ]
        known = list(zip(map(mpmath.mpf, map(int, target.outputs)), target.weights, strict=True))
        return sum((output(net, x) - output(known, x)) ** 2 for x in sample.points) / 2

    with mpmath.workdps(60):
        theta = [mpmath.mpf(int(entry)) for entry in point.theta]
        step, size = mpmath.mpf(10) ** -15, len(theta)

        def moved(i, si, j, sj):
            there = list(theta)
            there[i] += si * step
            there[j] += sj * step
            return risk(*there)

        matrix = mpmath.matrix(size)
        for i, j in itertools.combinations_with_replacement(range(size), 2):
            signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
            total = sum(s * t * moved(i, s, j, t) for s, t in signs) / (4 * step**2)
            matrix[i, j] = matrix[j, i] = total
        found = mpmath.eigsy(matrix, eigvals_only=True)
        return sum(abs(value) > 1e-8 * max(map(abs, found)) for value in found)


@pytest.mark.parametrize("branch", SHAPES, ids=lambda branch: branch.label)
def test_the_rank_is_that_of_the_hessian_by_finite_differences(branch):
    point, target = generic_point(branch)
    few = Sample(resolving(point.weights).points[:10])
    assert hessian_rank(point, target, few) == network.rank(point, few)


def test_no_sample_shows_more_than_the_resolving_one():
    for branch in SHAPES:
        point, _ = generic_point(branch)
        box = Sample(tuple(itertools.product(range(-4, 5), repeat=branch.d)))
        assert network.rank(point, box) <= network.rank(point, resolving(point.weights))


def test_every_grouping_of_labelled_neurons_has_one_branch():
    def types(m, m0):  # each neuron to a teacher, or to an extra group named by its first neuron
        found = set()
        for home in itertools.product(range(m0 + m), repeat=m):
            if all(home.count(j) for j in range(m0)):
                extras = sorted((home.count(j) for j in range(m0, m0 + m)), reverse=True)
                found.add((tuple(home.count(j) for j in range(m0)), tuple(e for e in extras if e)))
        return found

    for m, m0 in ((2, 1), (3, 2), (4, 1), (4, 2)):
        listed = {(branch.teachers, branch.extras) for branch in every_branch(m, m0, 1)}
        assert listed == types(m, m0)
        assert len(listed) == count_branches(m, m0)


def test_partitions_of_nothing_and_of_five():
    assert list(partitions(0)) == [()]
    assert len(list(partitions(5))) == 7


@pytest.mark.parametrize(
    ("exact", "real"),
    [
        (identities.tanh, lambda z: math.tanh(z * math.log(2))),
        (identities.sigmoid, lambda z: 1 / (1 + 2.0**-z)),
    ],
)
def test_rational_activations_are_the_activations(exact, real):
    for z in range(-5, 6):
        value = exact(z)
        assert int(value.p) / int(value.q) == pytest.approx(real(z), abs=1e-15)


def test_identities_are_decided_both_ways():
    target = Network((3,), ((2,),))
    odd = Network((5, 2), ((2,), (-2,)))  # 5 tanh(2x) + 2 tanh(−2x)
    isolated = Network((-3, 6), ((-2,), (0,)))
    assert identities.differences(odd, target, identities.tanh) == 0
    assert identities.differences(odd, target, identities.sigmoid) > 0
    assert identities.differences(isolated, target, identities.sigmoid) == 0
    other = Network((3, 1), ((2,), (1,)))
    assert identities.differences(other, target, identities.tanh) == 2 * 5
    assert not identities.on_a_branch(odd, target)
    for net in (
        Network((1, 2), ((2,), (2,))),
        Network((3, 0), ((2,), (7,))),
        Network((0, 3), ((7,), (2,))),
    ):
        assert identities.on_a_branch(net, target)
    assert not identities.on_a_branch(Network((3, 1), ((2,), (7,))), target)


def test_collinear_samples_are_labelled():
    assert Sample(((0, 0), (1, 2), (2, 4))).classes() == ("collinear sample",)
    assert Sample(((0, 0), (1, 2), (2, 3))).classes() == ()
    assert Sample(((0,), (1,), (2,))).classes() == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Network((1, 2), ((1,),)),
        lambda: Network((1, 2), ((1,), (1, 2))),
        lambda: Network((1,), ((),)),
        lambda: Sample(((1,), (1, 2))),
        lambda: Sample(()),
        lambda: Branch(1, ()),
        lambda: Branch(1, (1,), (1, 2)),
        lambda: Branch(0, (1,)),
        lambda: Branch(1, (True,)),
        lambda: network.exponent((0.5,), (1,)),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(InputError):
        make()


def test_examples_come_back_from_json_and_are_shown():
    point, target = generic_point(Branch(2, (2,), (1,)))
    half = point.toward(Network(target.outputs * 3, target.weights * 3), 0.5)
    for net in (point, half):
        assert Network.from_json(net.to_json()) == net
        assert "<svg" in Network.show(net.to_json()).draw("p", "A network").markup
    line = generic_point(SHAPES[0])[0]
    assert "<svg" in Network.show(line.to_json()).draw("p", "On the line").markup
    sample = resolving(point.weights)
    assert Sample.from_json(sample.to_json()) == sample
    assert Sample.show(sample.to_json()).parameters == {"n": sample.n}
    for branch in SHAPES:
        assert Branch.from_json(branch.to_json()) == branch
        assert Branch.show(branch.to_json()).parameters["rank"] == branch.rank
    with pytest.raises(ValueError, match="no list of numbers"):
        Sample.show({"points": [1]})
    with pytest.raises(ValueError, match="no finite number"):
        Network.from_json({"outputs": [float("nan")], "weights": [[1]]})


def test_the_self_check_sees_a_wrong_rank(monkeypatch):
    assert hooks.ranks() == (True, "7 of 7 branches have the rank of their groups")
    right = network.rank
    monkeypatch.setattr(branches, "rank", lambda net, sample: right(net, sample) - (net.d == 2))
    assert not hooks.ranks()[0]
