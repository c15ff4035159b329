"""Ctrl-C stops an endless run, however large its network."""

import os
import subprocess
import sys

ENDLESS = """
import signal
import numpy as np
from lcnn_verify.packs.zgj.dynamics import gradient_descent

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
for d, m in ((2, 3), (2, 2000), (3, 150)):  # a route each
    V, W = np.eye(2, d), np.cos(np.arange(m * d) ** 1.5).reshape(m, d)
    gradient_descent(W, V, step=1e-9, max_steps=1)  # compiled before the clock starts
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        gradient_descent(W, V, step=1e-9, max_steps=10**15, record_every="log")
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_an_endless_run_can_be_interrupted():
    # In a process of its own and unmeasured: an interrupt inside coverage's tracer would leave its
    # lock held for ever.
    environment = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    command = [sys.executable, "-c", ENDLESS]
    seen = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert seen.stdout == 3 * "interrupted\n", seen.stderr
