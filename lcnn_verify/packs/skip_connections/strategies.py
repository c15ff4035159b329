"""What Hypothesis draws: small integers, and slopes that are powers of two: all is exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st

from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.skip_connections.layers import (
    Layer,
    Line,
    Matrix,
    Network,
    matrix_of,
    through,
    unit,
)

SLOPES = (1.0, 0.0, 0.125, -1.0)
"""Of ReLU, of leaky ReLU, and of the absolute value."""
ACTIVATIONS = ((0.0, 1.0), (0.125, 1.0), (-1.0, 1.0))
"""The slopes of each below and above 0."""
SKIPS = st.sampled_from((1.0, 0.0, -1.0, 0.5, 2.0, -2.0, 2.0**-20))


def matrices(m: int, n: int, low: int = -3) -> st.SearchStrategy[Matrix]:
    """Matrices (m, n) of integers from ``low`` to 3."""
    return st.tuples(*[st.tuples(*[st.integers(low, 3)] * n)] * m).map(matrix_of)


@st.composite
def weights(draw: Any, m: int, n: int) -> Matrix:
    """Any W, one of rank 1, or a diagonal one: zero, integer and equal singular values."""
    shape = draw(st.sampled_from(("any", "rank one", "diagonal", "equal")))
    if shape == "any":
        W = draw(matrices(m, n))
    elif shape == "rank one":
        (u,), (v,) = draw(matrices(1, m)), draw(matrices(1, n))
        W = tuple(tuple(a * b for b in v) for a in u)
    else:
        (d,) = draw(matrices(1, m))
        equal = shape == "equal"
        W = tuple(tuple(d[0 if equal else i] * (i == j) for j in range(n)) for i in range(m))
    scale = draw(st.sampled_from((1.0, 0.5, 2.0**-12, 2.0**12)))
    return tuple(tuple(scale * w for w in row) for row in W)


@st.composite
def layers(
    draw: Any,
    slopes: tuple[float, ...] = SLOPES,
    *,
    least: int = 1,
    square: bool = False,
    rho: float | None = None,
) -> Layer:
    """A layer of ``least`` to four units and inputs, one slope for all of them or one for each.

    ``rho`` is drawn unless it is given.
    """
    m, n = draw(st.integers(least, 4)), draw(st.integers(least, 4))
    W, one = draw(weights(m, m if square else n)), st.sampled_from(slopes)
    D = draw(st.one_of(st.tuples(*[one] * m), one.map(lambda slope: (slope,) * m)))
    if rho is None:  # minus an entry, it may cancel a singular value
        rho = draw(st.one_of(SKIPS, st.sampled_from(W[0]).map(lambda entry: -entry)))
    return Layer(W, D, rho)


@st.composite
def networks(draw: Any) -> Network:
    """A network of up to three layers on up to three numbers, none of its units at a kink."""
    n, depth = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    (x,), (t,) = draw(matrices(1, n, low=1)), draw(matrices(1, n))
    stack = tuple(draw(matrices(n, n)) for _ in range(depth))
    rho = draw(st.sampled_from((1.0, 0.0, 0.5)))
    net = Network(stack, draw(st.sampled_from(ACTIVATIONS)), rho, x, t)
    if through(net).at_a_kink:
        discard("a unit at its kink")
    return net


def within(net: Network, ends: Callable[[float], Iterable[Network]]) -> float:
    """The first step of 8, 4, 2, … whose ``ends`` are all in the region of ``net``, which is open.

    Regions are convex: all weights between the ends are in it, too.
    """
    region, step = through(net).signs, 8.0
    while any(through(end).signs != region for end in ends(step)):
        step /= 2.0
    return step


@st.composite
def lines(draw: Any, *, crossing: bool) -> Line:
    """A line of weights of one layer.

    The last point is in the region of the network; if ``crossing``, in another.
    """
    net = draw(networks())
    at = draw(st.integers(0, len(net.weights) - 1))
    V = draw(matrices(len(net.x), len(net.x)))
    if not crossing:
        step = within(net, lambda step: [net.moved(at, V, 3.0 * step)])
        return Line(net, at, V, step)
    if through(net.moved(at, V, 24.0)).signs == through(net).signs:
        discard("no unit changes its state")
    return Line(net, at, V, 8.0)


def inner_step(net: Network, at: int) -> float:
    """A step of which two, of any single weight of layer ``at``, stay in the region."""
    n = len(net.x)
    return within(net, lambda step: (net.moved(at, unit(n, a), 2 * step) for a in range(n * n)))
