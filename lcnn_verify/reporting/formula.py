"""Formulas in plain text, set as MathML; what is copied from the page is the plain text.

A formula is a word, or a few words in brackets that close, that this grammar reads to its end::

    formula := (base script*)*
    base    := number | letter | "sin" and the like | sign | "√" term | "(" formula ")"
    script  := ("_" | "^") ("{" formula "}" | word) | a run of ⁰¹²… or of ₀₁₂…

and that has a letter and a sign, or is a single letter that is no word of the language. What
stands between backticks is code. Anything else stays as it is, with its scripts set as such.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

from markupsafe import Markup, escape

# One symbol, then _ or ^ and a word or a braced group. A letter must stand alone, for names like
# rounding_floor are not formulas; a norm bar, a closing bracket or an operator need not.
_SCRIPT = re.compile(
    r"((?<![A-Za-z_])\w|[^\x00-\x7f\w\s]|[)\]|*])([_^])(\{[^{}]*\}|\d+\.\d+|[A-Za-z0-9]+)"
)
_TAGS = {"_": "sub", "^": "sup"}
_LONE = re.compile(r"[b-zB-HJ-Zα-ωΔ]")  # letters that are no words
_CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
_TIGHT = "|‖/·!'′"  # signs without space around them
_TELLING = "≤≥≠≱≰≈∈∞∇∫Σ∂√⊗‖|·½=<>+−×→⟨/_^"
_SIGNS = frozenset(_TELLING + _TIGHT + "±⋯…~*,;-") - frozenset("_^√⟨")
_TOKEN = re.compile(r"\S+|\s+")
_CODE = re.compile("`([^`]+)`")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_FUNCTIONS = (
    "a?sinh?|a?cosh?|a?tanh?|atan2|log|ln|exp|min|max|inf|sup|lim|rank|dim|det|diag|span|sgn"
)
_NAME = re.compile(rf"(?:{_FUNCTIONS})(?![A-Za-z])|(?![A-Za-z]{{3}})[^\W\d_][\u0300-\u036f]*")
_APPLIED = re.compile(r"(?<![A-Za-z])[^\W\d_]\(")  # L(W), but no name(W) of a program
_PROSE = re.compile(rf"(?<![^\s([{{])(?!(?:{_FUNCTIONS})\b)[A-Za-z]{{2,}}(?![^\s)\]}},.;:])")
_CALL = re.compile(r"[\w.]*[A-Za-z_]{3}\(")
_UNIT = re.compile(r"[A-Za-z](?!\w)")  # as in 5 s
_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?")
_EDGES = re.compile(r"([(\[“\"'‘]*)(.*?)([)\].,;:!?”\"’]*)", re.DOTALL)
_LONGEST = 16  # words that one formula may be of
# What stands for the eye alone is not copied, and what is copied nobody is read.
_SHOWN = '<span class="f">{}<math>{}</math><span class="copy" aria-hidden="true">{}</span>{}</span>'


class _NoFormula(Exception):
    """What is read is none."""


@lru_cache(maxsize=4096)
def formula(text: str) -> Markup:
    """``text`` escaped, its formulas as MathML, and other scripts such as ``x_i`` set as such."""
    code = Markup("<code>{}</code>")
    parts = enumerate(_CODE.split(text))  # every other one stood between backticks
    return Markup("").join(code.format(part) if k % 2 else _prose(part) for k, part in parts)


def _prose(text: str) -> Markup:
    tokens: list[str] = _TOKEN.findall(text)
    made: list[Markup] = []
    while len(made) < len(tokens):
        begun = len(made)
        if begun > 1 and _NUMBER.fullmatch(tokens[begun - 2]) and _UNIT.match(tokens[begun]):
            made.append(escape(tokens[begun]))
        else:
            made += _first(tokens[begun : begun + 2 * _LONGEST])
    return Markup("").join(made)


def _first(tokens: list[str]) -> list[Markup]:
    """The first token, or as many as make a formula: nothing stands for all but one of these."""
    joined, depth = "", 0
    for count, token in enumerate(tokens):
        joined += token
        depth += sum(c in _CLOSING for c in token) - sum(c in _CLOSING.values() for c in token)
        if depth <= 0:
            whole = _set(joined) or (_scripts(joined) if _CALL.match(joined) else None)
            if whole is not None:
                return [whole, *[Markup()] * count]
            break
    return [_set(tokens[0]) or _scripts(tokens[0])]


def _set(text: str) -> Markup | None:
    """``text`` with the formula it is but for punctuation at its ends; None where it is none."""
    whole = text.rstrip('.,;:!?”"’')
    candidates = [("", whole, text[len(whole) :])]
    if match := _EDGES.fullmatch(text):
        left, inner, right = match.groups()
        while right and _closes(right[0], inner):
            inner, right = inner + right[0], right[1:]
        candidates.append((left, inner, right))
    for left, inner, right in candidates:
        if _tells(inner):
            with suppress(_NoFormula):
                made = Markup(_Reader(inner).whole())
                return Markup(_SHOWN).format(left, made, inner, right)
    return None


def _tells(text: str) -> bool:
    """Whether ``text`` looks like a formula: a lone letter, or a sign or an L(W) and a letter."""
    signs = any(c in _TELLING or _raised(c) for c in text) or _APPLIED.search(text)
    letters = any(c.isalpha() or c == "√" for c in text) and not _PROSE.search(text)
    return bool(_LONE.fullmatch(text) or (signs and letters))


def _closes(bracket: str, text: str) -> bool:
    """Whether ``bracket`` closes the last bracket that is open in ``text``."""
    stack: list[str] = []
    for character in text:
        if character in _CLOSING:
            stack.append(_CLOSING[character])
        elif stack and character == stack[-1]:
            stack.pop()
    return stack[-1:] == [bracket]


def _raised(character: str) -> str:
    """``^`` or ``_`` for a character that is raised or lowered by itself, else empty."""
    kind = unicodedata.decomposition(character).partition(" ")[0]
    return {"<super>": "^", "<sub>": "_"}.get(kind, "")


class _Reader:
    """Reads a formula from left to right. Raises ``_NoFormula`` at what it does not know."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def whole(self) -> str:
        """All of the text as MathML."""
        parts = []
        while self.at < len(self.text):
            parts.append(self._term())
        return "".join(parts)

    def _take(self, pattern: re.Pattern[str]) -> str:
        """What ``pattern`` matches here, if it does."""
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
            return match[0]
        return ""

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _until(self, bracket: str) -> str:
        """What stands before the bracket, which is passed over."""
        parts = []
        while self._next() != bracket:
            parts.append(self._term())
        self.at += 1
        return f"<mrow>{''.join(parts)}</mrow>"

    def _term(self) -> str:
        """A base with its scripts."""
        base, found = self._base(), dict[str, str]()
        while kind := self._next() if self._next() in ("_", "^") else _raised(self._next() or " "):
            if kind in found:
                raise _NoFormula
            found[kind] = self._script(kind)
        if not found:
            return base
        tag = {"_": "msub", "^": "msup"}["".join(found)] if len(found) == 1 else "msubsup"
        return f"<{tag}>{base}{found.get('_', '')}{found.get('^', '')}</{tag}>"

    def _script(self, kind: str) -> str:
        if self._next() != kind:
            run = ""
            while _raised(self._next() or " ") == kind:
                run, self.at = run + self._next(), self.at + 1
            return f"<mrow>{_Reader(unicodedata.normalize('NFKC', run)).whole()}</mrow>"
        self.at += 1
        if self._next() == "{":
            self.at += 1
            return self._until("}")
        if word := self._take(_WORD):
            return _leaf("mn" if word[0].isdigit() else "mi", word)
        raise _NoFormula

    def _base(self) -> str:
        if number := self._take(_NUMBER):
            return _leaf("mn", number)
        if name := self._take(_NAME):
            return _leaf("mi", name)
        sign = self._next()
        self.at += 1
        if sign == " ":
            apart = self.text[self.at - 2 : self.at - 1].isalnum() and self._next().isalnum()
            return '<mspace width="0.2em"/>' if apart else ""
        if sign == "√":
            bare = self._next() == "("
            self.at += bare
            return f"<msqrt>{self._until(')') if bare else self._term()}</msqrt>"
        if closing := _CLOSING.get(sign):
            return f"<mrow>{_leaf('mo', sign)}{self._until(closing)}{_leaf('mo', closing)}</mrow>"
        if sign and sign in _SIGNS:
            return _leaf("mo", sign)
        raise _NoFormula


def _leaf(tag: str, text: str) -> str:
    """One symbol, its space no wider than in plain text."""
    space = ' stretchy="false" lspace="0.06em" rspace="0.06em"' if text in _TIGHT else ""
    return f"<{tag}{space}>{escape(text)}</{tag}>"


def _scripts(text: str) -> Markup:
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
