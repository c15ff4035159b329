"""What claims need of what they assume: one record, and the table and counterexamples it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, NotRequired, TypedDict

from lcnn_verify import packs
from lcnn_verify.evidence.need import Need, needed
from lcnn_verify.ledger import Assumption, Claim
from lcnn_verify.numerics.digits import NOTHING
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import exhibits, phrases, schema
from lcnn_verify.reporting.environment import environment
from lcnn_verify.reporting.merge import merge, without_times
from lcnn_verify.reporting.plain import plain, sorted_copy
from lcnn_verify.reporting.record import files_of, write_record
from lcnn_verify.reporting.replays import write_replays
from lcnn_verify.reporting.report import RunInfo

ABLATION_VERSION = "1.0"
SCHEMA_PATH = Path(__file__).with_name("ablation.schema.json")
FILES = files_of("ablation")
_TONES = {Need.NOT_JUDGED: "bad", Need.NOT_SHOWN_NEEDED: "warn"}
_Json = Mapping[str, Any]


class Taken(TypedDict):
    """One assumption of a claim, and what came of the claim without it."""

    name: str
    statement: str
    weakened: str
    decided_by: str
    verdict: str
    reason: str
    examples: int
    checks: int
    discarded: Mapping[str, int]
    tightest: schema.Written | None
    counterexample: schema.Written | None


class Ablated(TypedDict):
    """A claim, what it assumes, and why nothing where that is said."""

    id: str
    pack: str
    title: str
    statement: str
    assumes_nothing: str
    assumes: Sequence[Taken]


class AblationData(TypedDict):
    """What ``ablation.json`` holds."""

    ablation: str
    run: schema.Run
    packs: Mapping[str, str]
    summary: Mapping[str, int]
    claims: Sequence[Ablated]
    environment: schema.Environment
    timings: schema.Timings
    partial: NotRequired[schema.Partial]


@dataclass(frozen=True, slots=True)
class Part:
    """An assumption of a claim, and the ``records`` of what decides about it.

    They are those of the claim ``about``: of a control, of a claim that does without, or of the
    claim itself, run without the assumption.
    """

    claim: Claim
    assumption: Assumption
    about: Claim
    records: tuple[_Json, ...]


@dataclass(frozen=True, slots=True)
class Ablation:
    """What claims need; ``data`` is what ``ablation.json`` holds and obeys its schema.

    ``folder`` is where it was written to, None if nowhere.
    """

    page: ClassVar[str] = FILES[-1]

    data: dict[str, Any]
    folder: Path | None = field(default=None, compare=False)

    def document(self, folder: Path | None = None) -> doc.Document:
        """What a terminal shows of it; ``folder`` is where its files are."""
        return document(self.data, folder, written=False)

    @property
    def exit_code(self) -> int:
        """0 if every assumption was judged, else 1."""
        return int(self.data["summary"][Need.NOT_JUDGED] > 0)

    @property
    def verdicts(self) -> dict[str, dict[str, str]]:
        """Claim id → name of an assumption → verdict."""
        return {
            it["id"]: {taken["name"]: taken["verdict"] for taken in it["assumes"]}
            for it in self.data["claims"]
        }

    def write(self, directory: Path | str) -> Ablation:
        """Write ``ablation.json``, ``.md`` and ``.html``, and a replay file of each counterexample.

        Returns the record with ``directory`` as its folder. Raises ``OSError`` when something
        cannot be written; what was written before stays.
        """
        folder = Path(directory)
        write_record(folder, "ablation", self.data, document(self.data))
        fallen = ((_name(it, taken), taken["counterexample"]) for it, taken in _taken(self.data))
        write_replays(folder, {name: seen for name, seen in fallen if seen})
        return replace(self, folder=folder)


def ablation(
    claims: Sequence[Claim],
    parts: Sequence[Part],
    run: RunInfo,
    *,
    timings: _Json,
    partial: _Json | None = None,
) -> Ablation:
    """The record of ``claims`` of which ``parts`` were taken away; as ``report.build_report``."""
    by_claim: dict[str, list[Taken]] = {claim.id: [] for claim in claims}
    for part in parts:
        by_claim[part.claim.id].append(_judged(part))
    judged = Counter(it["verdict"] for found in by_claim.values() for it in found)
    keys = dict.fromkeys(claim.pack for claim in claims)
    data: AblationData = {
        "ablation": ABLATION_VERSION,
        "run": {"profile": run.profile, "seed": run.seed, "selection": list(run.selection)},
        "packs": {key: packs.pack_of(key).title for key in keys},
        "summary": {str(need): judged[need] for need in Need},
        "claims": [
            {
                "id": claim.id,
                "pack": claim.pack,
                "title": claim.title,
                "statement": claim.statement,
                "assumes_nothing": claim.assumes_nothing,
                "assumes": by_claim[claim.id],
            }
            for claim in claims
        ],
        "environment": environment(keys),
        "timings": {
            "started": timings["started"],
            "seconds": timings["seconds"],
            "units": dict(sorted(timings["units"].items())),
        },
    }
    if partial is not None:
        data["partial"] = partial  # type: ignore[typeddict-item]
    return Ablation(plain(data))


def _judged(part: Part) -> Taken:
    entry = merge(part.about, [without_times(sorted_copy(record))[0] for record in part.records])
    need, reason = needed(part.assumption, entry)
    return {
        "name": part.assumption.name,
        "statement": part.assumption.statement,
        "weakened": part.assumption.weakened,
        "decided_by": part.assumption.decided_by,
        "verdict": str(need),
        "reason": reason,
        "examples": entry["examples"],
        "checks": entry["checks"],
        "discarded": entry["discarded"],
        "tightest": entry["tightest"],
        "counterexample": entry["counterexample"] if need is Need.NEEDED else None,
    }


def _taken(data: _Json) -> Iterator[tuple[_Json, _Json]]:
    """Each claim with each of its assumptions."""
    return ((it, taken) for it in data["claims"] for taken in it["assumes"])


def _name(claim: _Json, taken: _Json) -> str:
    """What the counterexample to a claim without an assumption is called."""
    return f"{claim['id']}.{taken['name']}"


def document(data: _Json, folder: Path | None = None, *, written: bool = True) -> doc.Document:
    """The record ``data`` as a document; ``folder`` is where its files are, for the terminal.

    Without ``written`` the counterexamples, which the page alone shows, are left out.
    """
    summary, run = data["summary"], data["run"]
    total = sum(summary.values())
    told = [f"{count:,} {need}" for need, count in summary.items() if count]
    lead = f"PARTIAL, {data['partial']['reason']}. " if "partial" in data else ""
    sections = [_table(data, key, title) for key, title in data["packs"].items()]
    fallen = tuple(_fallen(data)) if written else ()
    if fallen:
        title = "What fails without them"
        sections.append(doc.Section(title, fallen, "fallen", media=doc.Medium.PAGE))
    bad = summary[Need.NOT_JUDGED]
    return doc.Document(
        kind="ablation",
        headline=f"{lead}{phrases.plural(total, 'assumption')}: {', '.join(told) or 'none'}.",
        tone="warn" if "partial" in data else "bad" if bad else "good",
        lede=f"{phrases.plural(len(data['claims']), 'claim')}, each without one of its assumptions "
        f"at a time; profile {run['profile']}, seed {run['seed']}; "
        f"took {data['timings']['seconds']:.0f} s.",
        head=tuple(_head()),
        sections=tuple(sections),
        version=data["environment"]["lcnn_verify"],
        start=next(iter(data["packs"])),
        place="" if folder is None else f"ablation: {folder / FILES[-1]}",
    )


def _head() -> Iterator[doc.Block]:
    pairs = tuple((doc.Span(need, "strong"), f"{need.meaning}.") for need in Need)
    yield doc.Facts(pairs, media=doc.Medium.WRITTEN)
    yield doc.Paragraph(
        "NEEDED and a proved SUPERSEDED are proofs. NOT SHOWN NEEDED is none: it says how hard was "
        "searched, and how near to failing the nearest example came, 1 being equality.",
        "note",
        doc.Medium.WRITTEN,
    )


def _table(data: _Json, key: str, title: str) -> doc.Section:
    """The claims of a pack: a heading each, and below it what it assumes."""
    rows: list[tuple[doc.Line, ...]] = []
    for claim in data["claims"]:
        if claim["pack"] != key:
            continue
        rows.append(((doc.Code(claim["id"]), f" {claim['title']}"),))
        rows += [_row(claim, taken) for taken in claim["assumes"]]
        if not claim["assumes"]:
            why = claim["assumes_nothing"] or "not declared"
            rows.append(("none", why, NOTHING, NOTHING, why))
    columns = doc.columns("without", "it says", "in its place", "verdict", "by what")
    written = doc.Table(columns, tuple(rows), label=title, media=doc.Medium.WRITTEN)
    short = tuple((row[0], *row[2:]) for row in rows)  # a terminal has no room for more
    narrow = doc.Table((columns[0], *columns[2:]), short, media=doc.Medium.TERMINAL)
    return doc.Section(title, (written, narrow), key, listed=title)


def _row(claim: _Json, taken: _Json) -> tuple[doc.Line, ...]:
    verdict = doc.Span(taken["verdict"], _TONES.get(Need(taken["verdict"]), "good"))
    name: doc.Line = taken["name"]
    if taken["counterexample"]:
        name = doc.Link(taken["name"], f"#{_name(claim, taken)}")
    return name, taken["statement"], taken["weakened"], verdict, _how(taken)


def _how(taken: _Json) -> str:
    """What decided, and where nothing did how hard was searched and how near it came."""
    if taken["verdict"] != Need.NOT_SHOWN_NEEDED:
        return str(taken["reason"])
    near = phrases.closeness(taken["tightest"]) if taken["tightest"] else NOTHING
    checks = phrases.plural(taken["checks"], "comparison")
    return f"{taken['reason']}, {checks}; the nearest to failing is at {near}"


def _fallen(data: _Json) -> Iterator[doc.Block]:
    """Each counterexample, folded."""
    for index, (claim, taken) in enumerate(_taken(data)):
        if not (seen := taken["counterexample"]):
            continue
        name = _name(claim, taken)
        shown = tuple(exhibits.fallen({"id": name, "counterexample": seen}, seen, f"a{index}"))
        line = (doc.Code(claim["id"]), f" without “{taken['statement']}”")
        weakened = doc.Paragraph(f"In its place: {taken['weakened']}.", "small")
        yield doc.Details(line, (weakened, *shown), "card claim", key=name)
