"""Networks g(x) = Σ a_k σ(w_k·x) and samples, of exact numbers; what properties are about.

The activation of this module is σ(z) = 2^z. At integer z all its values are rational, and so are
those of its derivative once they are divided by ln 2, which scales columns and changes no rank.
As functions 2^{w·x} with different w are linearly independent: two networks are one function if and
only if they have the same outputs at each weight, with outputs at equal weights added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, TypeAlias

from flint import fmpq, fmpq_mat

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.exact import as_rational
from lcnn_verify.numerics.witnesses import power

Number: TypeAlias = int | float | Fraction
Vector: TypeAlias = tuple[Number, ...]
Exact: TypeAlias = Callable[[int], fmpq]
"""An activation whose values at integers are rational."""


def written(number: Number) -> int | float | str:
    """JSON that keeps the number exactly: a fraction as "p/q"."""
    return str(number) if isinstance(number, Fraction) else number


def read(value: Any) -> Number:
    """The number that :func:`written` wrote. Raises ``ValueError`` for anything else."""
    if isinstance(value, str):
        return Fraction(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0:
        return value
    raise ValueError(f"{value!r} is no finite number")


def plain(number: fmpq | Fraction) -> Number:
    """The same number, as an int where it is one."""
    ratio = Fraction(int(number.p), int(number.q)) if isinstance(number, fmpq) else number
    return int(ratio) if ratio.denominator == 1 else ratio


def vector(value: Any) -> Vector:
    """The list of numbers that JSON holds. Raises ``ValueError`` for anything else."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{value!r} is no list of numbers")
    return tuple(map(read, value))


@dataclass(frozen=True, slots=True)
class Network:
    """Outputs a (m,) and weights w (m, d): ints, Fractions, or floats taken exactly.

    Raises ``InputError`` unless there is a weight for each output, all of one dimension.
    """

    type: ClassVar[str] = "zzl.network"

    outputs: Vector
    weights: tuple[Vector, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "outputs", tuple(self.outputs))
        object.__setattr__(self, "weights", tuple(map(tuple, self.weights)))  # a replay has lists
        sizes = {len(weight) for weight in self.weights}
        if len(self.outputs) != len(self.weights) or len(sizes) != 1 or 0 in sizes:
            got = f"{len(self.outputs)} outputs and weights of sizes {[*map(len, self.weights)]}"
            raise InputError("network", got, "a weight for each output, all of one dimension > 0")

    @property
    def m(self) -> int:
        """How many neurons there are."""
        return len(self.outputs)

    @property
    def d(self) -> int:
        """The dimension of the input."""
        return len(self.weights[0])

    @property
    def theta(self) -> Vector:
        """All m(d + 1) parameters: a₁ and w₁, then a₂ and w₂, and so on."""
        pairs = zip(self.outputs, self.weights, strict=True)
        return tuple(entry for a, w in pairs for entry in (a, *w))

    @staticmethod
    def of(theta: Sequence[Number], d: int) -> Network:
        """The network of those parameters, in the order of :attr:`theta`."""
        rows = [tuple(theta[k : k + d + 1]) for k in range(0, len(theta), d + 1)]
        return Network(tuple(row[0] for row in rows), tuple(row[1:] for row in rows))

    def toward(self, other: Network, s: Number) -> Network:
        """The point (1 − s)·θ + s·θ′ on the line through two networks of one size."""
        pairs = zip(self.theta, other.theta, strict=True)
        return Network.of([(1 - s) * here + s * there for here, there in pairs], self.d)

    @property
    def function(self) -> dict[Vector, Fraction]:
        """The output at each weight, without those that cancel: it tells functions apart."""
        total: dict[Vector, Fraction] = defaultdict(Fraction)
        for a, w in zip(self.outputs, self.weights, strict=True):
            total[w] += Fraction(a)
        return {w: a for w, a in total.items() if a}

    def to_json(self) -> dict[str, Any]:
        """Outputs and weights, fractions as text."""
        rows = [[*map(written, weight)] for weight in self.weights]
        return {"outputs": [*map(written, self.outputs)], "weights": rows}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Network:
        """The network that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        return cls(vector(data["outputs"]), tuple(map(vector, data["weights"])))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The network for people: its neurons as numbers, and drawn by output over weight."""
        from lcnn_verify.packs.zhang_zhang_luo.drawing import draw_network

        net = cls.from_json(data)
        numbers = {"m": net.m, "d": net.d, "a": [*map(str, net.outputs)]}
        rows = [[float(entry) for entry in weight] for weight in net.weights]
        outputs = [*map(float, net.outputs)]
        return Shown(numbers, {"w": rows}, partial(draw_network, outputs, rows))


@dataclass(frozen=True, slots=True)
class Sample:
    """Points x (n, d) of integers. Raises ``InputError`` unless all are of one dimension."""

    type: ClassVar[str] = "zzl.sample"

    points: tuple[Vector, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(map(tuple, self.points)))
        sizes = {len(point) for point in self.points}
        if len(sizes) != 1 or 0 in sizes:
            got = f"{len(self.points)} points of sizes {sorted(sizes)}"
            raise InputError("points", got, "at least one, all of one dimension > 0")

    @property
    def n(self) -> int:
        """How many points there are."""
        return len(self.points)

    def classes(self) -> tuple[str, ...]:
        """What is special about the sample: points on one line of the plane or the space."""
        first, *others = self.points
        gaps = [[a - b for a, b in zip(point, first, strict=True)] for point in others]
        collinear = len(first) > 1 and len(gaps) > 1 and fmpq_mat(gaps).rank() < 2
        return ("collinear sample",) if collinear else ()

    def to_json(self) -> dict[str, Any]:
        """The points."""
        return {"points": [[*map(written, point)] for point in self.points]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Sample:
        """The sample that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        return cls(tuple(map(vector, data["points"])))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The sample for people."""
        found = cls.from_json(data)
        return Shown({"n": found.n}, {"x": [[*map(float, point)] for point in found.points]})


def exponent(weight: Vector, point: Vector) -> int:
    """w·x. Raises ``InputError`` unless it is an integer, so that 2^{w·x} is rational."""
    pairs = [*zip(weight, point, strict=True)]
    product = sum(a * b for a, b in pairs)
    if isinstance(product, float):  # rounded, where a number is a float
        product = sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))
    if product.denominator != 1:
        raise InputError("w·x", str(product), "an integer, so that 2^{w·x} is rational")
    return int(product)


def exact(number: Number) -> fmpq:
    """The number as flint's rational; a float exactly as it stands."""
    return as_rational("number", number)


def values(net: Network, sample: Sample, sigma: Exact = power) -> list[fmpq]:
    """Σ a_k σ(w_k·x) at each point of the sample."""
    neurons = [*zip(map(exact, net.outputs), net.weights, strict=True)]
    return [sum((a * sigma(exponent(w, x)) for a, w in neurons), fmpq(0)) for x in sample.points]


def residual(net: Network, target: Network, sample: Sample, sigma: Exact = power) -> list[fmpq]:
    """G − f* at each point of the sample."""
    pairs = zip(values(net, sample, sigma), values(target, sample, sigma), strict=True)
    return [got - wanted for got, wanted in pairs]


def loss(net: Network, target: Network, sample: Sample) -> fmpq:
    """R = ½ Σ_i (g(x_i) − f*(x_i))²."""
    return sum((r * r for r in residual(net, target, sample)), fmpq(0)) / 2


def jacobian(net: Network, sample: Sample) -> fmpq_mat:
    """∂g(x_i)/∂θ, shape (n, m(d + 1)), the derivatives by w divided by ln 2.

    The columns of neuron k are σ(w_k·x) and a_k σ′(w_k·x) x.
    """
    outputs = [*map(exact, net.outputs)]
    rows = []
    for x in sample.points:
        row: list[fmpq] = []
        for a, w in zip(outputs, net.weights, strict=True):
            value = power(exponent(w, x))
            row += [value, *(a * value * exact(entry) for entry in x)]
        rows.append(row)
    return fmpq_mat(rows)


def rank(net: Network, sample: Sample) -> int:
    """The rank of J on the sample."""
    return int(jacobian(net, sample).rank())


def kernel_dimension(net: Network, sample: Sample) -> int:
    """Dim ker Hess R at a point with R = 0 on the sample, where Hess R = JᵀJ."""
    return net.m * (net.d + 1) - rank(net, sample)
