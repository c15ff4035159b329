"""The progress of a run as one line below a notebook's cell. Needs nothing but the notebook."""

from __future__ import annotations

import sys
import time

from lcnn_verify.campaign.run import Progress, ProgressCallback


def progress() -> ProgressCallback | None:
    """A callback that keeps one line of the cell's output current; None outside of a notebook."""
    # Where IPython was not imported, this is no notebook; in a terminal its shell has no kernel.
    module = sys.modules.get("IPython")
    if module is None or not hasattr(module.get_ipython(), "kernel"):
        return None
    started, line = time.monotonic(), None

    def show(progress: Progress) -> None:
        nonlocal line
        done, total, seconds = progress.done, progress.total, time.monotonic() - started
        parts = [f"{done} of {total} units", f"{seconds:.0f} s"]
        if 0 < done < total:
            parts.append(f"about {seconds / done * (total - done):.0f} s left")
        if progress.failed:
            parts.append(f"{progress.failed} failed")
        if progress.running:
            parts.append(f"running {progress.under_way}")
        words = ", ".join(parts)
        shown = {"text/plain": words}
        if line is None:
            line = module.display.display(shown, raw=True, display_id=True)
        else:
            line.update(shown, raw=True)

    return show
