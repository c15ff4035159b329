"""What one check saw, and what a claim has earned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from math import nan
from typing import Any

from lcnn_verify.evidence.certificate import Certificate
from lcnn_verify.numerics.digits import ball, is_written, whole

UNCONFIRMED = "violated in float64, and no sharper route to confirm it"
"""The note of a check that failed where nothing sharper than float64 could be asked."""
UNPROVED = "violated at the oracle, and no enclosure to prove it"
"""The note of a check that failed at the oracle, where the failure could not be certified."""
CONTRADICTED = "the oracle and the enclosure contradict each other"
"""The note of a check that a defect of ours left open."""
UNSETTLED = (UNCONFIRMED, UNPROVED, CONTRADICTED)
"""Notes of checks that failed and were neither proved to fail nor cleared."""
FLOAT64 = "float64"
"""What decided a comparison that no sharper route was asked about."""
REPLAY = "2"
"""The version of replay files."""
_LATE = frozenset({"certificate", "diagnosis", "exact", "snippet"})


class Outcome(StrEnum):
    """The result of one check."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """What a claim has earned from all its checks (README, "What a verdict means")."""

    CERTIFIED = "CERTIFIED"
    SUPPORTED = "SUPPORTED"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_EXERCISED = "NOT EXERCISED"

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Verdict.CERTIFIED: "proved, by interval or exact rational arithmetic, for every instance the "
    "claim is about",
    Verdict.SUPPORTED: "no violation among the examples tried",
    Verdict.REFUTED: "a counterexample whose violation is proved by interval or exact arithmetic",
    Verdict.INCONCLUSIVE: "the margin is inside the numerical uncertainty, a violation could not "
    "be proved, or the budget ran out",
    Verdict.NOT_EXERCISED: "preconditions never met, or the property did not run",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong, in words, and Python code that shows it; either may be empty."""

    diagnosis: str = ""
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a comparison: ``outcome``, by a ``margin`` known to within ``error``.

    ``sharper`` says that float64 could not decide and that a sharper route did; ``sides`` are the
    values it compared, the lesser first or as an identity has them.
    """

    outcome: Outcome
    margin: float
    error: float
    decided_by: str = FLOAT64
    note: str = ""
    certificate: Certificate | None = None
    sharper: bool = False
    sides: tuple[float, float] | None = None

    def undecided(self, note: str = "") -> Ruling:
        """The same margin, but left open, and why."""
        return replace(self, outcome=Outcome.UNDECIDED, note=note, certificate=None, sharper=False)


@dataclass(frozen=True, slots=True)
class Observation:
    """One decided comparison: ``got relation bound``.

    ``margin`` is signed, positive when the relation holds, in the units of ``got``; ``error`` is
    the bound on its numerical uncertainty; ``tightness`` is bound/got for "≥" and got/bound for
    "≤" (1 is an equality, above 1 a violation; None where a ratio makes no sense). ``decided_by``
    names the arithmetic that decided. ``arguments`` (JSON) rebuild the example, and ``run`` names
    the profile, seed and shard it was met under: ``replay`` feeds both to the property. An
    ``instance`` among the arguments that the property does not take is there to be looked at. A
    violation of relation "?" is no comparison: ``bound_label`` says what ``quantity`` did instead.
    Every other violation carries a ``certificate``, which encloses the margin that fails: high −
    low of "≥" and "≤", and for "=" what was allowed less what ``note`` says. ``exact`` holds
    ``got`` and ``bound`` as text where they are rationals, compared exactly.
    """

    claim: str
    test: str
    quantity: str
    got: float
    relation: str
    bound_label: str
    bound: float
    margin: float
    error: float
    tightness: float | None
    outcome: Outcome
    decided_by: str
    arguments: dict[str, Any]
    run: dict[str, Any]
    note: str = ""
    diagnosis: str = ""
    snippet: str = ""
    certificate: Certificate | None = None
    exact: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A plain dict; infinities and NaN become None, as JSON has neither.

        ``certificate``, ``diagnosis``, ``exact`` and ``snippet`` are left out where there are none.
        """
        data = {key: item for key, item in asdict(self).items() if key not in _LATE or item}
        for key in ("got", "bound", "margin", "error", "tightness"):
            number = data[key]
            if number is not None and not abs(number) < float("inf"):
                data[key] = None
        data["outcome"] = str(self.outcome)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Observation:
        """The observation that :meth:`to_json` wrote; an infinity it had is NaN."""
        fields = {**data, "outcome": Outcome(data["outcome"])}
        for key in ("got", "bound", "margin", "error"):
            fields[key] = nan if data[key] is None else data[key]
        if proof := data.get("certificate"):
            fields["certificate"] = Certificate(**proof)
        return cls(**fields)

    @property
    def failure(self) -> str:
        """What a violation comes to, in a few words."""
        if self.relation == "?":
            return f"{self.quantity} {self.bound_label}"
        return f"{self.quantity} {self.relation} {self.bound_label} fails"

    def sentence(self) -> str:
        """One line: claim, quantity, got, relation, bound, margin, arithmetic, proof."""
        certificate = self.certificate
        proof = f", proved to lie in {certificate.interval}" if certificate else ""
        if self.relation == "?":
            text = f"{self.claim}: {self.quantity} {self.bound_label or self.outcome}"
        elif self.exact:
            got, bound = self.exact["got"], self.exact["bound"]  # each its own label, if said once
            left = got if self.quantity == got else f"{self.quantity} = {got},"
            right = bound if self.bound_label == bound else f"{self.bound_label} = {bound}"
            text = f"{self.claim}: {left} {self.relation} {right} {self.outcome}"
            text += f" ({self.decided_by})"
        else:
            left, right = (
                value if is_written(label) else f"{label} = {value}"
                for label, value in (
                    (self.quantity, whole(self.got)),
                    (self.bound_label, whole(self.bound)),
                )
            )
            text = (
                f"{self.claim}: {left}, {self.relation} {right} {self.outcome}; "
                f"margin {ball(self.margin, self.error)} ({self.decided_by}){proof}"
            )
        return "; ".join(part for part in (text, self.note, self.diagnosis) if part)


def replay_record(observation: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a replay file: which property, in which run, and what it fell on."""
    kept = ("claim", "test", "run", "arguments")
    return {"replay": REPLAY, **{name: observation[name] for name in kept}}
