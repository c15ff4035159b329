"""Plain-text formulas with their subscripts and superscripts set as such in HTML."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# One symbol, then _ or ^ and a word or a braced group; names like rounding_floor are not formulas.
_SCRIPT = re.compile(r"(?<![A-Za-z0-9_])(\w|[^\w\s])([_^])(\{[^{}]*\}|[A-Za-z0-9]+)")
_TAGS = {"_": "sub", "^": "sup"}


def formula(text: str) -> Markup:
    """``text`` escaped, with ``x_i``, ``Σ_{i→j}`` and ``e^{−μt}`` as sub- and superscripts."""
    escaped = str(escape(text))
    # Inside out: a braced group may hold a subscript of its own, as in ∇_{w_i}.
    for _ in range(2):
        escaped = _SCRIPT.sub(_tagged, escaped)
    return Markup(escaped)


def _tagged(match: re.Match[str]) -> str:
    symbol, kind, script = match.groups()
    tag = _TAGS[kind]
    return f"{symbol}<{tag}>{script.strip('{}')}</{tag}>"
