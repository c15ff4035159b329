"""The pack's own tests: tools against independent routes, the checker with planted errors."""

from __future__ import annotations

import copy

import pytest
from toy_pack import bijection, counting, hooks, quantities
from toy_pack.partition import Partition, every_partition

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics import balls


@pytest.mark.parametrize("n", range(1, 21))
def test_the_three_counts_are_those_of_all_partitions_listed(n):
    every = list(every_partition(n))
    assert len(set(every)) == counting.partitions(n)
    assert sum(each.is_odd for each in every) == counting.into_odd_parts(n)
    assert sum(each.is_distinct for each in every) == counting.into_distinct_parts(n)


@pytest.mark.parametrize("n", [-1, counting.LARGEST + 1])
def test_what_does_not_fit_an_integer_is_refused(n):
    with pytest.raises(InputError, match="wanted an integer from 0 to 400"):
        counting.partitions(n)


@pytest.mark.parametrize("n", [1, 2, 50, 400])
@pytest.mark.parametrize("quantity", [quantities.count, quantities.growth_bound])
def test_value_oracle_and_enclosure_agree_within_the_error_bound(quantity, n):
    found = quantity(n)
    with balls.working_precision(200):
        ball = found.enclosed(200)
        assert abs(float(ball.mid()) - found.value) <= found.error
        assert abs(float(found.exact(50)) - found.value) <= found.error
        assert float(ball.rad()) <= 1e-40 * found.value


def test_a_conjugate_counts_columns_and_comes_back():
    assert Partition((4, 2, 1)).conjugate == Partition((3, 2, 1, 1))
    for partition in every_partition(12):
        assert partition.conjugate.conjugate == partition
        assert Partition.from_json(partition.to_json()) == partition


@pytest.mark.parametrize("parts", [[1, 2], [0], [-3], [2.0], [True], ["2"]])
def test_what_is_no_partition_is_refused(parts):
    with pytest.raises((InputError, TypeError)):
        Partition.from_json({"parts": parts})


def test_a_partition_is_drawn_unless_it_is_large():
    shown = Partition.show({"parts": [3, 1]})
    assert shown.parameters == {"n": 4, "parts": [3, 1]}
    assert shown.draw("p", "Four").markup.count("<use ") == 4
    assert Partition.show({"parts": [10**9]}).draw is None


def unwatched(done, total):
    """Told of progress, and does nothing about it."""


@pytest.mark.parametrize("n", range(1, 25))
def test_glaishers_pairing_is_a_certificate(n):
    (sentence,) = bijection.check(bijection.certificate(n), unwatched)
    assert sentence.startswith(f"{n} has {counting.into_odd_parts(n)} partitions into odd")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda document: document["pairs"].pop(), "has no partner"),
        (lambda document: document["pairs"].append(document["pairs"][0]), "or not a new one"),
        (lambda document: document["pairs"][0][1].append(1), "is no partition into distinct parts"),
        (lambda document: document.update(n=11), "is no partition into odd parts"),
        (lambda document: document.update(n=10**6), "1000000 is greater than the maximum of 40"),
        (lambda document: document.update(pairs=[7]), "7 is not of type 'array'"),
    ],
)
def test_a_spoiled_certificate_is_rejected(spoil, why):
    document = copy.deepcopy(bijection.certificate(12))
    spoil(document)
    with pytest.raises(Rejected, match=why):
        list(documents.check(document, bijection.CHECKER, unwatched))


def test_the_self_check_finds_a_wrong_count(monkeypatch):
    assert hooks.counts() == (True, "201 of 201 numbers agree")
    right = counting.partitions
    monkeypatch.setattr(counting, "partitions", lambda n: right(n) + (n == 7))
    assert hooks.counts() == (False, "200 of 201 numbers agree")
