"""Usual slips: what a loss or a gradient comes to when one step of its formula is done wrong.

A slip of a factor is found by least squares: one factor for some of the terms of the double sum is
tried first, then one for each, and counts as found only where it gives every answer there is. The
loss has three terms, ½S_ww − S_wv + ½S_vv, and row i of the gradient four: what students and what
teachers pull along w_i, and across it. The other slips are made on purpose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj.conformance.answers import APART, CLOSE, Call
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.conformance.quantities import Reference, reference
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, Model


def of_loss(right: Reference) -> Iterator[tuple[str, FloatArray]]:
    """Each slip in words, and the loss (1, 1) it gives at the input of ``right``."""
    diagonal = float(np.trace(_Parts.at(right).weighted()))
    yield "the diagonal is left out of the sums", np.array([[right.loss - 0.5 * diagonal]])
    for model, other in _other_models(right.x):
        yield f"it is the loss of the model {model}", np.array([[reference(other).loss]])


def of_gradient(right: Reference) -> Iterator[tuple[str, FloatArray]]:
    """Each slip in words, and the gradient (m, d) it gives at the input of ``right``."""
    x, value = right.x, right.gradient
    if x.W.shape[0] == x.W.shape[1]:
        yield "it is the gradient transposed", value.T
    if x.W.shape == x.V.shape:
        swapped = reference(Instance(x.V, x.W, x.model)).gradient
        yield "it is the gradient with respect to V: students and teachers are swapped", swapped
    if x.model.mass_power == 2:
        levers = np.where(right.levers > 0.0, right.levers, 1.0)[:, None]
        yield "the factor ‖w_i‖ is missing", gradient_terms(right).sum(axis=0) / levers
    for model, other in _other_models(x):
        yield f"it is the gradient of the model {model}", reference(other).gradient


def loss_terms(right: Reference) -> FloatArray:
    """½S_ww, −S_wv and ½S_vv, whose sum is the loss, (3, 1, 1)."""
    m, weighted = len(right.x.W), _Parts.at(right).weighted()
    sums = (0.5 * weighted[:m, :m].sum(), weighted[:m, m:].sum(), 0.5 * weighted[m:, m:].sum())
    return np.reshape(sums, (3, 1, 1))


def gradient_terms(right: Reference) -> FloatArray:
    """What students, then teachers, pull along w_i, and then across it, (4, m, d).

    Their sum is the gradient.
    """
    parts, m = _Parts.at(right), len(right.x.W)
    lever, power = right.levers[:, None], right.x.model.mass_power
    sets = (slice(0, m), slice(m, None))
    along = [lever * power * parts.along(m, of) for of in sets]
    return np.stack([*along, *(lever * parts.across(m, of) for of in sets)])


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of THEORY §2 over all pairs: û (n, d), ρ, k and k' (n, n), charges c·q (n,)."""

    units: FloatArray
    cosines: FloatArray
    kernel: FloatArray
    slope: FloatArray
    charges: FloatArray

    @staticmethod
    def at(right: Reference) -> _Parts:
        rho, masses = right.cosines, right.masses
        alpha, beta = right.x.model.kernel_weights
        signs = np.where(np.arange(len(masses)) < len(right.x.W), 1.0, -1.0)
        slope = alpha * 2.0 / math.pi * np.arcsin(rho) + beta
        kernel = alpha * 2.0 / math.pi * right.sines + slope * rho
        return _Parts(right.units, rho, kernel, slope, signs * masses)

    def weighted(self) -> FloatArray:
        """c_a q_a k c_b q_b of every pair, (n, n)."""
        return np.asarray(self.charges[:, None] * self.kernel * self.charges)

    def along(self, m: int, of: slice) -> FloatArray:
        """Σ_b c_b q_b k·û_i over the neurons ``of`` for the first m, (m, d)."""
        return np.asarray((self.kernel[:m, of] @ self.charges[of])[:, None] * self.units[:m])

    def across(self, m: int, of: slice) -> FloatArray:
        """Σ_b c_b q_b k'·(b̂ − ρ·û_i), likewise."""
        weights = self.slope[:m, of] * self.charges[of]
        turned = np.sum(weights * self.cosines[:m, of], axis=1, keepdims=True)
        return np.asarray(weights @ self.units[of] - turned * self.units[:m])


def _other_models(x: Instance) -> Iterator[tuple[str, Instance]]:
    for model in MODELS:
        if model != x.model:
            yield model.name, Instance(x.W, x.V, model)


_LOSS: dict[tuple[int, ...], str] = {
    (0,): "the students' own sum",
    (1,): "the cross term",
    (2,): "the teachers' own sum",
}
_GRADIENT: dict[tuple[int, ...], str] = {
    (0, 2): "the pull of the students",
    (1, 3): "the pull of the teachers",
    (0, 1): "the part along w_i",
    (2, 3): "the part across w_i",
    (0,): "the pull of the students along w_i",
    (1,): "the pull of the teachers along w_i",
    (2,): "the pull of the students across w_i",
    (3,): "the pull of the teachers across w_i",
}
_TIMES = {0.0: "is missing", -1.0: "has the wrong sign", 0.5: "counts half", 2.0: "counts twice"}
_WHOLE = {0.0: "it is zero", 0.5: "it is half the {}", 2.0: "it is twice the {}"}
_STEPS = 12  # factors are tried as twelfths first, as people write them


def of_terms(calls: Sequence[Call], dtype: Dtype) -> str:
    """The factors of terms that all ``calls`` have in common, in words; empty if there are none.

    ``calls`` are wrong answers of one operation, to two inputs at least.
    """
    if len({(call.x.W.tobytes(), call.x.V.tobytes()) for call in calls}) < 2:
        return ""
    rows = _Rows.of(calls, dtype)
    names = _LOSS if calls[0].gradient is None else _GRADIENT
    every = tuple(range(len(rows.terms)))
    for group in (every, *names):
        found = rows.common_factor(group)
        if found is not None:
            factors = np.where(np.isin(every, group), found, 1.0)
            return _said(calls[0], factors, {every: "", **names})
    found_each = rows.each_factor()
    return (
        "" if found_each is None else _said(calls[0], found_each, {(k,): names[k,] for k in every})
    )


def missing_term(call: Call, dtype: Dtype) -> str:
    """The only term of a gradient without which it is this one; empty if several or none would."""
    if call.gradient is None:
        return ""
    rows = _Rows.of((call,), dtype)
    every = np.arange(len(rows.terms))
    named = [
        f"{name} is missing"
        for group, name in _GRADIENT.items()
        if len(group) == 2 and rows.explained(np.where(np.isin(every, group), 0.0, 1.0))
    ]
    return named[0] if len(named) == 1 else ""


@dataclass(frozen=True, slots=True)
class _Rows:
    """All that came, row below row: ``got`` (n, d), the ``terms`` (k, n, d) of what is right.

    In units of each row's floor, padded to one width.
    """

    got: FloatArray
    terms: FloatArray

    @staticmethod
    def of(calls: Sequence[Call], dtype: Dtype) -> _Rows:
        got, terms = [], []
        for call in calls:
            right = reference(call.x)
            if call.gradient is None:
                values, parts = np.array([[call.loss]]), loss_terms(right)
                floors = np.array([right.loss_floor(dtype)])
            else:
                values, parts = call.gradient, gradient_terms(right)
                floors = right.gradient_floors(dtype)
            judged = np.isfinite(floors)
            scale = floors[judged, None]
            with np.errstate(over="ignore"):  # off by more than float64 can say
                got.append(values[judged] / scale)
                terms.append(parts[:, judged] / scale)
        width = max(part.shape[-1] for part in got)
        return _Rows(
            np.concatenate([_padded(part, width) for part in got]),
            np.concatenate([_padded(part, width) for part in terms], axis=1),
        )

    def common_factor(self, group: tuple[int, ...]) -> float | None:
        """The factor which, on each term of ``group``, gives every row; None if none does."""
        inside = np.isin(np.arange(len(self.terms)), group)
        term = self.terms[inside].sum(axis=0)
        rest = self.got - self.terms[~inside].sum(axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            size = float(np.sum(term * term))
            factor = float(np.sum(term * rest)) / size if size else np.nan
        if not np.isfinite(factor):
            return None
        for candidate in (round(factor * _STEPS) / _STEPS, factor):
            if self.explained(np.where(inside, candidate, 1.0)):
                return candidate
        return None

    def each_factor(self) -> FloatArray | None:
        """A factor for each term that together give every row, where rows enough say so."""
        count = len(self.terms)
        matrix, wanted = (
            self.terms.reshape(count, -1).T,
            (self.got - self.terms.sum(axis=0)).ravel(),
        )
        if not (np.isfinite(matrix).all() and np.isfinite(wanted).all()):
            return None
        if len(np.unique(matrix, axis=0)) <= count:
            return None
        sizes = np.abs(matrix).max(axis=0)
        if not sizes.all():
            return None
        factors = 1.0 + np.linalg.lstsq(matrix / sizes, wanted, rcond=1e-6)[0] / sizes
        for candidate in (np.round(factors * _STEPS) / _STEPS, factors):
            if self.explained(candidate):
                return np.asarray(candidate)
        return None

    def explained(self, factors: FloatArray) -> bool:
        """Whether every row is the sum of the terms so multiplied, and that is no right answer."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = np.tensordot(factors, self.terms, 1)
            gaps = np.linalg.norm(self.got - value, axis=1)
            moved = np.linalg.norm(self.terms.sum(axis=0) - value, axis=1)
        room = CLOSE * max(1.0, float(np.abs(factors).max()))
        return bool(np.all(gaps <= room) and np.any(moved > APART * room / CLOSE))


def _padded(rows: FloatArray, width: int) -> FloatArray:
    missing = width - rows.shape[-1]
    return np.pad(rows, [(0, 0)] * (rows.ndim - 1) + [(0, missing)])


def _said(call: Call, factors: FloatArray, names: dict[tuple[int, ...], str]) -> str:
    """What the factors of terms come to, in words."""
    model, gradient = call.x.model, call.gradient is not None
    parts = []
    for group, name in names.items():
        inside = factors[list(group)]
        if not (inside == inside[0]).all() or inside[0] == 1.0:
            continue
        if len(group) == len(factors):
            return _of_whole(float(factors[0]), model, gradient)
        parts.append(f"{name} {_times(float(inside[0]))}{_hint(group, inside[0], model, gradient)}")
        factors = factors.copy()
        factors[list(group)] = 1.0
    return ", ".join(parts)


def _of_whole(factor: float, model: Model, gradient: bool) -> str:
    noun = "gradient" if gradient else "loss"
    if factor == -1.0:
        return f"it is the {noun} with its sign flipped"
    if factor not in _WHOLE:
        return f"it is {_number(factor)} times the {noun}"
    text = _WHOLE[factor].format(noun)
    if factor != 2.0:
        return text
    reasons = [] if gradient else ["the factor ½ is missing"]
    reasons += ["the kernel is normalized to k(1) = 1"] * (model.activation == "relu")
    return f"{text}: {', or '.join(reasons)}" if reasons else text


def _hint(group: tuple[int, ...], factor: float, model: Model, gradient: bool) -> str:
    """How such a factor comes about, where there is a usual way."""
    if gradient and group == (0, 2) and factor == 0.5:
        return ": the double sum is symmetric, each pair is in it twice"
    if gradient and group == (0, 1) and factor == 0.5 and model.readout == "tied":
        return ": the factor 2 of tied readout is missing"
    if gradient and group == (0, 1) and factor == 2.0 and model.readout == "unit":
        return ": the factor 2 of tied readout is there"
    return ", not twice" if not gradient and group == (1,) and factor == 0.5 else ""


def _times(factor: float) -> str:
    return _TIMES.get(factor, f"counts {_number(factor)} times")


def _number(factor: float) -> str:
    """A factor with the digits in which it differs from 1."""
    off = factor - 1.0
    return (
        f"(1 {'+' if off > 0 else '−'} {number(abs(off), 2)})"
        if abs(off) < 1e-4
        else number(factor, 6)
    )
