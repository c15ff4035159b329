"""What commands write: JSON as the same bytes everywhere, text in the letters there are."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from typing import Any

from lcnn_verify.errors import clean
from lcnn_verify.reporting.letters import ERRORS


def prepare() -> None:
    """Open the standard streams a caller closed, and have them write any letter somehow."""
    _open_closed_streams()
    # Where it keeps its cache is no concern of who asked for a report.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def tell(text: str) -> None:
    """Write text to stdout, cleaned of whatever names and messages from outside may hold."""
    print(clean(text), flush=True)


def print_json(value: Any) -> None:
    """Write ``value`` as JSON to stdout; a string is JSON already. UTF-8, whatever the locale."""
    text = value
    if not isinstance(value, str):
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    sys.stdout.flush()
    if (buffer := getattr(sys.stdout, "buffer", None)) is None:  # somebody's stand-in
        sys.stdout.write(text)
        return
    buffer.write(text.encode("utf-8", "backslashreplace"))  # as JSON writes half a character
    buffer.flush()


def _open_closed_streams() -> None:
    """Give back the standard streams a caller closed (``>&-``), leading nowhere.

    Else files opened later would take their numbers, and be written to as output.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", closefd=False))
