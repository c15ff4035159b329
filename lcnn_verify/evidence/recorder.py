"""Collects what the checks of one property saw, example by example."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from lcnn_verify.errors import said
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.certificate import EXACT
from lcnn_verify.evidence.hooks import to_json
from lcnn_verify.evidence.observation import Explanation, Observation, Outcome, Ruling
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.profiles import active, holding

MAX_WITNESSES, MAX_SERIES = 12, 24  # per property: what a report has room for
_BRIEF = 100  # characters of an argument on which a property broke

Sides: TypeAlias = tuple[Quantity, Quantity] | None
"""The lesser and the greater side of an inequality."""
Explain: TypeAlias = Callable[[], Explanation]
"""Finds out what is wrong; called only where a check is violated."""


class Violation(AssertionError):
    """A claim fell on one example. Its text is the observation and how to reproduce it."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.sentence())
        self.observation = observation


class Defect(AssertionError):
    """A quantity's routes contradict each other, so that no check of it counts; says how."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.sentence())
        self.observation = observation


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number worth reporting beside a claim: its name, value, and what theory says of it."""

    name: str
    value: float
    claimed: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of a figure: what is said around them (``Figure.to_json``), and their columns."""

    figure: Mapping[str, Any]
    label: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of ``statement`` on every instance of ``box``, both in words.

    ``arithmetic`` says what proved it, and ``cells`` on how many sub-boxes, if there were any.
    ``whole`` says that the box is all that the claim is about, so that the proof certifies the
    claim. ``drawn`` may hold the JSON of an example that draws what was proved. ``seconds`` is what
    it took, which a report keeps among its timings.
    """

    statement: str
    box: str
    arithmetic: str
    whole: bool
    cells: int | None = None
    drawn: Mapping[str, Any] | None = None
    seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        """A plain dict; ``cells``, ``drawn`` and ``seconds`` are left out where there are none."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(slots=True)
class Sampling:
    """Counts from the separate i.i.d. stream, whose law ``law`` states in words."""

    law: str
    draws: int = 0
    undecided: int = 0
    violations: int = 0


@dataclass(slots=True)
class Recorder:
    """Everything one run of one property saw; :meth:`to_json` is a journal entry's payload.

    ``nearest`` is the tightness of the current example, 0 without any, and ``sides`` are what the
    tightest comparison compared, None for an identity.
    """

    claim: str
    test: str
    examples: int = 0
    undecided: int = 0
    violations: int = 0
    checks: int = 0
    escalated: int = 0
    exact: int = 0
    idle: int = 0
    discarded: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    tightest: Observation | None = None
    apart: dict[str, Observation] = field(default_factory=dict)
    counterexample: Observation | None = None
    defect: Observation | None = None
    witnesses: list[Observation] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    sampling: Sampling | None = None
    error: str | None = None
    breakdown: Exception | None = None
    classes: Counter[str] = field(default_factory=Counter)
    audit: Audit = field(default_factory=Audit)
    lost: int = 0
    failing: dict[str, str] = field(default_factory=dict)
    nearest: float = 0.0
    sides: Sides = None
    _arguments: Mapping[str, Any] = field(default_factory=dict)
    _example: Outcome = Outcome.HOLDS
    _labels: set[str] = field(default_factory=set)

    @contextmanager
    def example(self, arguments: Mapping[str, Any]) -> Iterator[None]:
        """Count one example and remember its arguments for observations made inside.

        One that ends without a check counts as ``idle`` only.

        An argument with a method ``classes`` says what kinds of example it is one of. Code under
        test is tried on examples drawn once for many subjects, whose classes are not asked again.
        """
        self._arguments, self._example, self.nearest = arguments, Outcome.HOLDS, 0.0
        for argument in arguments.values() if active().subject is None else ():
            if (kinds := getattr(argument, "classes", None)) is not None:
                self._labels.update(kinds())
        checks = self.checks
        try:
            yield
            self.idle += self.checks == checks
        finally:
            if self.checks > checks:
                self.examples += 1
                self.undecided += self._example is Outcome.UNDECIDED
                self.violations += self._example is Outcome.VIOLATED
                self.classes.update(self._labels)
            self._labels.clear()

    def arguments_json(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """The current example's arguments as JSON, with ``overrides`` in place of the drawn."""
        return {key: to_json(item) for key, item in {**self._arguments, **overrides}.items()}

    def discarded_for(self, reason: str) -> None:
        """Count one draw given up, by its reason."""
        self.discarded[reason] += 1
        self._labels.clear()

    def label(self, names: tuple[str, ...]) -> None:
        """Take the current example, or the one being drawn, for one of these classes."""
        self._labels.update(names)

    def add(
        self,
        observation: Observation,
        *,
        witness: bool = False,
        apart: str = "",
        sides: Sides = None,
    ) -> None:
        """Take one observation; raise :class:`Violation` if it refutes the statement.

        What goes by a name ``apart`` is kept under it, not among the claim's own margins.
        """
        self.checks += 1
        self.exact += observation.decided_by == EXACT
        if observation.outcome is Outcome.VIOLATED:
            self._example = Outcome.VIOLATED
            self.counterexample = observation
            raise Violation(observation)
        if observation.outcome is Outcome.UNDECIDED:
            self._example = Outcome.UNDECIDED
            self.reasons[observation.note or "margin inside the numerical uncertainty"] += 1
            return
        self.nearest = max(self.nearest, observation.tightness or 0.0)
        if witness and len(self.witnesses) < MAX_WITNESSES:
            self.witnesses.append(observation)
        self._keep_tighter(observation, apart, sides)

    def condemn(self, observation: Observation) -> None:
        """Take a defect of a quantity's routes; raises :class:`Defect`."""
        self.checks += 1
        self._example = Outcome.UNDECIDED
        self.defect = observation
        raise Defect(observation)

    def _keep_tighter(self, observation: Observation, apart: str = "", sides: Sides = None) -> None:
        best = self.apart.get(apart) if apart else self.tightest
        if best is not None and (best.tightness or 0.0) >= (observation.tightness or 0.0):
            return
        if apart:
            self.apart[apart] = observation
        elif observation.tightness is not None:
            self.tightest, self.sides = observation, sides

    def absorb(self, stream: Recorder) -> None:
        """Take over what a separate stream of examples saw, but not its examples' count.

        Nor their classes: its law is stated, and must not hide what a strategy no longer draws.
        """
        for count in ("checks", "escalated", "exact", "idle"):
            setattr(self, count, getattr(self, count) + getattr(stream, count))
        self.defect = self.defect or stream.defect
        self.reasons.update(stream.reasons)
        for name, seen in {"": stream.tightest, **stream.apart}.items():
            if seen is not None:
                self._keep_tighter(seen, name)
        self.measurements += stream.measurements
        for item in stream.series:
            if (known := self.find_series(item.figure, item.label)) is not None:
                _extend(known.data, item.data)
            elif len(self.series) < MAX_SERIES:
                self.series.append(item)

    def find_series(self, figure: Mapping[str, Any], label: str) -> Series | None:
        """The series of this figure and label, if there is one."""
        known = (item for item in self.series if (item.figure, item.label) == (figure, label))
        return next(known, None)

    def broke(
        self, error: Exception, where: str = "", arguments: Mapping[str, Any] | None = None
    ) -> None:
        """The property itself broke, ``where`` and on what: neither support nor refutation."""
        self.breakdown = error
        on = ", ".join(f"{name} = {_brief(value)}" for name, value in (arguments or {}).items())
        place = " on ".join(part for part in (where and f"at {where}", on) if part)
        self.error = f"{said(error)} ({place})" if place else said(error)

    def to_json(self) -> dict[str, Any]:
        """A plain dict of everything seen; what there is only at times is left out otherwise."""
        late = {
            "proofs": [proof.to_json() for proof in self.proofs],
            "exact": self.exact,
            "idle": self.idle,
            "classes": dict(sorted(self.classes.items())),
            "apart": {name: seen.to_json() for name, seen in sorted(self.apart.items())},
            "defect": self.defect and self.defect.to_json(),
            "audit": self.audit.to_json() if self.audit.looked else None,
            "failing": self.failing,
        }
        counts = ("claim", "test", "examples", "undecided", "violations", "checks", "escalated")
        return {
            **{name: getattr(self, name) for name in counts},
            "discarded": dict(sorted(self.discarded.items())),
            "reasons": dict(sorted(self.reasons.items())),
            "tightest": self.tightest and self.tightest.to_json(),
            "counterexample": self.counterexample and self.counterexample.to_json(),
            "witnesses": [witness.to_json() for witness in self.witnesses],
            **{key: value for key, value in late.items() if value},
            "measurements": [to_json(asdict(item)) for item in self.measurements],
            "series": [
                {"figure": item.figure, "label": item.label, "data": to_json(item.data)}
                for item in self.series
            ],
            "sampling": self.sampling and asdict(self.sampling),
            "error": self.error,
        }


def _brief(value: Any) -> str:
    """An argument in at most 100 characters: the JSON that makes it again, if it has one."""
    try:
        text = json.dumps(to_json(value), ensure_ascii=False)
    except Exception:  # a breakdown is told even where its example cannot be
        text = type(value).__name__
    return text if len(text) <= _BRIEF else f"{text[: _BRIEF - 1]}…"


_CURRENT: ContextVar[Recorder | None] = ContextVar("lcnn_verify_recorder", default=None)


def current() -> Recorder:
    """The recorder of the property now running; a throw-away one outside any property."""
    return _CURRENT.get() or Recorder("unrecorded", "unrecorded")


def recording(recorder: Recorder) -> AbstractContextManager[Recorder]:
    """Make ``recorder`` the current one inside the ``with`` block."""
    return holding(_CURRENT, recorder)


def observe(
    ruling: Ruling,
    sides: Mapping[str, Any],
    *,
    overrides: Mapping[str, Any],
    note: str = "",
    tightness: float | None = None,
    explain: Explain | None = None,
) -> Observation:
    """The observation of a ruling on the current example; ``sides`` are the fields they fill.

    ``overrides`` replace drawn arguments, and ``explain`` is asked only where it is violated.
    """
    recorder = current()
    asked = ruling.outcome is Outcome.VIOLATED and not recorder.failing  # the first tells the rest
    why = explain() if explain and asked else Explanation()
    recorder.escalated += ruling.sharper
    return Observation(
        claim=recorder.claim,
        test=recorder.test,
        margin=ruling.margin,
        error=ruling.error,
        tightness=tightness,
        outcome=ruling.outcome,
        decided_by=ruling.decided_by,
        certificate=ruling.certificate,
        arguments=recorder.arguments_json(overrides),
        run=active().to_json(),
        note="; ".join(part for part in (ruling.note, note) if part),
        diagnosis=why.diagnosis,
        snippet=why.snippet,
        **sides,
    )


def measure(name: str, value: float, *, claimed: str = "") -> None:
    """Report a measured number beside the claim, with what theory says of it."""
    current().measurements.append(Measurement(name, float(value), claimed))


def add_series(figure: Mapping[str, Any], label: str, data: Mapping[str, Any]) -> None:
    """Report points of a figure; past a fixed number per property further series are dropped."""
    recorder = current()
    if len(recorder.series) < MAX_SERIES:
        recorder.series.append(Series(figure, label, data))


def add_point(figure: Mapping[str, Any], label: str, coordinates: Mapping[str, Any]) -> None:
    """Add one point to the series of this figure and label: each coordinate to its own column."""
    columns = {name: [value] for name, value in coordinates.items()}
    if (known := current().find_series(figure, label)) is not None:
        _extend(known.data, columns)
    else:
        add_series(figure, label, columns)


def _extend(columns: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, list):
            columns[name].extend(value)
