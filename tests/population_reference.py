"""What the population tests share: the routes, nasty instances, and the oracle's verdict."""

from __future__ import annotations

from dataclasses import dataclass
from unittest import mock

import mpmath
import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import pairs, planar
from lcnn_verify.packs.zgj.population.family import Family, Route
from lcnn_verify.packs.zgj.population.scaling import (
    UNDERFLOW,
    gradient_floor,
    loss_floor,
    scaled_family,
)

EPSILON = 2.0**-52


def routes(d: int) -> dict[str, Route]:
    """Every route that can handle dimension d."""
    every: dict[str, Route] = {"pairs": pairs.loss_and_pull, "shared": by_two_threads}
    plane: dict[str, Route] = {"planar": planar.loss_and_pull, "sectors": in_sectors}
    return every | plane if d == 2 else every


def by_two_threads(family: Family) -> tuple[float, FloatArray]:
    """The route of all pairs, between two threads from two tiles on, in tiles at any size."""
    return pairs.by_threads(family, 2)


def in_sectors(family: Family) -> tuple[float, FloatArray]:
    """The plane's route in small sectors, which three threads share."""
    with mock.patch.multiple(planar, WHOLE=4, _SECTOR=3):
        return planar.by_threads(family, 3)


def evaluate(route: Route, W: FloatArray, V: FloatArray, model: Model) -> tuple[float, FloatArray]:
    """Loss and gradient in the caller's units by one named route."""
    scaled = scaled_family(W, V, model)
    value, pull = route(scaled.family)
    return scaled.to_loss(value), scaled.to_gradient_rows(pull)


def floors(W: FloatArray, V: FloatArray, model: Model) -> tuple[float, FloatArray]:
    """The two rounding floors."""
    scaled = scaled_family(W, V, model)
    return loss_floor(scaled), gradient_floor(scaled)


@dataclass(frozen=True)
class Exact:
    """The oracle's loss and gradient of one instance."""

    W: FloatArray
    V: FloatArray
    model: Model
    loss: mpmath.mpf
    rows: mpmath.matrix

    @staticmethod
    def of(W: FloatArray, V: FloatArray, model: Model) -> Exact:
        loss = oracle.loss(W, V, dps=50, model=model)
        return Exact(W, V, model, loss, oracle.gradient(W, V, dps=50, model=model))

    def error(self, loss: float, gradient: FloatArray) -> tuple[float, float]:
        """(|loss error| / floor, largest row error / its floor); 0/0 counts as 0."""
        loss_bound, row_bounds = floors(self.W, self.V, self.model)
        with mpmath.workdps(160):
            worst = mpmath.mpf(0)
            for i, (row, bound) in enumerate(zip(gradient, row_bounds, strict=True)):
                if self.model.readout == "unit" and not self.W[i].any():
                    assert not row.any()  # a convention, not a derivative
                    continue
                exact = self.rows[i, :]
                gap = [mpmath.mpf(float(entry)) - exact[j] for j, entry in enumerate(row)]
                worst = max(worst, ratio(mpmath.norm(gap), float(bound)))
            return float(ratio(abs(mpmath.mpf(loss) - self.loss), loss_bound)), float(worst)

    def assert_floors_are_honest(self) -> None:
        """The floors are at most the issue's 64·2⁻⁵² of the masses, plus the last underflow."""
        p, d = self.model.mass_power, self.W.shape[1]
        loss_bound, row_bounds = floors(self.W, self.V, self.model)
        with mpmath.workdps(160):
            norms = [
                mpmath.norm([mpmath.mpf(float(entry)) for entry in row])
                for row in np.concatenate((self.W, self.V))
            ]
            total = mpmath.fsum(norm**p for norm in norms)
            assert loss_bound <= 64 * EPSILON * total**2 + (UNDERFLOW if total else 0)
            for bound, norm in zip(row_bounds, norms, strict=False):
                lever = norm if p == 2 else 1
                slack = (d + 1) * UNDERFLOW if lever * total else 0
                assert float(bound) <= 64 * EPSILON * lever * total + slack


def ratio(error: mpmath.mpf, bound: float) -> mpmath.mpf:
    """error / bound, with 0/0 = 0 and anything else over 0 infinite."""
    if error == 0:
        return mpmath.mpf(0)
    return error / mpmath.mpf(bound) if bound > 0 else mpmath.inf


def rotated(angle: float, norm: float = 1.0) -> list[float]:
    """A planar vector at an angle."""
    return [norm * float(np.cos(angle)), norm * float(np.sin(angle))]


def nasty_instances() -> dict[str, tuple[FloatArray, FloatArray]]:
    """Named instances (W, V): every trap of THEORY §7 that fits in a few neurons."""
    rng = np.random.default_rng(20210210)
    base = np.array([0.1, 0.2, 0.3])
    close = [base + 10.0**-k * np.array([1.0, -1.0, 0.5]) for k in (3, 6, 7, 8, 9, 11, 13)]
    scales = 10.0 ** np.linspace(-60, 60, 7)
    plain: dict[str, tuple[object, object]] = {
        "one of each": ([[1.0, 2.0]], [[2.0, -1.0]]),
        "generic": (rng.normal(size=(5, 3)), rng.normal(size=(2, 3))),
        "line": (rng.normal(size=(4, 1)), rng.normal(size=(3, 1))),
        "more teachers": (rng.normal(size=(2, 4)), rng.normal(size=(7, 4))),
        "plane": (rng.normal(size=(9, 2)), rng.normal(size=(4, 2))),
        "zeros": ([[0.0, 0.0], [1.0, 1.0]], [[0.0, -0.0], [0.3, 1.0]]),
        "nothing": (np.zeros((2, 2)), np.zeros((1, 2))),
        "dead students": (np.zeros((2, 3)), rng.normal(size=(2, 3))),
        "dead teachers": (rng.normal(size=(2, 3)), np.zeros((2, 3))),
        "exact copy": ([base, base[::-1]], [base, base[::-1]]),
        "split": (np.sqrt([[0.2], [0.3], [0.5]]) * base, [base]),
        "antiparallel": ([base, -base, 2 * base, -3 * base], [-base, 7 * base]),
        "antiparallel plane": ([[1, 0], [-1, 0], [0, 2], [0, -2]], [[-3, 0], [0, -1], [-0.0, 5]]),
        "nearly parallel": (close, [base, -close[3]]),
        "nearly parallel plane": (
            [rotated(0.7 + 10.0**-k, 1.3) for k in (1, 5, 7, 8, 9, 12, 13)],
            [rotated(0.7), rotated(0.7 + np.pi - 1e-8, 0.5)],
        ),
        "around the fold": (
            [rotated(angle) for angle in (1e-13, -1e-13, np.pi, np.pi - 1e-9, -np.pi + 1e-9)],
            [rotated(0.0), rotated(np.pi / 2), rotated(-np.pi / 2 + 1e-12)],
        ),
        "mixed norms": (scales[:, None] * rng.normal(size=(7, 3)), rng.normal(size=(2, 3))),
        "mixed norms plane": (scales[:, None] * rng.normal(size=(7, 2)), rng.normal(size=(2, 2))),
        "tiny student": ([base * 1e-60, base[::-1]], [1e60 * base[[1, 2, 0]]]),
        "all tiny": (1e-60 * rng.normal(size=(3, 2)), 1e-60 * rng.normal(size=(2, 2))),
        "all huge": (1e60 * rng.normal(size=(3, 2)), 1e60 * rng.normal(size=(2, 2))),
        "denormal": ([[5e-324, 1e-310], [3e-320, 0.0]], [[0.0, 5e-324]]),
        "denormal beside one": ([[5e-324, 1e-310], [1.0, 2.0]], [[0.0, 5e-324], [2.0, 1.0]]),
        "underflowing loss": (1e-81 * rng.normal(size=(3, 2)), 1e-81 * rng.normal(size=(2, 2))),
        "uneven entries": ([[1.0, 1e-200, 1e-308]], [[1e-308, 1.0, 1e-160], [1e-20, 0.0, 1e-20]]),
        "wide": (rng.normal(size=(4, 500)), rng.normal(size=(3, 500))),
        "wide copies": (np.tile(rng.normal(size=500), (4, 1)), rng.normal(size=(1, 500)) ** 2),
    }
    return {
        name: (np.array(W, dtype=np.float64), np.array(V, dtype=np.float64))
        for name, (W, V) in plain.items()
    }
