"""The command line, ``lcnn-verify``. Nothing here imports numerics until a command needs them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code, as ``SystemExit``."""
    try:
        from lcnn_verify.cli import app
    except KeyboardInterrupt:  # pressed before anything began
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        exec("")  # as errors.deafen, which may not be there yet
        print("interrupted", file=sys.stderr)
        raise SystemExit(3) from None
    app.main(arguments)
