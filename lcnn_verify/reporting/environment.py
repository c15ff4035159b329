"""Where a report was made: interpreter, machine, package versions, revision, float format."""

from __future__ import annotations

import math
import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import lcnn_verify

_DISTRIBUTION = "lcnn-verify"
_FRAMEWORKS = ("jax", "torch")
"""Not needed, but an implementation under test may be made of them."""


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> dict[str, str]:
    """Versions of our dependencies, and of the frameworks that are installed."""
    needed = {name: _version(name) or "unknown" for name in _dependencies(_DISTRIBUTION)}
    optional = {name: version for name in _FRAMEWORKS if (version := _version(name))}
    return needed | optional


def _dependencies(distribution: str) -> list[str]:
    """Names of what ``distribution`` requires, its extras left out; none if it is not installed."""
    try:
        required = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return []
    names = (re.match(r"[\w.-]+", line) for line in required if "extra ==" not in line)
    return sorted(name.group().lower() for name in names if name)


def _git(folder: Path, *arguments: str) -> str | None:
    """Standard output of a read-only git command, or None where git or the checkout is missing."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def git_revision(folder: Path) -> str | None:
    """The commit ``folder`` is checked out at, with ``-dirty`` if tracked files were changed.

    None unless git tracks ``folder/__init__.py``: an installed copy inside somebody's repository
    is not a checkout of ours.
    """
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    revision = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    if revision is None or changed is None:
        return None
    return f"{revision}-dirty" if changed else revision


def environment() -> dict[str, Any]:
    """What a report says of the place it was made in; the same for equal places."""
    info = sys.float_info
    return {
        "lcnn_verify": lcnn_verify.__version__,
        "git_revision": git_revision(Path(lcnn_verify.__file__).parent),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "packages": _packages(),
        "float": {
            "mantissa_bits": info.mant_dig,
            "epsilon": info.epsilon,
            "largest": info.max,
            "smallest_normal": info.min,
            "smallest_subnormal": math.ulp(0.0),
        },
    }
