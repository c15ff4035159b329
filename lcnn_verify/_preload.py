"""Imported once by the fork server, so that its children start with the numerics in memory.

Not for anything else to import: it limits this process to one numerical thread. The run already
keeps every processor busy with units, and a fork must not inherit running threads.
"""

from __future__ import annotations

import importlib
import os
import signal
from contextlib import suppress

for _variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
):
    os.environ[_variable] = "1"
signal.signal(
    signal.SIGINT, signal.SIG_IGN
)  # Ctrl-C reaches the whole terminal; the run handles it

for _module in (
    "hypothesis.strategies",
    "scipy.integrate",
    "scipy.optimize",
    "lcnn_verify.campaign.worker",
    "lcnn_verify.strategies",
    "lcnn_verify.warmup",
):
    with suppress(Exception):  # what is broken breaks again in the unit, which can say so
        importlib.import_module(_module)

with suppress(Exception):
    importlib.import_module("lcnn_verify.warmup").warm_up()
