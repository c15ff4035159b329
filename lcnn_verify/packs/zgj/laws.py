"""Random networks: the laws of i.i.d. streams, and starts for runs and for the adversary.

The laws (``evidence.sampling``) share their builders with the strategies, and draw the same
parameters from a generator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.sampling import Law
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.geometry import line_angles
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, as_weights
from lcnn_verify.packs.zgj.networks import (
    build_instance,
    build_start,
    build_teacher,
    mirrored_clones,
    scale_to_level,
    start_weights,
)
from lcnn_verify.packs.zgj.threshold import loss_threshold

_ROLES = {
    "clustered": ("clone",),
    "merged": ("merging",),
    "scattered": ("far", "clone"),
    "dead": ("dead", "clone"),
    "mixed": ("clone", "merging", "far", "dead"),
}


def random_teacher(
    rng: np.random.Generator, *, max_r: int, max_d: int, min_degrees: float
) -> dict[str, Any]:
    """Arguments of ``build_teacher`` by the law that :func:`teacher_law` states."""
    r, d = int(rng.integers(1, max_r + 1)), int(rng.integers(2, max_d + 1))
    planar = int(rng.integers(max(1, r - d + 2) if r > d else 1, r + 1))
    spacings = rng.dirichlet(np.ones(planar)) * (180.0 - planar * min_degrees) + min_degrees
    return {
        "d": d,
        "norms": rng.uniform(0.5, 2.0, r).tolist(),
        "gaps": spacings[:-1].tolist(),
        "leans": [
            (int(rng.integers(1, k + 1)), float(rng.uniform(min_degrees, 90.0)))
            for k in range(planar, r)
        ],
        "turns": rng.uniform(0.0, 180.0, d * (d - 1) // 2).tolist(),
    }


def _teacher_text(max_r: int, max_d: int, min_degrees: float) -> str:
    return (
        f"r is uniform on 1..{max_r}, d on 2..{max_d}, teacher norms on [0.5, 2]. A uniform number "
        f"of teachers that fits lies in one plane, with gaps {min_degrees:g}° + a flat Dirichlet "
        f"share of the rest of 180°; each other one opens a new axis at a uniform angle on "
        f"[{min_degrees:g}°, 90°] from a uniform earlier one; then Givens rotations by uniform "
        f"angles in every coordinate plane."
    )


def _clone(
    rng: np.random.Generator, r: int, d: int, j: int, angles: FloatArray, merging: bool
) -> dict[str, Any]:
    clone = {"weight": float(rng.uniform(0.0, 1.0)), "excess": float(rng.normal(0.0, 0.3))}
    if merging and r > 1:
        k = int(rng.choice([k for k in range(r) if k != j]))
        lean = float(rng.uniform(0.0, 0.5) * angles[j, k])
        return clone | {"lean": lean, "toward": f"v{k + 1}"}
    lean = float(rng.normal(0.0, 30.0))
    return clone | {"lean": lean, "toward": f"e{int(rng.integers(1, d + 1))}"}


def random_displacement(rng: np.random.Generator, V: FloatArray, extra: int) -> dict[str, Any]:
    """Arguments of ``networks.displacement`` by the law that :func:`below_threshold_law` states."""
    r, d = V.shape
    angles = np.degrees(line_angles(V, V)) * np.where(V @ V.T < 0.0, -1.0, 1.0)
    roles = _ROLES[str(rng.choice(list(_ROLES)))]
    drawn = [str(role) for role in rng.choice(roles, extra)]
    clusters = [[_clone(rng, r, d, j, angles, "merging" in roles)] for j in range(r)]
    far = []
    least = float(np.linalg.norm(V, axis=1).min())
    for role in drawn:
        if role == "far":
            direction = rng.uniform(0.0, 180.0, d - 1).tolist()
            far.append({"norm": float(rng.uniform(0.0, least)), "angles": direction})
        elif role != "dead":
            j = int(rng.integers(r))
            clusters[j].append(_clone(rng, r, d, j, angles, role == "merging"))
    return {"clusters": clusters, "far": far, "dead": drawn.count("dead")}


_DISPLACEMENT_TEXT = (
    "One clone for each teacher and k more neurons, whose roles are uniform among those of a "
    "uniform family: clustered (clone), merged (merging clone), scattered (far, clone), dead "
    "(dead, clone), mixed (clone, merging clone, far, dead). A clone of teacher j (uniform for the "
    "further ones) takes a share of its mass in proportion to a uniform weight on [0, 1], changed "
    "by N(0, 0.3²) of itself, and leans by N(0, 30°²) towards a uniform axis; if merging, as the "
    "first ones are in families that know merging, rather a uniform part of the way to the "
    "bisector with another teacher line. A far neuron has uniform spherical angles and a norm "
    "uniform on [0, v_min]; a dead one is zero. The displacement is then scaled by bisection to "
    "the loss"
)


def below_threshold_law(
    *,
    max_r: int = 4,
    max_d: int = 5,
    level: tuple[float, float] = (0.05, 0.99),
    min_degrees: float = 5.0,
    min_extra: int = 0,
) -> Law:
    """Starts of the tied |·| model, with m = r + k, of loss below ε₀(V).

    ``level`` bounds L/ε₀, ``min_degrees`` the separation. The property takes ``instance``.
    """

    def sample(rng: np.random.Generator) -> dict[str, Any]:
        teacher = random_teacher(rng, max_r=max_r, max_d=max_d, min_degrees=min_degrees)
        V = build_teacher(**teacher).V
        extra = int(rng.integers(min_extra, max(3 * len(V), min_extra) + 1))
        displacement = random_displacement(rng, V, extra)
        fraction = float(rng.uniform(*level))
        return {"instance": build_start(teacher=teacher, level=fraction, **displacement)}

    text = (
        f"{_teacher_text(max_r, max_d, min_degrees)} {_DISPLACEMENT_TEXT} t·ε₀(V), t uniform on "
        f"[{level[0]:g}, {level[1]:g}] (lower where 4 times the drawn displacement stays below); "
        f"k is uniform on {min_extra}..max(3r, {min_extra})."
    )
    return Law("below-threshold", text, sample)


def teacher_law(*, max_r: int = 4, max_d: int = 5, min_degrees: float = 5.0) -> Law:
    """Teachers alone. The property takes ``teacher``."""

    def sample(rng: np.random.Generator) -> dict[str, Any]:
        drawn = random_teacher(rng, max_r=max_r, max_d=max_d, min_degrees=min_degrees)
        return {"teacher": build_teacher(**drawn)}

    return Law("teachers", _teacher_text(max_r, max_d, min_degrees), sample)


def general_law(
    *,
    max_r: int = 4,
    max_d: int = 5,
    max_m: int = 12,
    models: Sequence[Model] = (TIED_ABS,),
    norms: tuple[float, float] = (1e-3, 1e3),
) -> Law:
    """Students of any loss, a uniform one of ``models``. The property takes ``instance``."""
    low, high = math.log10(norms[0]), math.log10(norms[1])

    def neuron(rng: np.random.Generator, d: int, known: Sequence[str]) -> dict[str, Any]:
        kind = int(rng.integers(8))
        if kind == 0:
            return {"norm": 0.0}
        if kind >= 4:
            norm = 10.0 ** float(rng.uniform(low, high))
            return {"norm": norm, "angles": rng.uniform(0.0, 180.0, d - 1).tolist()}
        drawn: dict[str, Any] = {"near": str(rng.choice(known)), "opposite": kind == 2}
        if kind == 3:
            drawn["lean"] = 10.0 ** float(rng.uniform(-11.0, 1.0))
            drawn["toward"] = f"e{int(rng.integers(1, d + 1))}"
        return drawn

    def sample(rng: np.random.Generator) -> dict[str, Any]:
        teacher = random_teacher(rng, max_r=max_r, max_d=max_d, min_degrees=0.0)
        teachers = [f"v{j + 1}" for j in range(len(teacher["norms"]))]
        m = int(rng.integers(1, max_m + 1))
        described = [
            neuron(rng, teacher["d"], teachers + [f"w{k + 1}" for k in range(i)]) for i in range(m)
        ]
        model = models[int(rng.integers(len(models)))]
        return {"instance": build_instance(teacher=teacher, students=described, model=model)}

    text = (
        f"{_teacher_text(max_r, max_d, 0.0)} m is uniform on 1..{max_m}, the model on "
        f"{', '.join(model.name for model in models)}. Each student is zero, a copy, an opposite "
        f"copy or a near copy (log-uniform angle on [1e-11°, 10°]) of a uniform teacher or earlier "
        f"student with probability 1/8 each, else free: uniform spherical angles, log-uniform norm "
        f"on [{norms[0]:g}, {norms[1]:g}]."
    )
    return Law("general", text, sample)


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
