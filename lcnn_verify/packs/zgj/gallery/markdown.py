"""``gallery.md``, and the README's table in brief: who kills whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcnn_verify.packs.zgj.gallery import phrases
from lcnn_verify.reporting.markdown import code, escape


def render(data: Mapping[str, Any]) -> str:
    """The kill matrix ``data`` as Markdown. Nothing in it differs between equal runs."""
    lines = [f"# lcnn-verify gallery: {phrases.headline(data)}", "", f"{phrases.counts(data)}.", ""]
    if complaints := list(phrases.complaints(data)):
        lines += ["## Not as wanted", "", *(f"- {escape(text)}" for text in complaints), ""]
    for title, items in phrases.groups(data):
        reference = items[0]["reference"]
        lines += [f"## {escape(title)}", "", *_heading(reference)]
        lines += [_row(item, len(data["seeds"])) for item in items]
        lines.append("")
    lines += ["## Checks", "", "| check | says | kills |", "| --- | --- | ---: |"]
    for check in data["checks"]:
        lines.append(f"| {code(check['id'])} | {escape(check['title'])} | {check['kills']} |")
    return "\n".join(lines) + "\n"


def table(data: Mapping[str, Any]) -> str:
    """The mutants alone, as one table, with the first three that kill each."""
    mutants = [item for item in data["implementations"] if not item["reference"]]
    return "\n".join([*_heading(False), *(_row(item, len(data["seeds"]), 3) for item in mutants)])


def _heading(reference: bool) -> list[str]:
    if reference:
        return ["| reference | what it is | outcome |", "| --- | --- | --- |"]
    return ["| mutant | what is wrong | killed by |", "| --- | --- | --- |"]


def _row(item: Mapping[str, Any], seeds: int, most: int | None = None) -> str:
    outcome = phrases.standing(item, seeds, most)
    return f"| {code(item['name'])} | {escape(item['says'])} | {outcome} |"
