"""Activations that are rational functions of 2^z, and identities of networks decided with them.

With y = 2^x and integer weights a network on the line is a quotient of polynomials in y, of a
degree that its weights bound. Where two networks agree at more integers than that, they are one
function: so few values prove an identity for all x.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flint import fmpq

from lcnn_verify.packs.zhang_zhang_luo.network import Exact, Network, Sample, residual


def tanh(z: int) -> fmpq:
    """The hyperbolic tangent of z·ln 2, which is (4^z − 1)/(4^z + 1)."""
    return (fmpq(4) ** z - 1) / (fmpq(4) ** z + 1)


def sigmoid(z: int) -> fmpq:
    """The sigmoid of z·ln 2: 2^z/(1 + 2^z)."""
    return fmpq(2) ** z / (1 + fmpq(2) ** z)


DEGREES: Mapping[Exact, int] = MappingProxyType({tanh: 2, sigmoid: 1})
"""The degree in 2^z of numerator and denominator."""


def deciding_points(net: Network, target: Network, sigma: Exact) -> Sample:
    """Integers enough that networks of one input that agree there are one function."""
    entries = [int(w[0]) for w in (*net.weights, *target.weights)]
    return Sample(tuple((x,) for x in range(1 + DEGREES[sigma] * sum(map(abs, entries)))))


def differences(net: Network, target: Network, sigma: Exact) -> int:
    """At how many of the deciding points g ≠ f*; 0 proves g = f* for all x."""
    sample = deciding_points(net, target, sigma)
    return sum(gap != 0 for gap in residual(net, target, sample, sigma))


def on_a_branch(net: Network, target: Network) -> bool:
    """Whether a network of two neurons lies on Q₁, Q₂ or Q₃ of a target of one."""
    (top,), (place,) = target.outputs, target.weights
    (a, b), (v, w) = net.outputs, net.weights
    split = v == w == place and a + b == top
    return split or (v == place and a == top and b == 0) or (w == place and b == top and a == 0)
