"""What Hypothesis draws: small integers, all ways to group neurons, fits, inputs twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.grouped_gradients import reach
from lcnn_verify.packs.grouped_gradients.network import (
    ACTIVATIONS,
    Groups,
    Problem,
    Vector,
    outputs,
)

STEPS = st.sampled_from(("1", "1/10", "1/100", "1/3"))
"""Steps η, as fractions."""
EVERY = tuple(ACTIVATIONS)


@st.composite
def groupings(draw: Any, k: int, least: int = 1) -> Groups:
    """Groups of k neurons; the first ``least`` of them, at least, are in one."""
    found = [0] * least
    while len(found) < k:
        found.append(draw(st.integers(0, max(found) + 1)))
    kind = draw(st.sampled_from(("any", "any", "one", "singletons")))
    if kind == "one":
        return (0,) * k
    return tuple(range(k)) if kind == "singletons" and least == 1 else tuple(found)


def vectors(size: int, most: int = 2) -> st.SearchStrategy[Vector]:
    """Integers up to ``most`` in absolute value."""
    return st.tuples(*[st.integers(-most, most)] * size)


@st.composite
def problems(draw: Any, sigmas: tuple[str, ...] = EVERY, least: int = 1) -> Problem:
    """Any problem; with ``least`` = 2 some group has two neurons. Some problems are fitted."""
    n, k, d = draw(st.integers(1, 3)), draw(st.integers(least, 4)), draw(st.integers(1, 2))
    X = [draw(vectors(d)) for _ in range(n)]
    if draw(st.booleans()):
        X[-1] = X[0]
    W = tuple(draw(vectors(d)) for _ in range(k))
    v = tuple(draw(st.sampled_from((1, -1, 2))) for _ in range(k))
    groups, sigma = draw(groupings(k, least)), draw(st.sampled_from(sigmas))
    problem = Problem(tuple(X), W, v, draw(vectors(n)), groups, sigma)
    fit = outputs(problem, problem.start)
    if draw(st.integers(0, 4)) == 4 and all(f.q == 1 for f in fit):
        return replace(problem, y=tuple(int(f.p) for f in fit))
    return problem


@st.composite
def one_group(draw: Any) -> Problem:
    """All neurons in one group, and one input more than G·d = d; outputs that are not 0."""
    d, k = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    X, W = (tuple(draw(vectors(d)) for _ in range(count)) for count in (d + 1, k))
    v = tuple(draw(st.sampled_from((1, -1, 2))) for _ in range(k))
    problem = Problem(X, W, v, (0,) * (d + 1), (0,) * k)
    if 0 in reach.outputs_of(problem):
        discard("an output is 0 at the start")
    return problem
