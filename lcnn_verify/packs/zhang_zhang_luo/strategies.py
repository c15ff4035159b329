"""What Hypothesis draws: small integers first, so that a counterexample fits on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.packs.zhang_zhang_luo.branch import Branch, every_branch
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Vector
from lcnn_verify.profiles import active


def integers(low: int, high: int) -> st.SearchStrategy[int]:
    """An integer of [low, high] other than 0, that shrinks to 1."""
    return st.sampled_from(
        sorted((k for k in range(low, high + 1) if k), key=lambda k: (abs(k), -k))
    )


def weights(count: int, d: int, size: int = 3) -> st.SearchStrategy[tuple[Vector, ...]]:
    """``count`` different integer vectors (d,) with entries up to ``size`` in absolute value."""
    one = st.tuples(*[st.integers(-size, size)] * d)
    return st.lists(one, min_size=count, max_size=count, unique=True).map(tuple)


@st.composite
def points(draw: Any, branch: Branch) -> tuple[Network, Network]:
    """A point of ``branch`` and its target: groups have weights of their own, and outputs ≠ 0."""
    m0, free = len(branch.teachers), branch.m - len(branch.sizes)
    places = draw(weights(len(branch.sizes), branch.d))
    target = Network(tuple(draw(integers(-3, 3)) for _ in range(m0)), places[:m0])
    shares = [draw(integers(-3, 3)) for _ in range(free)]
    return branch.point(target, shares, places[m0:]), target


@st.composite
def networks(draw: Any, most_m: int, most_d: int, size: int = 1) -> Network:
    """A network of small integers: equal weights, zero weights and zero outputs are common."""
    d, entry = draw(st.integers(1, most_d)), st.integers(-size, size)
    outputs = draw(st.lists(entry, min_size=1, max_size=most_m))
    rows = [draw(st.tuples(*[entry] * d)) for _ in outputs]
    return Network(tuple(outputs), tuple(rows))


def placed(branches: st.SearchStrategy[Branch]) -> st.SearchStrategy[Any]:
    """A branch, and a point of it with its target: (branch, (point, target))."""
    return branches.flatmap(lambda branch: st.tuples(st.just(branch), points(branch)))


def branches(
    most_m: int, most_m0: int, most_d: int, wanted: Callable[[Branch], bool] = lambda _: True
) -> st.SearchStrategy[Branch]:
    """Any ``wanted`` branch up to those sizes, the smallest first."""
    every = [
        branch
        for d in range(1, most_d + 1)
        for m in range(1, most_m + 1)
        for m0 in range(1, min(m, most_m0) + 1)
        for branch in every_branch(m, m0, d)
    ]
    return st.sampled_from([branch for branch in every if wanted(branch)])


def rng_of(claim: str, index: int) -> np.random.Generator:
    """The generator of the ``index``-th problem of a claim, from the seed of the run."""
    return np.random.default_rng(active().derive_seed(claim, str(index)))
