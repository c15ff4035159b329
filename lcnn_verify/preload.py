"""Imported once by the fork server, so that its children start with the numerics in memory.

Of packs, only those of the run, which ``processes.PACKS`` names: what a run of one pack costs does
not grow with the number of packs.

Not for anything else to import: it limits this process to one numerical thread. The run already
keeps every processor busy with units, and a fork must not inherit running threads.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import shutil
import signal
import sys
import threading
import time
import warnings
from contextlib import suppress
from pathlib import Path

from lcnn_verify.processes import FOLDER, ONE_THREAD, PACKS, adopt_orphans, owner_of, take_back

_FOLDER, _READY = os.environ.get(FOLDER, ""), threading.Event()
_RUN = owner_of(_FOLDER)  # the parent, unless the run was killed before this line


def _end_if_orphaned() -> None:
    """End where the run is killed while this imports, and does not listen; leave no folder."""
    while not _READY.wait(0.2):
        if os.getppid() != _RUN:
            shutil.rmtree(_FOLDER, ignore_errors=True)
            os._exit(1)


def _clear_up() -> None:
    """Remove the folder of a run that was killed; one that lives, or ends well, does so itself."""
    for _ in range(20):  # its files close a moment before it is gone
        if os.getppid() != _RUN:
            shutil.rmtree(_FOLDER, ignore_errors=True)
            return
        time.sleep(0.05)


_WATCH = threading.Thread(target=_end_if_orphaned)
if _FOLDER:
    _WATCH.start()
    atexit.register(_clear_up)
_PACKS = [key for key in os.environ.get(PACKS, "").split(",") if key]
take_back()
os.environ.update(ONE_THREAD)
# Hypothesis notes constants it saw in sources; not in whatever folder the run was started from.
with suppress(RuntimeError):  # of a user without a home
    _CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "lcnn-verify"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_CACHE / "hypothesis"))
os.dup2(2, 1)  # what packs print on import is no part of what the run prints
# Ctrl-C reaches every process of a terminal; the run decides what becomes of its units.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# Where no process is to be had it ends; the unit that was to start says so, in one line.
sys.excepthook = lambda kind, error, traceback: None
# What a unit leaves behind is found here when the unit has ended; the server need not wonder.
adopt_orphans()
warnings.filterwarnings("ignore", message="forkserver: waitpid returned unexpected pid")

# What is broken breaks again in the unit, which can say so.
for _module in ("hypothesis.strategies", "lcnn_verify.campaign.worker"):
    with suppress(Exception, SystemExit):
        importlib.import_module(_module)

with suppress(Exception, SystemExit):
    importlib.import_module("lcnn_verify.evidence.hooks").warm_up(_PACKS)

gc.freeze()  # what is loaded stays: units need not search it for garbage, nor copy its pages

_READY.set()
if _FOLDER:
    _WATCH.join()  # a fork must not inherit running threads
