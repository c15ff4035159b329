"""A layer around a point, and small networks of such layers, in exact arithmetic.

All numbers are floats that stand for themselves: sums and products are taken over the rationals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, TypeAlias

from flint import fmpq, fmpq_mat, fmpq_poly

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.arrays import as_array, as_matrix
from lcnn_verify.numerics.exact import as_rational, as_rationals, gram_polynomial

Row: TypeAlias = tuple[float, ...]
Matrix: TypeAlias = tuple[Row, ...]


def identity(m: int, n: int) -> fmpq_mat:
    """Ones on the diagonal of an (m, n) matrix."""
    return fmpq_mat([[int(i == j) for j in range(n)] for i in range(m)])


def diagonal(entries: Row | list[fmpq]) -> fmpq_mat:
    """The square matrix with that diagonal."""
    exact = as_rationals("D", [entries]).tolist()[0]
    return fmpq_mat([[e if i == j else 0 for j in range(len(exact))] for i, e in enumerate(exact)])


def matrix_of(rows: Any) -> Matrix:
    """Rows of numbers as floats."""
    return tuple(tuple(map(float, row)) for row in rows)


def _row(name: str, value: Any) -> Row:
    return tuple(as_array(name, value, dimensions=1).tolist())


def _rows(name: str, value: Any) -> Matrix:
    return matrix_of(as_matrix(name, value))


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights ``W`` (m, n), the slopes ``D`` (m,) of the units around a point, and the skip ρ.

    Raises ``InputError`` unless there is a slope for each row of W.
    """

    type: ClassVar[str] = "skip.layer"

    W: Matrix
    D: Row
    rho: float

    def __post_init__(self) -> None:
        if len(self.D) != as_rationals("W", self.W).nrows():
            raise InputError("D", f"{len(self.D)} slopes", f"{len(self.W)}, one for each row of W")

    @property
    def weights(self) -> fmpq_mat:
        """W."""
        return as_rationals("W", self.W)

    @property
    def gated(self) -> fmpq_mat:
        """DW: the layer without its skip connection."""
        return diagonal(self.D) * self.weights

    @property
    def local(self) -> fmpq_mat:
        """DW + ρI: the layer around the point."""
        return skipped(self.gated, self.rho)

    def classes(self) -> tuple[str, ...]:
        """What is special about the layer."""
        squares, rho = gram_polynomial(self.weights), as_rational("rho", self.rho)
        found = {
            "not square": len(self.W) != len(self.W[0]),
            "rank-deficient W": squares(0) == 0,
            "repeated singular values": squares.gcd(squares.derivative()).degree() > 0,
            "D = 0": not any(self.D),
            "|ρ| a singular value": rho != 0 and squares(rho**2) == 0,
            "DW + ρI singular": gram_polynomial(self.local)(0) == 0,
        }
        return tuple(name for name, there in found.items() if there)

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Layer:
        """The layer that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        return cls(_rows("W", data["W"]), _row("D", data["D"]), _row("rho", [data["rho"]])[0])

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The layer for people."""
        found = cls.from_json(data)
        return Shown({"ρ": found.rho}, {"W": [*map(list, found.W)], "D": [list(found.D)]})


def skipped(matrix: fmpq_mat, rho: float) -> fmpq_mat:
    """The matrix and ρI."""
    return matrix + as_rational("rho", rho) * identity(matrix.nrows(), matrix.ncols())


def differing(first: fmpq_poly, second: fmpq_poly) -> int:
    """In how many coefficients two polynomials differ: in none, iff they have the same roots."""
    return sum(c != 0 for c in (first - second).coeffs())


@dataclass(frozen=True, slots=True)
class Network:
    """Layers z ↦ φ(Wz) + ρz on R^n, φ of ``slopes`` (below 0, above 0), from input x to target t.

    Raises ``InputError`` unless all weights are (n, n).
    """

    type: ClassVar[str] = "skip.network"

    weights: tuple[Matrix, ...]
    slopes: tuple[float, float]
    rho: float
    x: Row
    t: Row

    def __post_init__(self) -> None:
        sizes = {len(self.t), *map(len, self.weights)}
        sizes |= {len(row) for W in self.weights for row in W}
        if not self.weights or sizes != {len(self.x)}:
            got = f"sizes {sorted(sizes)} for n = {len(self.x)}"
            raise InputError("weights", got, "n × n matrices, and a target of n entries")

    def moved(self, at: int, direction: Matrix, step: float) -> Network:
        """The network with ``step`` times ``direction`` added to the weights of layer ``at``.

        Exact for a power of two and small integers.
        """
        pairs = zip(self.weights[at], direction, strict=True)
        W = tuple(tuple(w + step * v for w, v in zip(*rows, strict=True)) for rows in pairs)
        return replace(self, weights=(*self.weights[:at], W, *self.weights[at + 1 :]))

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Network:
        """The network that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        below, above, rho = _row("slopes and rho", [*_row("slopes", data["slopes"]), data["rho"]])
        weights = tuple(_rows("weights", W) for W in as_array("weights", data["weights"]))
        return cls(weights, (below, above), rho, _row("x", data["x"]), _row("t", data["t"]))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The network for people."""
        found = cls.from_json(data)
        rows = {f"W{k + 1}": [*map(list, W)] for k, W in enumerate(found.weights)}
        below, above = found.slopes
        numbers = {"slope below 0": below, "slope above 0": above, "ρ": found.rho}
        return Shown(numbers, {**rows, "x": [list(found.x)], "t": [list(found.t)]})


@dataclass(frozen=True, slots=True)
class Pass:
    """What a network does with its input: the loss, what each layer takes in, and its slopes.

    ``signs`` are those of what φ is applied to, layer by layer; the region of the weights.
    """

    loss: fmpq
    inputs: tuple[fmpq_mat, ...]
    slopes: tuple[fmpq_mat, ...]
    signs: tuple[tuple[int, ...], ...]

    @property
    def at_a_kink(self) -> bool:
        """Whether some unit is at the kink of φ, between regions."""
        return any(0 in layer for layer in self.signs)


def through(net: Network) -> Pass:
    """Send the input of a network through it."""
    z = as_rationals("x", [net.x]).transpose()
    inputs, slopes, signs = [], [], []
    below, above = (as_rational("slopes", slope) for slope in net.slopes)
    for W in net.weights:
        before = as_rationals("W", W) * z
        entries = [row[0] for row in before.tolist()]
        D = diagonal([above if entry > 0 else below for entry in entries])
        inputs.append(z)
        slopes.append(D)
        signs.append(tuple(int(entry > 0) - int(entry < 0) for entry in entries))
        z = D * before + as_rational("rho", net.rho) * z
    gap = z - as_rationals("t", [net.t]).transpose()
    loss = (gap.transpose() * gap)[0, 0] / 2
    return Pass(loss, tuple(inputs), tuple(slopes), tuple(signs))


@dataclass(frozen=True, slots=True)
class Line:
    """Four points on a line of weights: those of layer ``at`` and 0 to 3 steps of a ``direction``.

    Raises ``InputError`` unless the network has that layer, and the direction its shape.
    """

    type: ClassVar[str] = "skip.line"

    net: Network
    at: int
    direction: Matrix
    step: float

    def __post_init__(self) -> None:
        depth, n = len(self.net.weights), len(self.net.x)
        if self.at not in range(depth):
            raise InputError("at", str(self.at), f"a layer from 0 to {depth - 1}")
        if [*map(len, self.direction)] != [n] * n:
            raise InputError("direction", f"{len(self.direction)} rows", f"an {n} × {n} matrix")

    def to_json(self) -> dict[str, Any]:
        """All numbers: those of the network, and the line's."""
        own = {"at": self.at, "direction": self.direction, "step": self.step}
        return {**self.net.to_json(), **own}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Line:
        """The line that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        at, step = _row("at and step", [data["at"], data["step"]])
        return cls(Network.from_json(data), int(at), _rows("direction", data["direction"]), step)

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The line for people."""
        found, net, k = cls.from_json(data), Network.show(data), int(data["at"]) + 1
        words = f"The weights of layer {k} are W{k} + j·h·V for j = 0, 1, 2, 3."
        arrays = {**net.arrays, "V": [*map(list, found.direction)]}
        return Shown({**net.parameters, "h": found.step}, arrays, words=words)


def third_difference(line: Line) -> fmpq:
    """L₃ − 3L₂ + 3L₁ − L₀ of the losses at the four points of a line."""
    moved = (line.net.moved(line.at, line.direction, j * line.step) for j in range(4))
    losses = [through(net).loss for net in moved]
    return losses[3] - 3 * losses[2] + 3 * losses[1] - losses[0]


def unit(n: int, place: int) -> Matrix:
    """The (n, n) matrix with a 1 at that place, row by row, and zeros."""
    return matrix_of([[int(i * n + j == place) for j in range(n)] for i in range(n)])


def hessian(net: Network, at: int, step: float) -> fmpq_mat:
    """Second differences of the loss in the n² weights of layer ``at``, over ``step``²."""
    n, h = len(net.x), as_rational("step", step)
    places = range(n * n)
    start = through(net).loss
    once = [net.moved(at, unit(n, a), step) for a in places]
    slopes = [through(moved).loss - start for moved in once]
    found = fmpq_mat(n * n, n * n)
    for a in places:
        for b in range(a + 1):
            both = through(once[a].moved(at, unit(n, b), step)).loss - start
            found[a, b] = found[b, a] = (both - slopes[a] - slopes[b]) / h**2
    return found


def curvature(net: Network, at: int) -> tuple[fmpq_mat, fmpq]:
    """BD and ‖z‖² of layer ``at``: B = ∏ (D_k W_k + ρI) over the later layers, z its input."""
    seen = through(net)
    found: fmpq_mat = seen.slopes[at]
    for W, D in zip(net.weights[at + 1 :], seen.slopes[at + 1 :], strict=True):
        found = skipped(D * as_rationals("W", W), net.rho) * found
    z = seen.inputs[at]
    return found, (z.transpose() * z)[0, 0]


def curvature_polynomial(net: Network, at: int) -> fmpq_poly:
    """The characteristic polynomial of (BD)ᵀ(BD) ⊗ zzᵀ: its roots are ‖z‖²s_i(BD)², and zeros."""
    (BD, square), n = curvature(net, at), len(net.x)
    return (BD.transpose() * BD * square).charpoly() * fmpq_poly([0] * (n * n - n) + [1])
