"""Random and named starts below the threshold, for runs and for the adversary."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import random_displacement
from lcnn_verify.packs.zgj.model import as_weights
from lcnn_verify.packs.zgj.networks import mirrored_clones, scale_to_level, start_weights
from lcnn_verify.packs.zgj.threshold import loss_threshold


def structured_starts(
    V: ArrayLike, m: int, count: int, rng: np.random.Generator, *, level: float = 0.9
) -> list[FloatArray]:
    """``count`` students (m, d) for the adversary, by :func:`random_displacement`.

    Clustered, merged, scattered, dead and mixed ones, at ``level``·ε₀(V) (``level`` may be above
    1). All their parameters are drawn from densities, so no critical point known beforehand is
    among them. Raises :class:`InputError` when m < r.
    """
    teachers = as_weights("V", V)
    if m < len(teachers):
        raise InputError("m", str(m), f"at least r = {len(teachers)}")
    return [
        start_weights(teachers, level, **random_displacement(rng, teachers, m - len(teachers)))[0]
        for _ in range(count)
    ]


def mirrored_start(m: int, level: float = 0.49) -> Instance:
    """Two orthonormal teachers in the plane, each shared by m/2 clones at ±δ: no chance in it.

    δ is such that the loss is ``level``·ε₀. Splitting makes the starts of all widths one start
    (THEORY §6, lazy regime). Raises :class:`InputError` unless m is a positive multiple of 4.
    """
    if m < 4 or m % 4:
        raise InputError("m", str(m), "a positive multiple of 4")
    V = np.eye(2)
    _, W = scale_to_level(
        lambda degrees: mirrored_clones(V, degrees, m // 4), V, level * loss_threshold(V), cap=40.0
    )
    return Instance(W, V, parameters={"m": m, "level": level})


def width_ladder_start(V: ArrayLike, m: int, L0: float, rng: np.random.Generator) -> FloatArray:
    """A start W (m, d) of loss L0 under the one law of THEORY §5 for every width m ≥ r.

    Student i sits on teacher i mod r; the masses on one teacher are split by a flat Dirichlet; each
    neuron is displaced by √mass·N(0, I), and the whole displacement is scaled by bisection to L0
    (tied |·| model). Raises :class:`InputError` when m < r or L0 is not positive.
    """
    teachers = as_weights("V", V)
    r, d = teachers.shape
    if m < r:
        raise InputError("m", str(m), f"at least r = {r}")
    if not 0.0 < L0 < math.inf:
        raise InputError("L0", repr(L0), "a positive finite loss")
    shares = np.empty(m)
    for j in range(r):
        shares[j::r] = rng.dirichlet(np.ones(len(range(j, m, r))))
    rest = np.sqrt(shares)[:, None] * teachers[np.arange(m) % r]
    stray = np.linalg.norm(rest, axis=1)[:, None] * rng.standard_normal((m, d))
    return scale_to_level(lambda scale: rest + scale * stray, teachers, L0)[1]
