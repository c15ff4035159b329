"""What a claim is: a sentence, where it stands, how it is read, what it should earn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lcnn_verify.errors import InputError, did_you_mean

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Kind(StrEnum):
    """The logical form of a claim, which decides what counts as evidence for it."""

    IDENTITY = "identity"
    UPPER = "upper bound"
    LOWER = "lower bound"
    RATE = "rate"
    LIMIT = "limit"
    EXISTENCE = "existence"
    CONTROL = "control"


class Provenance(StrEnum):
    """Where a statement comes from."""

    STATED = "stated"
    READING = "reading"
    DERIVED = "derived"
    MEASURED = "measured"

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return {
            Provenance.STATED: "in the paper's abstract",
            Provenance.READING: "our operational reading of the paper",
            Provenance.DERIVED: "proved from the definitions",
            Provenance.MEASURED: "observed in experiments",
        }[self]


@dataclass(frozen=True, slots=True)
class Source:
    """A paper, and the place in it."""

    paper: str
    place: str
    url: str = ""


class Whose(StrEnum):
    """Who gives a constant."""

    SOURCE = "the source's"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of a statement: what it is called, what it is set to, and on whose word.

    ``basis`` says what it rests on: "calibrated by an adversary", "proved in part: …", "a budget".
    """

    name: str
    value: str
    whose: Whose
    basis: str


def ours(name: str, value: str, basis: str) -> Constant:
    """A constant that no source gives."""
    return Constant(name, value, Whose.OURS, basis)


@dataclass(frozen=True, slots=True)
class Study:
    """What an experiment asks, how it answers, and what its answer does not say, in sentences."""

    question: str
    method: str
    limits: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something a claim assumes, which ``lcnn-verify ablate`` takes away to see what that costs.

    ``name`` is a word for it, ``statement`` what is assumed, ``weakened`` what stands in its place.
    Whether the claim needs it is computed, never declared: with the weaker draws that the claim's
    properties give under this name (``verifies(…, assumes=…)``); or by the control ``refuted_by``,
    which is the claim without the assumption, or shows it to be false; or by the claim
    ``superseded_by``, which does without it. Raises ``InputError`` for a name that could not be
    that of a file, and where both are given.
    """

    name: str
    statement: str
    weakened: str
    refuted_by: str = ""
    superseded_by: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError("assumption", repr(self.name), "lower-case words joined by hyphens")
        if self.refuted_by and self.superseded_by:
            got = f"{self.name!r}, both refuted by a control and superseded by a claim"
            raise InputError("assumption", got, "one of the two at most")

    @property
    def decided_by(self) -> str:
        """The id of the control or claim that decides it; empty if draws do."""
        return self.refuted_by or self.superseded_by


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """One entry of the ledger.

    ``wording`` is the source's own words where it speaks to the claim; ``statement`` is our reading
    of them, the sentence the property tests; ``constants`` are those of the statement, and whose.
    ``assumptions`` say in words what setting it speaks of; ``assumes`` are those that can be taken
    away, and ``assumes_nothing`` says why there are none.
    ``follows_from`` names claims this one is implied by: it is tested all the same but not counted
    as separate evidence. A control is a false statement: it is wanted REFUTED, and says in
    ``refutation`` how it is known to be false. ``not_testable`` says why no computation can reach a
    sentence: it is listed, not counted, and has no property. ``judges_subject`` marks what is about
    code under test instead of the mathematics. A claim with a ``study`` states the result of an
    experiment that is too large to be repeated in every run: :func:`~lcnn_verify.ledger.studies`
    has it. ``long`` marks a unit that is started first, since
    it would end a run alone on one processor; no result depends on it. ``shared`` marks a claim
    whose properties are plain functions that share their parts among its units
    (:mod:`lcnn_verify.evidence.parts`).
    """

    id: str
    title: str
    statement: str
    kind: Kind
    provenance: tuple[Provenance, ...]
    source: Source
    assumptions: tuple[str, ...] = ()
    wording: str = ""
    constants: tuple[Constant, ...] = ()
    follows_from: tuple[str, ...] = ()
    refutation: str = ""
    not_testable: str = ""
    judges_subject: bool = False
    study: Study | None = None
    long: bool = False
    shared: bool = False
    assumes: tuple[Assumption, ...] = ()
    assumes_nothing: str = ""

    def __repr__(self) -> str:
        return f"<Claim {self.id} ({self.kind}): {self.title}>"

    @property
    def pack(self) -> str:
        """The key of the pack it belongs to: the first word of the id."""
        return self.id.partition(".")[0]

    @property
    def group(self) -> str:
        """The id without its last word: the key of the pack, or a group of it."""
        return self.id.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The last word of the id."""
        return self.id.rpartition(".")[2]

    def matches(self, pattern: str) -> bool:
        """Whether ``pattern`` is the id, or some of its words from the first on."""
        return f"{self.id}.".startswith(f"{pattern}.")

    @property
    def is_control(self) -> bool:
        """Whether the statement is false and wanted REFUTED."""
        return self.kind is Kind.CONTROL

    def assumption(self, name: str) -> Assumption:
        """The assumption called ``name``. Raises ``InputError`` with the nearest known name."""
        known = {entry.name: entry for entry in self.assumes}
        if name not in known:
            wanted = f"one of {', '.join(known) or 'none'}{did_you_mean(name, list(known))}"
            raise InputError("assumption", f"{name!r} of {self.id}", wanted)
        return known[name]

    @property
    def property_file(self) -> str:
        """Where the property stands, relative to its pack's folder: dots of the id are folders."""
        folders = self.group.replace(".", "/")
        return f"{folders}/test_{self.name.replace('-', '_')}.py"


def controls_of(pack: str, source: Source, *assumptions: str) -> Callable[..., Claim]:
    """What makes the controls of a pack, all with that source and those assumptions.

    It takes the last word of the id, title, statement and refutation, then constants.
    """

    def control(
        name: str, title: str, statement: str, refutation: str, *constants: Constant
    ) -> Claim:
        return Claim(
            id=f"{pack}.control.{name}",
            title=title,
            statement=statement,
            kind=Kind.CONTROL,
            provenance=(Provenance.DERIVED,),
            source=source,
            assumptions=assumptions,
            constants=constants,
            refutation=refutation,
        )

    return control
