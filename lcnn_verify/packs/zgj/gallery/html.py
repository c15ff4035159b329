"""``gallery.html``: the kill matrix as one page that loads nothing and needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lcnn_verify.packs.zgj.gallery import phrases
from lcnn_verify.reporting.html import templates

_TEMPLATES = Path(__file__).with_name("templates")


def render(data: Mapping[str, Any]) -> str:
    """The kill matrix ``data`` as a self-contained HTML page; every string in it is escaped."""
    environment = templates(_TEMPLATES)
    environment.filters.update(short=phrases.short)
    return environment.get_template("gallery.html").render(
        data=data,
        version=data["lcnn_verify"],
        skip="matrix",
        headline=phrases.headline(data),
        counts=phrases.counts(data),
        took=phrases.took(data),
        complaints=tuple(phrases.complaints(data)),
        groups=tuple(phrases.groups(data)),
        marks={item["name"]: _marks(item) for item in data["implementations"]},
        command=" ".join(["lcnn-verify gallery", *_options(data)]),
    )


def _options(data: Mapping[str, Any]) -> list[str]:
    seeds = data["seeds"]
    options = [] if data["complete"] else [item["name"] for item in data["implementations"]]
    options += ["--seed", str(seeds[0])] if seeds[0] else []
    return options + (["--seeds", str(len(seeds))] if len(seeds) > 1 else [])


def _marks(item: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """By check: the mark in its cell and what it stands for."""
    marks = dict.fromkeys(item["not_offered"], ("·", "not offered"))
    marks |= {kill["check"]: ("?", f"undecided: {kill['says']}") for kill in item["undecided"]}
    return marks | {kill["check"]: ("●", kill["says"]) for kill in item["killed_by"]}
