"""Text in the letters a terminal has: ``≤`` as ``<=``, a subscript as a digit, Greek by its name.

Importing this makes :data:`ERRORS` known to ``str.encode``.
"""

from __future__ import annotations

import codecs
import functools
import re
import unicodedata

ERRORS = "lcnn_verify.letters"
"""The ``errors`` of a stream whose encoding lacks letters: they are written in ASCII."""

_TABLE = """
≤ <=  ≥ >=  ≠ !=  ≈ ~  ≪ <<  ≫ >>  ± +-  ∓ -+  − -  – -  — -  · *  × x  ⊗ x  ÷ /  √ sqrt
→ ->  ← <-  ↔ <->  ⇒ =>  ⇔ <=>  ↦ ->  ∞ inf  ‖ ||  ∣ |  ∂ d  ∑ sum  ∏ prod  ∫ int  ⟨ <  ⟩ >
⌊ floor(  ⌋ )  ⌈ ceil(  ⌉ )  “ "  ” "  „ "  ‘ '  ’ '  … ...  • *  ∗ *  ′ '  ″ ''
ϵ eps  ℓ l  † +  ⁄ /  ø o  ß ss  æ ae  ł l
"""
"""Letters, each with what it becomes; what becomes a word that stands apart is below."""
_WORDS = {
    **dict(pair.split(" ") for row in _TABLE.split("\n") for pair in row.split("  ") if pair),
    **dict.fromkeys("∈⊂⊆", " in "),
    "∉": " not in ",
    "∪": " or ",
    "∩": " and ",
    "∀": "all ",
    "∃": "some ",
    "∇": "grad ",
    "∠": "angle ",
    "⊥": " orthogonal to ",
    "§": "section ",
    "°": " deg",
    "\u00a0": " ",
    "∘": " o ",
    "∝": " ~ ",
}
_SHORT = {"epsilon": "eps"}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)|GREEK (\w+) SYMBOL")
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁱⁿ]+")


def transliterated(text: str, before: str = "", after: str = "") -> str:
    """``text`` in ASCII: by a table, by names of letters, by what they are made of.

    Words that a letter becomes stand apart from others, also from what is ``before`` and ``after``.
    """
    text = _RAISED.sub(lambda run: f"^{unicodedata.normalize('NFKC', run[0])}", text)
    pieces = [character if character.isascii() else _ascii(character) for character in text]
    told = before
    for piece, following in zip(pieces, [*pieces, after][1:], strict=True):
        is_word = len(piece) > 1 and piece.isalpha()
        told += " " * (is_word and told[-1:].isalpha()) + piece
        told += " " * (is_word and following[:1].isalpha() and len(following) == 1)
    return told.removeprefix(before)


def fitted(text: str, encoding: str) -> str:
    """``text`` in the letters that ``encoding`` has."""
    return text.encode(encoding, ERRORS).decode(encoding)


@functools.cache
def _ascii(character: str) -> str:
    if (word := _WORDS.get(character)) is not None:
        return word
    if "\udc80" <= character <= "\udcff":  # a byte of a file name that is no text
        return f"\\x{ord(character) - 0xDC00:02x}"
    name = unicodedata.name(character, "")
    if found := _GREEK.fullmatch(name.partition(" WITH ")[0]):
        letter = (found[2] or found[3]).lower()
        letter = _SHORT.get(letter, letter)
        return letter.capitalize() if found[1] == "CAPITAL" else letter
    if name.startswith("BOX DRAWINGS"):
        kinds = {"HORIZONTAL": "-", "VERTICAL": "|"}
        return "+" if " AND " in name else kinds.get(name.rpartition(" ")[2], "+")
    parts = unicodedata.normalize("NFKD", character).replace("\N{FRACTION SLASH}", "/")
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    if plain != character:
        return transliterated(plain)
    if name and unicodedata.category(character)[0] in "SP":  # a symbol, or a mark
        return f"<{name.lower()}>"
    return f"<U+{ord(character):04X}>"


def _handled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, start, end = error.object, error.start, error.end
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return transliterated(text[start:end], before, after), end


codecs.register_error(ERRORS, _handled)
