"""Proofs with names, of critical points or of descents: attempting them, and their certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.evidence.documents import VERSION, Rejected, readable
from lcnn_verify.evidence.hooks import Watch
from lcnn_verify.numerics.krawczyk import NotProved

PRECISION = 128
"""Bits of the balls."""


class Proof(Protocol):
    """What was proved under a name."""

    @property
    def title(self) -> str:
        """Which networks it is about, in words."""
        ...

    def to_json(self) -> dict[str, Any]:
        """All that a checker needs to prove it once more, its ``name`` included."""
        ...


P = TypeVar("P", bound=Proof)


@dataclass(frozen=True, slots=True, eq=False)
class Attempt(Generic[P]):
    """The proof that goes by ``name``, or why there is none."""

    name: str
    proof: P | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue(Generic[P]):
    """Name → what proves it, or raises :class:`NotProved`.

    Certificates are of this ``kind``, with the proofs in the field ``entries``.
    """

    kind: str
    entries: str
    provers: Mapping[str, Callable[[], P]]

    def demand(self, name: str) -> None:
        """Raise :class:`InputError` unless ``name`` is in the catalogue."""
        if name not in self.provers:
            known = list(self.provers)
            wanted = f"one of {', '.join(known)}{did_you_mean(name, known)}"
            raise InputError("only", repr(name), wanted)

    def attempts(self, names: Sequence[str] = ()) -> Iterator[Attempt[P]]:
        """Prove what is called ``names``, or all, one after another.

        Raises :class:`InputError` for an unknown name, before the first.
        """
        for name in names:
            self.demand(name)
        for name in names or tuple(self.provers):
            try:
                yield Attempt(name, self.provers[name]())
            except NotProved as error:
                yield Attempt(name, None, str(error))

    def certificate(self, made: Sequence[Attempt[P]]) -> dict[str, Any]:
        """The JSON certificate of what was proved."""
        return {
            "certificate": self.kind,
            "version": VERSION,
            self.entries: [attempt.proof.to_json() for attempt in made if attempt.proof],
        }


def each(
    entries: str, check: Callable[[Mapping[str, Any]], str]
) -> Callable[[dict[str, Any], Watch], Iterator[str]]:
    """The check of a certificate whose field ``entries`` holds what ``check`` takes, by name.

    It yields each name with what ``check`` says is proved. What ``check`` cannot read is rejected
    under the entry's name, and a name that is there twice, too.
    """

    def checked(document: dict[str, Any], watch: Watch) -> Iterator[str]:
        seen: set[str] = set()
        for done, entry in enumerate(document[entries]):
            watch(done, len(document[entries]))
            if (name := entry["name"]) in seen:
                raise Rejected(f"{name}: there are two of that name")
            seen.add(name)
            yield f"{name}: {readable(entry, check)}"

    return checked
