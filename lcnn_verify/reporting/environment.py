"""Where a report was made: interpreter, machine, package versions, revision, float format."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lcnn_verify
from lcnn_verify import packs
from lcnn_verify.evidence.hooks import without_hooks
from lcnn_verify.reporting.schema import Environment

_DISTRIBUTION = "lcnn-verify"
_FRAMEWORKS = ("jax", "torch")
"""Not needed, but an implementation under test may be made of them."""
MISSING = "unknown"
"""The version of what is needed, and not installed."""
_REPOSITORY = ("repository", "source", "source code", "code")
"""What metadata call the address of a repository."""


def installed_version(distribution: str) -> str | None:
    """The version of an installed distribution; None if it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def repository(distribution: str) -> str:
    """The address of a distribution's repository, if its metadata tell it; else empty."""
    try:
        told = metadata.metadata(distribution).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    for label, _, address in (entry.partition(",") for entry in told):
        if label.strip().lower() in _REPOSITORY:
            return str(address).strip().rstrip("/").removesuffix(".git")
    return ""


def owner_of(file: Path, module: str) -> str | None:
    """``name version`` of the installed distribution that ``file``, of ``module``, comes from.

    None where none does: a distribution of that name may be installed from somewhere else.
    """
    top = module.partition(".")[0]
    for name in metadata.packages_distributions().get(top, ()):
        found = metadata.distribution(name)
        origin = json.loads(found.read_text("direct_url.json") or "{}").get("url", "")
        folder = unquote(urlsplit(origin).path)
        editable = origin.startswith("file://") and file.is_relative_to(folder)
        if editable or any(Path(str(found.locate_file(it))) == file for it in found.files or ()):
            return f"{found.name} {found.version}"
    return None


def packages(keys: Iterable[str]) -> dict[str, str]:
    """Versions of the distributions of the packs called ``keys``, and of what they and we need."""
    distributions = dict.fromkeys(
        (_DISTRIBUTION, *(packs.pack_of(key).distribution for key in keys))
    )
    own = {name: installed_version(name) or MISSING for name in distributions}
    needs = sorted({name for distribution in own for name in _dependencies(distribution)})
    needed = {name: installed_version(name) or MISSING for name in needs}
    needed |= own
    del needed[_DISTRIBUTION]  # a field of its own, and other packs need it
    return needed


def software(keys: Iterable[str]) -> dict[str, str]:
    """The :func:`packages`, and the frameworks that are installed."""
    frameworks = {name: version for name in _FRAMEWORKS if (version := installed_version(name))}
    return packages(keys) | frameworks


def _dependencies(distribution: str) -> list[str]:
    """Names of what ``distribution`` requires here, without extras; none if it is not installed."""
    from packaging.requirements import Requirement  # for reports alone

    try:
        required = map(Requirement, metadata.requires(distribution) or [])
    except metadata.PackageNotFoundError:
        return []
    here = (it for it in required if it.marker is None or it.marker.evaluate({"extra": ""}))
    return sorted(it.name.lower() for it in here)


def _git(folder: Path, *arguments: str) -> str | None:
    """Standard output of a read-only git command, or None where git or the checkout is missing."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def git_revision(file: Path) -> str | None:
    """The commit that ``file`` is checked out at, with ``-dirty`` if tracked files were changed.

    None unless git tracks it: an installed copy inside somebody's repository is no checkout.
    """
    folder = file.parent
    if _git(folder, "ls-files", "--error-unmatch", file.name) is None:
        return None
    revision = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    if revision is None or changed is None:
        return None
    return f"{revision}-dirty" if changed else revision


def environment(pack_keys: Iterable[str] = ()) -> Environment:
    """What a report says of the place it was made in; the same for equal places.

    Of packages it names ours, those of the packs called ``pack_keys``, and what they need; of
    hooks that cannot be used, those of the same packs.
    """
    keys = tuple(pack_keys)
    left_out = (*packs.broken(), *without_hooks(keys))
    info = sys.float_info
    return {
        "lcnn_verify": lcnn_verify.__version__,
        "git_revision": git_revision(Path(lcnn_verify.__file__)),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "packages": software(keys),
        "left_out": [{"name": entry.name, "reason": entry.reason} for entry in left_out],
        "float": {
            "mantissa_bits": info.mant_dig,
            "epsilon": info.epsilon,
            "largest": info.max,
            "smallest_normal": info.min,
            "smallest_subnormal": math.ulp(0.0),
        },
    }
