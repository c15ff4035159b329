"""Bad input said in one line. Nothing here imports numerics: ``--help`` needs it too."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

_LONGEST = 300


class InputError(ValueError):
    """Bad input, said in one line: which argument, what it got, what it wants."""

    def __init__(self, argument: str, got: str, wanted: str) -> None:
        super().__init__(f"{argument}: got {got}, wanted {wanted}")
        self.argument, self.got, self.wanted = argument, got, wanted

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        return type(self), (self.argument, self.got, self.wanted)


def said(error: BaseException) -> str:
    """What an error is and says, in one line of bounded length."""
    name = type(error).__name__
    try:
        says = " ".join(str(error).split())
    except Exception:  # somebody else's class, whose text cannot be had
        says = ""
    text = f"{name}: {says}" if says else name
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def place(error: BaseException, files: Sequence[Path]) -> str:
    """``"file.py:7"``, the innermost line of ``error`` in ``files`` or below them; maybe empty."""
    wanted = [file.resolve() for file in files]
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        path = Path(frame.f_code.co_filename).resolve()
        if any(file in (path, *path.parents) for file in wanted):
            return f"{path.parent.name}/{path.name}:{line}"
    return ""


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """``", did you mean 'x'?"`` when some known name is close, else an empty string."""
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""
