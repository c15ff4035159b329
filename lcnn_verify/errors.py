"""Bad input said in one line. Nothing here imports numerics: ``--help`` needs it too."""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_LONGEST = 300
_FLAW = 160
"""Characters of what is wrong with a file: two lines of a terminal."""
LONGEST_LINE = 4000
"""Characters of a line of text from outside that are shown."""
_LINE = re.compile(rf"([^\n]{{{LONGEST_LINE}}})([^\n]+)")
# Controls and the escapes they begin; marks that change the direction of text, so that it reads as
# something else; halves of characters. XML 1.0 has no place for most of them, not even escaped.
_ACTING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)


def clean(text: str, *, whole: bool = False) -> str:
    """Text from outside as every screen, page and file can show it: the one door for such text.

    What would act on a terminal or turn text around becomes U+FFFD. A line is cut after 4000
    characters, with what is left out counted, unless the text is wanted ``whole``.
    """
    text = _ACTING.sub("\ufffd", text)
    return text if whole else _LINE.sub(lambda cut: f"{cut[1]}… ({len(cut[2]):,} more)", text)


class InputError(ValueError):
    """Bad input, said in one line: which argument, what it got, what it wants."""

    def __init__(self, argument: str, got: str, wanted: str) -> None:
        super().__init__(f"{argument}: got {got}, wanted {wanted}")
        self.argument, self.got, self.wanted = argument, got, wanted

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        return type(self), (self.argument, self.got, self.wanted)


class KeyTwice(ValueError):
    """A key is given twice in one object: which of two values is meant nobody knows."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """``object_pairs_hook`` of :func:`json.loads` for a file from outside.

    Raises :class:`KeyTwice` unless all keys are different.
    """
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise KeyTwice(f"the key {key!r} twice in one object")
        found[key] = value
    return found


def finite(text: str) -> float:
    """``parse_float`` and ``parse_constant`` of :func:`json.loads` for a file from outside.

    Raises ``ValueError`` for what is no number, or none of float64.
    """
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{shortened(text, 40)} is not a finite number")
    return value


def unread(error: Exception) -> str:
    """Why a parser gave up, for whoever wrote the text."""
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


@contextmanager
def reading(source: str, wanted: str, form: str = "JSON") -> Iterator[None]:
    """Have whatever keeps the file ``source`` from being read or parsed said as ``InputError``."""
    try:
        yield
    except (InputError, KeyTwice) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(source, str(error), wanted) from None
    except OSError as error:
        got = f"a file that cannot be read ({error.strerror})"
        raise InputError(source, got, wanted) from None
    except UnicodeDecodeError:
        raise InputError(source, "a file that is not UTF-8 text", wanted) from None
    except (ValueError, RecursionError) as error:
        got = f"text that is not {form} ({shortened(unread(error))})"
        raise InputError(source, got, wanted) from None


def flaw_in(data: Any, validator: Any) -> str:
    """What in ``data`` breaks a JSON schema worst, and where, in few words; else empty."""
    from jsonschema.exceptions import best_match

    error = best_match(validator.iter_errors(data))
    return f"{shortened(error.message)} at {error.json_path}" if error else ""


def shortened(text: str, most: int = _FLAW) -> str:
    """``text`` in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


@contextmanager
def heard() -> Iterator[None]:
    """Ctrl-C while compiled code is entered or left stays Ctrl-C: Numba makes it a SystemError."""
    try:
        yield
    except SystemError as error:
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def said(error: BaseException) -> str:
    """What an error is and says, in one line of bounded length."""
    name = type(error).__name__
    try:
        says = clean(" ".join(str(error).split()))
    except Exception:  # somebody else's class, whose text cannot be had
        says = ""
    return shortened(f"{name}: {says}" if says else name, _LONGEST)


def place(error: BaseException, files: Sequence[Path]) -> str:
    """``"file.py:7"``, the innermost line of ``error`` in ``files`` or below them; maybe empty."""
    wanted = [file.resolve() for file in files]
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        path = Path(frame.f_code.co_filename).resolve()
        if any(file in (path, *path.parents) for file in wanted):
            return f"{path.parent.name}/{path.name}:{line}"
    return ""


def did_you_mean(name: str, known: Sequence[str], close_to: float = 0.65) -> str:
    """``", did you mean 'x'?"`` when some known name is close, else an empty string.

    A name is close from the ratio ``close_to`` of difflib on, or, where one holds the other, from
    0.5 on; two that are equal have 1. Dashes before them, and dotted words that both begin with, do
    not count.
    """
    close = [other for other in known if _is_close(name, other, close_to)]
    near = get_close_matches(name, close, n=1, cutoff=0.0)
    return f", did you mean {near[0]!r}?" if near else ""


def _is_close(name: str, other: str, close_to: float) -> bool:
    own, its = name.lstrip("-"), other.lstrip("-")
    while own.partition(".")[:2] == its.partition(".")[:2] != (own, ""):
        own, its = own.partition(".")[2], its.partition(".")[2]
    holds = own in its or its in own
    return bool(get_close_matches(its, [own], cutoff=min(close_to, 0.5) if holds else close_to))
