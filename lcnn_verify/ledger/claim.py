"""What a claim is: a sentence, where it stands, how it is read, what it should earn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry of the ledger.

    ``wording`` quotes the source where it speaks to the claim; ``statement`` is the sentence the
    property tests. ``follows_from`` names claims this one is implied by: it is tested all the
    same but not counted as separate evidence. A control is a false statement: it is wanted
    REFUTED, and says in ``refutation`` how it is known to be false.
    """

    id: str
    title: str
    statement: str
    kind: Kind
    provenance: tuple[Provenance, ...]
    source: Source
    assumptions: tuple[str, ...] = ()
    wording: str = ""
    constants: str = ""
    follows_from: tuple[str, ...] = ()
    refutation: str = ""

    @property
    def family(self) -> str:
        """The part of the id before the dot: ``zgj``, ``fact``, ``form`` or ``control``."""
        return self.id.partition(".")[0]

    @property
    def is_control(self) -> bool:
        """Whether the statement is false and wanted REFUTED."""
        return self.kind is Kind.CONTROL

    @property
    def property_file(self) -> str:
        """Where the property stands, relative to ``properties/``."""
        family, _, name = self.id.partition(".")
        return f"{family}/test_{name.replace('-', '_')}.py"
