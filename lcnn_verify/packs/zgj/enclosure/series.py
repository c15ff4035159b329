"""The loss as its Hermite series, enclosed: rigorous lower bounds without the closed form."""

from __future__ import annotations

from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.options import integer
from lcnn_verify.numerics.refine import refined
from lcnn_verify.packs.zgj.enclosure.boxes import Weights, as_ball_pair
from lcnn_verify.packs.zgj.enclosure.family import ball_family
from lcnn_verify.packs.zgj.model import TIED_ABS, Activation, Model, ModelLike, as_model


def loss_by_hermite(
    W: Weights,
    V: Weights,
    *,
    terms: int = 50,
    precision: int = 128,
    model: ModelLike = TIED_ABS,
) -> list[arb]:
    """Partial sums of L = ½Σ_n σ̂_n²‖Σ_a c_a q_a â^{⊗n}‖² over the first ``terms`` nonzero σ̂_n.

    Each is at most L, and they increase to it, by about terms^(-3/2) (THEORY §2(b)). Raises
    :class:`InputError` on bad input or when ``terms`` is not an int ≥ 1, :class:`EnclosureError`
    where a sum is not finite.
    """
    count = integer("terms", terms, 1, wanted="an integer number of terms, at least 1")
    model = as_model(model)
    name = "partial sum of the Hermite series"
    return refined(name, lambda: _sums(W, V, model, count), precision, None, None)


def hermite_squares(activation: Activation, terms: int) -> list[tuple[int, arb]]:
    """The first ``terms`` pairs (n, σ̂_n²) with σ̂_n ≠ 0, at the precision in force.

    |z| has σ̂_0² = 2/π and σ̂_{2k}² = (2/π)·((2k−3)!!)²/(2k)!, and ReLU = (|z| + z)/2.
    """
    share = arb(1) if activation == "abs" else arb(1) / 4
    square = 2 * share / arb.pi()
    squares = [(0, square)]
    if activation == "relu":
        squares.append((1, share))
    square, n = square / 2, 2
    while len(squares) < terms:
        squares.append((n, square))
        square *= arb((n - 1) ** 2) / ((n + 1) * (n + 2))
        n += 2
    return squares[:terms]


def _sums(W: Weights, V: Weights, model: Model, terms: int) -> list[arb]:
    family = ball_family(*as_ball_pair(W, V), model)
    present = family.present()
    weights, powers, cosines = [], [], []
    for position, a in enumerate(present):
        charge = family.charges[a]
        for b in present[: position + 1]:
            # Pairs count twice and the norm is halved; a unit's cosine with itself is 1.
            weights.append(charge * family.charges[b] / (2 if a == b else 1))
            cosines.append(arb(1) if a == b else family.cosines[a][b])
            powers.append(arb(1))
    squares = [balls.square(rho) for rho in cosines]
    partial, degree, sums = arb(0), 0, []
    for n, square in hermite_squares(model.activation, terms):
        if n > degree:
            factors = squares if n == degree + 2 else cosines
            powers = [power * factor for power, factor in zip(powers, factors, strict=True)]
            degree = n
        partial += square * sum((w * p for w, p in zip(weights, powers, strict=True)), arb(0))
        sums.append(partial)
    return sums
