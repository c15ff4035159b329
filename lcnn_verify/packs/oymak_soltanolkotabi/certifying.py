"""Certificates of os.certified-descent for a problem from a file: proved by balls, and checked."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.errors import InputError, did_you_mean, once, unread
from lcnn_verify.evidence.documents import VERSION, Rejected
from lcnn_verify.evidence.hooks import Checker, Proved, Watch
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import BUMP, SHIFTED_TANH, SOFTPLUS, TANH, Activation
from lcnn_verify.numerics.inertia import eigenvalue_bounds, spectral_norm
from lcnn_verify.numerics.kits import BALLS
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.oymak_soltanolkotabi.evaluation import Evaluation
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem

CLAIM, KIND = "os.certified-descent", "os.descent"
ACTIVATIONS: Mapping[str, Activation] = {
    "softplus": SOFTPLUS,
    "tanh": TANH,
    "shifted-tanh": SHIFTED_TANH,
    "bump": BUMP,
}
"""What the activations a certificate may be about are called on the command line."""
_ARRAYS = ("X", "y", "v", "W0")
_BITS = 192


@dataclass(frozen=True, slots=True)
class Bounds:
    """Rigorous bounds at a start: α₀ from below, r₀, Λ and β from above."""

    alpha: arb
    r0: arb
    bend: arb
    beta: arb

    @property
    def certificate(self) -> arb:
        """A lower bound on α₀²/(16Λr₀)."""
        return (balls.square(self.alpha) / (16 * self.bend * self.r0)).lower()


def read(path: Path, activation: str | None) -> Problem:
    """The problem in a file: X, y, v and W0 as NumPy's npz or as JSON, perhaps ``activation``.

    ``activation`` on the command line wins; softplus without either. Raises ``InputError`` for what
    is none, for n > kd, for equal inputs with different labels, and ``OSError`` without a file.
    """
    arrays = _arrays(path)
    if missing := [name for name in _ARRAYS if name not in arrays]:
        raise InputError("FILE", f"no {' and no '.join(missing)}", f"arrays {', '.join(_ARRAYS)}")
    known = (*_ARRAYS, "activation")
    for key in arrays:
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise InputError("FILE", f"the key {key!r}", f"{', '.join(known)}{hint}")
    name = activation or str(arrays.get("activation", "softplus"))
    if name not in ACTIVATIONS:
        argument, of_it = ("activation", "") if activation else ("FILE", "the activation ")
        raise InputError(argument, f"{of_it}{name!r}", f"one of {', '.join(ACTIVATIONS)}")
    X, y, v, W = (arrays[key] for key in _ARRAYS)
    problem = Problem.of(X, y, v, W, ACTIVATIONS[name].name)
    if problem.n > problem.k * problem.d:
        wanted = f"at most kd = {problem.k * problem.d} inputs: J has no full row rank beyond"
        raise InputError("X", f"n = {problem.n} rows", wanted)
    seen: dict[bytes, int] = {}
    for i, row in enumerate(problem.X):
        first = seen.setdefault((row + 0.0).tobytes(), i)
        if problem.y[first] != problem.y[i]:
            got = f"equal rows {first} and {i} with labels {problem.y[first]:g}, {problem.y[i]:g}"
            raise InputError("X", got, "one label for equal inputs: no W fits two")
    return problem


def _arrays(path: Path) -> Mapping[str, Any]:
    """What a file holds by name."""
    wanted = f"NumPy's npz or a JSON object with {', '.join(_ARRAYS)}"
    data = path.read_bytes()
    try:
        if data[:2] == b"PK":
            with np.load(path, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        found = json.loads(data, object_pairs_hook=once)
    except (ValueError, OSError, zipfile.BadZipFile, RecursionError) as error:
        raise InputError("FILE", f"what cannot be read ({unread(error)})", wanted) from None
    if not isinstance(found, dict):
        raise InputError("FILE", f"a JSON {type(found).__name__}", wanted)
    return found


def bounds(problem: Problem) -> Bounds:
    """Bounds at the problem's start. Raises ``NotProved`` where σ_min(J) may be 0."""
    with balls.working_precision(_BITS), np.errstate(all="ignore"):  # balls say what overflows
        at = Evaluation(problem, BALLS)
        values, slopes = at.jets(at.start)
        least, _ = eigenvalue_bounds(at.gram(slopes))
        X, v = at.matrix(problem.X), [arb(entry) for entry in problem.v.tolist()]
        size = balls.sqrt(spectral_norm(X * X.transpose()))
        longest = arb(0)
        for row in problem.X.tolist():
            longest = longest.max(balls.norm(map(arb, row)))
        top = arb(float(np.abs(problem.v).max()))
        return Bounds(
            arb(least).sqrt().lower(),
            balls.norm(at.residual(values).entries()).upper(),
            (arb(problem.sigma.bend) * top * longest * size).upper(),
            (arb(problem.sigma.slope) * balls.norm(v) * size).upper(),
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved of a start: the certificate, and the step, rate and radius it gives.

    ``step`` is the largest step; each step shrinks the residual by ``rate`` at that one, and no
    point is further than ``radius`` from the start. Without a proof ``certificate`` is below 1.
    """

    problem: Problem
    certificate: float
    residual: float
    enough: float
    step: float
    rate: float
    radius: float

    @property
    def proved(self) -> bool:
        """Whether descent is proved to converge from this start."""
        return self.certificate >= 1.0

    @property
    def statement(self) -> str:
        """What is proved, in words."""
        sizes = f"n = {self.problem.n}, kd = {self.problem.k * self.problem.d}"
        return f"descent from W converges geometrically to a fit within the radius, {sizes}"

    def to_json(self) -> dict[str, Any]:
        """The certificate."""
        at = self.problem
        rows = {name: getattr(at, name).tolist() for name in ("X", "y", "v", "W")}
        return {
            "certificate": KIND,
            "version": VERSION,
            "claim": CLAIM,
            "statement": self.statement,
            "problem": rows | {"sigma": at.sigma.name},
            "bounds": {name: getattr(self, name) for name in ("step", "rate", "radius")},
        }


def prove(problem: Problem) -> Proof:
    """Try the certificate at the problem's start. Raises ``NotProved`` where σ_min(J) may be 0."""
    found = bounds(problem)
    with balls.working_precision(_BITS):
        step = _down(1 / balls.square(found.beta))
        enough = balls.square(found.alpha) / (16 * found.bend)
        rate = 1 - arb(step) * balls.square(found.alpha) / 8
        return Proof(
            problem,
            _down(found.certificate) if found.r0 > 0 else np.inf,
            _up(found.r0),
            _down(enough),
            step,
            _up(rate),
            _up(8 * found.r0 / found.alpha),
        )


def _down(value: arb) -> float:
    """A float64 that is no larger."""
    near = float(value.lower())
    return near if arb(near) <= value.lower() else float(np.nextafter(near, -np.inf))


def _up(value: arb) -> float:
    """A float64 that is no smaller."""
    return -_down(-value)


def check(document: dict[str, Any], watch: Watch) -> Iterator[str]:
    """Prove a certificate once more from its arrays. Raises ``Rejected`` where that fails."""
    stated = document["problem"]
    try:
        X, y, v, W = (stated[name] for name in ("X", "y", "v", "W"))
        problem = Problem.of(X, y, v, W, stated["sigma"])
        if not problem.sigma.smooth:
            raise Rejected(f"φ = {problem.sigma.name} has no bounded second derivative")
        found = prove(problem)
    except (InputError, NotProved) as error:
        raise Rejected(f"its problem: {error}") from None
    if not found.proved:
        raise Rejected("α₀² ≥ 16Λr₀ does not hold at its start")
    said = found.to_json()
    yield Proved(found.statement, {key: said[key] for key in ("claim", "statement", "bounds")})


CHECKER = Checker(check, Path(__file__).with_name("descent.schema.json"))
