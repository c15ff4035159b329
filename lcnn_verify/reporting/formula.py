"""Plain-text formulas with their subscripts and superscripts set as such in HTML."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# One symbol, then _ or ^ and a word or a braced group. A letter must stand alone, for names like
# rounding_floor are not formulas; a norm bar, a closing bracket or an operator need not.
_SCRIPT = re.compile(r"((?<![A-Za-z_])\w|[^\x00-\x7f\w\s]|[)\]|*])([_^])(\{[^{}]*\}|[A-Za-z0-9]+)")
_TAGS = {"_": "sub", "^": "sup"}


def formula(text: str) -> Markup:
    """``text`` escaped, with ``x_i``, ``‖V‖_F`` and ``e^{−μt}`` as sub- and superscripts."""
    escaped = str(escape(text))
    # Inside out: a braced group may hold a subscript of its own, as in ∇_{w_i}.
    for _ in range(2):
        escaped = _SCRIPT.sub(_tagged, escaped)
    return Markup(escaped)


def _tagged(match: re.Match[str]) -> str:
    symbol, kind, script = match.groups()
    tag = _TAGS[kind]
    return f"{symbol}<{tag}>{script.strip('{}')}</{tag}>"
