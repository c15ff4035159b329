"""What helps the adversary with the gradient bound: a landscape, starts and symmetries."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from itertools import cycle, product

import numpy as np

from lcnn_verify.evidence.attack import Arguments, Attack, Identity
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import structured_starts
from lcnn_verify.packs.zgj.networks import build_teacher, split
from lcnn_verify.packs.zgj.polishing import polished
from lcnn_verify.packs.zgj.search import Students, random_starts
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.packs.zgj.words import of_teachers

_DEGREES = (90.0, 60.0, 30.0, 10.0, 3.0)
_SHAPES = ((2, 2), (3, 4))  # d and m
_MOST = 16  # students that a variant has
_NOISE = 0.5  # of a variant, in units of the students' norm
_HIGHEST = 16.5  # the merged level of two teachers of one norm is 16·ε₀
_LEVELS = (0.9, 3.6)  # of structured starts, in units of ε₀


class Terrain(Students):
    """The students of one instance, which move; its teachers do not. The level is L/ε₀."""

    def __init__(self, x: Instance) -> None:
        super().__init__(x.W, x.V, unit=loss_threshold(x.V))
        self.start = self.coordinates(x.W)
        self.scene = f"m = {len(x.W)}, {of_teachers(x.V)}"

    def arguments(self, z: FloatArray) -> Arguments:
        """The instance with the students at z (m·d,)."""
        return {"instance": Instance(self.weights(z), self.V)}


def starts(rng: np.random.Generator) -> Iterator[Arguments]:
    """Random and structured students beside two unit teachers, at angles from 90° to 3°."""
    while True:
        for degrees, (d, m) in product(_DEGREES, _SHAPES):
            V = build_teacher(d=d, norms=[1.0, 1.0], gaps=[degrees]).V
            level = float(rng.choice(_LEVELS))
            drawn = random_starts if rng.random() < 0.5 else structured_starts
            known = {} if drawn is random_starts else {"level": level}
            for W in drawn(V, m, 1, rng, **known):
                yield {"instance": Instance(W, V)}


def variants(arguments: Arguments, rng: np.random.Generator) -> Iterator[Arguments]:
    """The instance in one or two dimensions more, each student split in two, and disturbed."""
    x: Instance = arguments["instance"]
    for more in cycle((2, 1) if 2 * len(x.W) <= _MOST else ()):
        W, V = (np.pad(rows, ((0, 0), (0, more))) for rows in (split(x.W, [[1, 1]]), x.V))
        spread = _NOISE * np.linalg.norm(W) / np.sqrt(W.size)
        yield {"instance": Instance(W + spread * rng.standard_normal(W.shape), V)}


def identity(arguments: Arguments) -> Identity:
    """What no rotation, order, sign or split of neurons changes, nor a common factor of all."""
    x: Instance = arguments["instance"]
    size = float(np.sum(x.V**2))
    level = max(population.loss(x.W, x.V) / size**2, sys.float_info.min)
    moments = [rows.T @ rows / size for rows in (x.W, x.V)]
    return math.log(level), *(tuple(np.linalg.eigvalsh(it)[::-1].tolist()) for it in moments)


def of(x: Arguments) -> Terrain:
    """The terrain of an instance."""
    return Terrain(x["instance"])


GRADIENT_BOUND = Attack(
    test="test_gradient_norm_bounds_the_loss",
    starts=starts,
    variants=variants,
    terrain=of,
    identity=identity,
    polish=polished,
    value="‖∇L‖/(κ·L)",
    level="L/ε₀",
    highest=_HIGHEST,
    failing=1e-6,
)
