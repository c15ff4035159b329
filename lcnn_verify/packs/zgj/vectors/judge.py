"""Hold results to the vectors: each value within the tolerance of its dtype, or a named failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext
from fractions import Fraction
from itertools import combinations
from typing import Any

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.packs.zgj.vectors.decimals import Dtype
from lcnn_verify.packs.zgj.vectors.results import Entry, NotANumber, Results, number
from lcnn_verify.packs.zgj.vectors.vector import Vector, document

_FEWEST = 3  # cases that make a pattern


@dataclass(frozen=True, slots=True)
class Failure:
    """One case that fails: its worst quantity, what was wrong, and in units of the tolerance.

    ``ratio`` is error/tolerance; ``None`` where there is no error to speak of (NaN, a wrong shape).
    """

    id: str
    quantity: str
    message: str
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """How the judged cases that share one flag or two fared.

    Beside the flags, ``tied-readout`` and ``abs`` name what ``unit-readout`` and ``relu`` leave.
    """

    flags: tuple[str, ...]
    judged: int
    failed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a results file.

    ``patterns`` are the fewest groups that fail throughout and cover what fails so, largest first;
    ``groups`` every flag with a failure. ``worst`` is the largest error/tolerance that passed.
    """

    implementation: str
    dtype: Dtype
    vectors: int
    judged: int
    failures: tuple[Failure, ...]
    not_covered: tuple[str, ...]
    not_judged: tuple[str, ...]
    patterns: tuple[Group, ...]
    groups: tuple[Group, ...]
    worst: float

    @property
    def passed(self) -> bool:
        """Whether something was judged, and nothing failed."""
        return bool(self.judged) and not self.failures

    @property
    def complete(self) -> bool:
        """Whether the results cover every vector."""
        return not self.not_covered

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON data."""
        return {"passed": self.passed, "complete": self.complete, **asdict(self)}


def judge(results: Results, vectors: Sequence[Vector], version: str) -> Verdict:
    """Judge every case of ``results``; those it leaves out are listed as not covered.

    An id that no vector has is a failure; a case without tolerances for the dtype is not judged.
    Raises ``InputError`` when the results are for another ``version`` of the vectors.
    """
    if results.vectors_version != version:
        raise InputError("vectors_version", repr(results.vectors_version), repr(version))
    known = {vector.id: vector for vector in vectors}
    failures, judged, not_judged, worst = [], [], [], 0.0
    for name, entry in results.entries.items():
        vector = known.get(name)
        if vector is None:
            hint = did_you_mean(name, list(known))
            failures.append(Failure(name, "id", f"there is no such case{hint}", None))
        elif results.dtype not in vector.tolerances:
            not_judged.append(name)
        else:
            judged.append(vector)
            findings = judge_case(vector, entry, results.dtype)
            bad = [failure for failure in findings if failure.message]
            if bad:
                failures.append(max(bad, key=_severity))
            else:
                worst = max(worst, *(failure.ratio or 0.0 for failure in findings), 0.0)
    failed = {failure.id for failure in failures}
    return Verdict(
        results.implementation,
        results.dtype,
        len(vectors),
        len(judged),
        tuple(failures),
        tuple(name for name in known if name not in results.entries),
        tuple(not_judged),
        _patterns(judged, failed),
        _groups(judged, failed),
        worst,
    )


def judge_case(vector: Vector, entry: Entry, dtype: Dtype) -> list[Failure]:
    """What is to be said of each quantity of one case; those within tolerance have no message."""
    if entry.problem:
        return [Failure(vector.id, "entry", entry.problem, None)]
    findings = []
    if entry.loss is not None:
        allowed = vector.tolerances[dtype].loss
        findings.append(_judged(vector.id, "loss", [entry.loss], [vector.loss], allowed))
    if entry.gradient is not None:
        findings += _judged_gradient(vector, entry.gradient, dtype)
    return findings


def _judged_gradient(vector: Vector, rows: Any, dtype: Dtype) -> list[Failure]:
    m, d = vector.W.shape
    if len(rows) != m:
        shape = f"{len(rows)} rows, wanted m = {m}"
        return [Failure(vector.id, "gradient", shape, None)]
    findings = []
    for i, (row, exact) in enumerate(zip(rows, vector.gradient, strict=True)):
        if exact is None:
            continue
        quantity = f"gradient row {i}"
        if not isinstance(row, list) or len(row) != d:
            got = "null" if row is None else f"{len(row)} entries"
            findings.append(Failure(vector.id, quantity, f"{got}, wanted d = {d}", None))
        else:
            allowed = vector.tolerances[dtype].gradient[i]
            findings.append(_judged(vector.id, quantity, row, exact, allowed))
    return findings


def _judged(
    name: str, quantity: str, got: Sequence[Any], wanted: Sequence[str], allowed: float
) -> Failure:
    """Compare in exact arithmetic: Σ(got − wanted)² ≤ allowed²."""
    try:
        values = [number(value) for value in got]
    except NotANumber as error:
        return Failure(name, quantity, f"got {error}", None)
    square = sum(
        ((value - Fraction(text)) ** 2 for value, text in zip(values, wanted, strict=True)),
        Fraction(0),
    )
    limit = Fraction(allowed)
    if square <= limit**2:
        return Failure(name, quantity, "", _root(square / limit**2) if limit else 0.0)
    given = ", ".join(f"{float(value):.17g}" for value in values[:4])
    exact = ", ".join(_short(text) for text in wanted[:4])
    more = ", …" if len(got) > 4 else ""
    ratio = _root(square / limit**2) if limit else None
    times = "" if ratio is None else f", {ratio:.3g} times as far as allowed"
    message = f"got {given}{more}, exact {exact}{more}: off by {_root(square):.3g}{times}"
    return Failure(name, quantity, message, ratio)


def _groups(judged: Sequence[Vector], failed: set[str]) -> tuple[Group, ...]:
    """Every flag with a failure, the largest share of failures first."""
    groups = [
        Group((label,), len(members), count)
        for label, members in _members(judged).items()
        if (count := len(members & failed))
    ]
    return tuple(sorted(groups, key=lambda group: (-group.failed / group.judged, -group.failed)))


def _patterns(judged: Sequence[Vector], failed: set[str]) -> tuple[Group, ...]:
    """Groups of one or two flags in which all fail, each chosen for what it explains anew."""
    single = _members(judged)
    groups: dict[tuple[str, ...], set[str]] = {(name,): ids for name, ids in single.items()}
    groups |= {(a, b): single[a] & single[b] for a, b in combinations(single, 2)}
    whole = {flags: ids for flags, ids in groups.items() if len(ids) >= _FEWEST and ids <= failed}
    patterns, left = [], set(failed)
    while whole:
        # One flag says more than two that explain as much: it comes first in the dict.
        flags = max(whole, key=lambda name: len(whole[name] & left))
        if len(whole[flags] & left) < _FEWEST:
            break
        members = whole.pop(flags)
        left -= members
        patterns.append(Group(flags, len(members), len(members)))
    return tuple(patterns)


def _members(judged: Sequence[Vector]) -> dict[str, set[str]]:
    """The ids of the judged cases of each flag that has any."""
    labels = {vector.id: _labels(vector) for vector in judged}
    known = (*document()["flags"], "tied-readout", "abs")
    members = {flag: {name for name, own in labels.items() if flag in own} for flag in known}
    return {flag: ids for flag, ids in members.items() if ids}


def _labels(vector: Vector) -> set[str]:
    tied, plain = vector.model.readout == "tied", vector.model.activation == "abs"
    return {*vector.flags, *(["tied-readout"] if tied else []), *(["abs"] if plain else [])}


def _severity(failure: Failure) -> float:
    return float("inf") if failure.ratio is None else failure.ratio


def _short(decimal: str) -> str:
    """A 40-digit decimal to 17 digits, cut and not rounded."""
    mantissa, mark, exponent = decimal.partition("e")
    return mantissa[: 18 + mantissa.startswith("-")] + mark + exponent


def _root(square: Fraction) -> float:
    """√square as a float, 0 or ∞ where it does not fit."""
    with localcontext(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN):
        return float((Decimal(square.numerator) / square.denominator).sqrt())
