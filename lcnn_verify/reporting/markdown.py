"""``summary.md``: the verdicts as tables, for pull requests and build logs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lcnn_verify.reporting.causes import Cause, causes
from lcnn_verify.reporting.phrases import (
    Section,
    counts,
    headline,
    meanings,
    not_offered,
    number,
    proof,
    replay_command,
    replay_from,
    run_command,
    sections,
    sentence,
    subject,
    theorems,
    tightness,
    violation_rate,
    wanted,
)

# An underscore inside a word, as in v_min or ‖V‖_F, can open emphasis but never close it; as all
# others are escaped, formulas stay readable. A > means something at the beginning only.
_SPECIAL = re.compile(r"([\\`*{}\[\]<#|~&$]|^>|(?<!\S)_|_(?![^\W_]))")


def escape(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or HTML would act on."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """``text`` as inline code, fenced by more backticks than it holds."""
    line = " ".join(text.split()).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    padding = " " if "`" in line else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def render(data: Mapping[str, Any]) -> str:
    """The report ``data`` as Markdown. Nothing in it differs between equal runs."""
    run, environment = data["run"], data["environment"]
    lines = [f"# lcnn-verify: {headline(data)}", "", f"{counts(data)}.", "", *_subject(data)]
    if fallen := causes(data):
        lines += ["## Not as wanted", "", *_causes(fallen), ""]
    for section in sections(data):
        lines += _table(section)
    lines += [
        "“Tightest” is how near the nearest check came to failing: 1 is an equality, above 1 a "
        "violation. “Violation rate ≤” is the 95 % Clopper–Pearson bound from independent draws "
        "of a stated law, the worst where there are several.",
        "",
        *_proofs(data),
        "## Verdicts",
        "",
    ]
    lines += [f"- **{verdict}**: {meaning}." for verdict, meaning in meanings()]
    revision = environment["git_revision"] or "no checkout"
    lines += [
        "",
        f"Profile {escape(run['profile'])}, seed {run['seed']}, "
        f"lcnn-verify {escape(environment['lcnn_verify'])} ({escape(revision)}), "
        f"report schema {data['schema_version']}. Repeat with {code(run_command(data))}.",
    ]
    return "\n".join(lines) + "\n"


def _causes(fallen: Sequence[Cause]) -> list[str]:
    """One list, but for causes that are more than lines of it: those stand between blank lines."""
    lines: list[str] = []
    spaced = False
    for cause in fallen:
        block = _cause(cause)
        if lines and (spaced or "" in block):
            lines.append("")
        lines += block
        spaced = "" in block
    return lines


def _cause(cause: Cause) -> list[str]:
    """The first claim in full; those that share its cause with their replay commands."""
    first, *others = cause.entries
    lines = [f"{escape(cause.headline)}", ""] if cause.headline else []
    lines += (full := _fallen(first))
    if others and "" in full:  # a snippet
        lines.append("")
    for entry in others:
        how = f", replay with {code(replay_command(entry))}" if entry["counterexample"] else ""
        lines.append(f"- and {escape(entry['id'])}{how}")
    return lines


def _fallen(entry: Mapping[str, Any]) -> list[str]:
    lines = [f"- {escape(sentence(entry))}"]
    if expected := entry.get("expected"):
        lines.append(f"  Expected to fail: {escape(expected)}.")
    if entry["counterexample"]:
        lines.append(f"  Replay with {code(replay_command(entry))}, {replay_from(entry)}.")
        if snippet := entry["counterexample"].get("snippet"):
            lines += ["", *(f"  {line}".rstrip() for line in _fenced(snippet))]
    return lines


def _fenced(snippet: str) -> list[str]:
    """Code as a block; the fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", snippet)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}python", *snippet.rstrip().splitlines(), fence]


def _subject(data: Mapping[str, Any]) -> list[str]:
    """What was under test, and which checks do not apply to it."""
    lines = [f"- {name}: {code(value)}" for name, value in subject(data)]
    missing = not_offered(data)
    lines += [f"- not offered: {code(check)}, {escape(reason)}" for check, reason in missing]
    return [*lines, ""] if lines else []


def _proofs(data: Mapping[str, Any]) -> list[str]:
    """What interval arithmetic proved on whole boxes, and at the counterexamples."""
    whole = [
        f"- {code(entry['id'])}: {escape(theorem)}."
        for entry in data["claims"]
        for theorem in theorems(entry)
    ]
    lines = ["## Proved for all instances of a box", "", *whole, ""] if whole else []
    proved = [
        f"- {code(entry['id'])}: {escape(proof(entry['counterexample']))}"
        for entry in data["claims"]
        if entry["counterexample"] and proof(entry["counterexample"])
    ]
    if proved:
        lines += ["## Counterexamples, by interval arithmetic", "", *proved, ""]
    return lines


def _table(section: Section) -> list[str]:
    lines = [f"## {escape(section.title)}", ""]
    lines += [
        "| claim | says | verdict | | examples | tightest | violation rate ≤ |",
        "| --- | --- | --- | --- | ---: | ---: | ---: |",
    ]
    for entry in section.entries:
        follows = ", ".join(map(code, entry["follows_from"]))
        says = escape(entry["title"]) + (f" (follows from {follows})" if follows else "")
        mark = wanted(entry) if entry["as_wanted"] else f"**{wanted(entry)}**"
        lines.append(
            f"| {code(entry['id'])} | {says} | {entry['verdict']} | {mark} "
            f"| {number(entry['examples'])} | {tightness(entry)} | {violation_rate(entry)} |"
        )
    return [*lines, ""]
