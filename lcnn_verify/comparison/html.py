"""``diff.html``: a comparison as one page that loads nothing and needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lcnn_verify.comparison import phrases
from lcnn_verify.reporting.html import templates

_TEMPLATES = Path(__file__).with_name("templates")


def render(data: Mapping[str, Any]) -> str:
    """The comparison ``data`` as a self-contained HTML page; every string in it is escaped."""
    environment = templates(_TEMPLATES)
    environment.filters.update(
        side=phrases.side,
        standing=phrases.standing,
        deviation=phrases.deviation,
        value=phrases.value,
    )
    return environment.get_template("diff.html").render(
        data=data,
        version=data["lcnn_verify"],
        skip="changes",
        headline=phrases.headline(data),
        counts=phrases.counts(data),
        rules=phrases.rules(data),
        took=phrases.took(data),
        groups=tuple(phrases.groups(data)),
    )
