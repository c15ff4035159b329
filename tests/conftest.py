"""Every test finds two packs of other distributions: ``toy``, and ``lab``, which is made up."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import distributions
import pytest
from campaign_kit import LAB
from hypothesis import HealthCheck, settings

_SESSION = ExitStack()
_WISHES = (
    *("CI", "GITHUB_ACTIONS", "COLUMNS", "LINES", "TERMINAL_WIDTH", "FORCE_COLOR", "NO_COLOR"),
    *("PY_COLORS", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "PYTEST_ADDOPTS", "PYTHONWARNINGS"),
    *("PYTHONIOENCODING", "LCNN_DEBUG"),
)
"""What a caller's environment may ask of all programs: here it would change what is compared."""

# Equal runs, also on a machine that is busy.
settings.register_profile(
    "tests",
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Offer the packs before anything is collected, since their properties are, too."""
    folder = Path(_SESSION.enter_context(tempfile.TemporaryDirectory(prefix="lcnn-verify-")))
    distributions.metadata_of(distributions.TOY, folder)
    distributions.write_pack(folder, "lab", LAB)
    _SESSION.enter_context(distributions.installed(folder, distributions.TOY))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Print and colour alike on every terminal; pytest itself has seen what it is by now."""
    for name in list(os.environ):
        if name in _WISHES or name.startswith("GIT_"):  # as in a hook, of another repository
            del os.environ[name]
    os.environ["TERM"] = "xterm"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    _SESSION.close()


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    """The command line takes signals over, which is right for a process of its own."""
    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in ends}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
