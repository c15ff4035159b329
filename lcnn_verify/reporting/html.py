"""``index.html``: the report as one page that loads nothing and needs no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.arguments import Arguments, take_apart
from lcnn_verify.reporting.causes import causes
from lcnn_verify.reporting.figures import figures
from lcnn_verify.reporting.formula import formula

_TEMPLATES = Path(__file__).with_name("templates")
_MOST_WITNESSES = 3
_CROSSED = {"≥": "≱", "≤": "≰", "=": "≠"}


@dataclass(frozen=True, slots=True)
class Example:
    """One observation to show: its JSON, its arguments taken apart, and perhaps a drawing."""

    seen: Mapping[str, Any]
    arguments: Arguments
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Measurements of one name, which shards may have repeated: value or range, and the claim."""

    name: str
    value: str
    claimed: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What the page says of one claim beyond its entry in the report."""

    entry: Mapping[str, Any]
    tightest: Example | None
    counterexample: Example | None
    witnesses: tuple[Example, ...]
    measurements: tuple[Measured, ...]
    drawings: tuple[Drawing, ...]


def templates(*folders: Path) -> Environment:
    """The environment of every page, which escapes all it shows; ``folders`` are searched first."""
    environment = Environment(
        loader=FileSystemLoader([*folders, _TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        formula=formula,
        number=phrases.number,
        closeness=phrases.closeness,
        theorems=phrases.theorems,
        tightness=phrases.tightness,
        violation_rate=phrases.violation_rate,
        wanted=phrases.wanted,
        tone=tone,
        relation=_relation,
        revision=_short_revision,
        markup=Markup,
        link=_link,
    )
    environment.globals.update(
        style=Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
        plural=phrases.plural,
    )
    return environment


def render(data: Mapping[str, Any]) -> str:
    """The report ``data`` as a self-contained HTML page; every string in it is escaped."""
    sections = phrases.sections(data)
    return (
        templates()
        .get_template("report.html")
        .render(
            data=data,
            version=data["environment"]["lcnn_verify"],
            skip="verdicts",
            sections=sections,
            details={
                entry["id"]: _detail(entry, f"f{index}")
                for index, entry in enumerate(data["claims"])
            },
            headline=phrases.headline(data),
            passed=all(entry["as_wanted"] or entry.get("expected") for entry in data["claims"]),
            counts=phrases.counts(data),
            papers=_papers(data["claims"]),
            meanings=phrases.meanings(),
            causes=causes(data),
            subject=phrases.subject(data),
            not_offered=phrases.not_offered(data),
            run_command=phrases.run_command(data),
            replay_command=phrases.replay_command,
            replay_from=phrases.replay_from,
        )
    )


def tone(entry: Mapping[str, Any]) -> str:
    """The colour of a verdict: good if wanted, bad if decided the wrong way, else warn.

    A failure that is expected does not count, and is no more than a warning.
    """
    if entry["as_wanted"]:
        return "good"
    if entry.get("expected"):
        return "warn"
    return "warn" if entry["verdict"] in ("INCONCLUSIVE", "NOT EXERCISED") else "bad"


def _relation(seen: Mapping[str, Any]) -> str:
    """The relation that was found: crossed out where it is violated."""
    relation: str = seen["relation"]
    return _CROSSED.get(relation, relation) if seen["outcome"] == "violated" else relation


def _short_revision(revision: str | None) -> str:
    """The first digits of a commit, and whether the checkout was changed."""
    if revision is None:
        return "no checkout"
    commit, dash, dirty = revision.partition("-")
    return f"{commit[:12]}{dash}{dirty}"


def _link(url: str) -> str:
    """``url`` if a browser may follow it, else nothing (a report may come from anyone)."""
    return url if url.startswith(("https://", "http://")) else ""


def _papers(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The linked papers the claims come from, each once."""
    sources = {entry["source"]["paper"]: entry["source"] for entry in entries}
    return [source for source in sources.values() if _link(source["url"])]


def _detail(entry: Mapping[str, Any], prefix: str) -> Detail:
    fallen = _example(entry["counterexample"])
    if fallen is not None and (draw := fallen.arguments.draw) is not None:
        drawing = draw(f"{prefix}-x", f"What refutes {entry['id']}")
        fallen = Example(fallen.seen, fallen.arguments, drawing)
    witnesses = [_example(witness) for witness in entry["witnesses"][:_MOST_WITNESSES]]
    return Detail(
        entry,
        _example(entry["tightest"]),
        fallen,
        tuple(witness for witness in witnesses if witness is not None),
        _measured(entry["measurements"]),
        (*figures(entry["series"], prefix), *_proved(entry, prefix)),
    )


def _proved(entry: Mapping[str, Any], prefix: str) -> Iterator[Drawing]:
    """Drawings of what was proved, where its pack makes one."""
    for index, made in enumerate(entry.get("proofs", ())):
        draw = take_apart({"drawn": made["drawn"]}).draw if "drawn" in made else None
        if draw is not None:
            yield draw(f"{prefix}-p{index}", made["statement"])


def _example(observation: Mapping[str, Any] | None) -> Example | None:
    if observation is None:
        return None
    return Example(observation, take_apart(observation["arguments"]))


def _measured(measurements: Sequence[Mapping[str, Any]]) -> tuple[Measured, ...]:
    by_name: dict[tuple[str, str], list[float | None]] = {}
    for entry in measurements:
        by_name.setdefault((entry["name"], entry["claimed"]), []).append(entry["value"])
    return tuple(
        Measured(name, _spread(values), claimed) for (name, claimed), values in by_name.items()
    )


def _spread(values: Sequence[float | None]) -> str:
    finite = [value for value in values if value is not None]
    if not finite:
        return phrases.NOTHING
    low, high = phrases.number(min(finite)), phrases.number(max(finite))
    return low if low == high else f"{low} … {high} ({len(finite)} values)"
