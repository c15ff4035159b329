"""Self-check of an installation: whether it can run a campaign, and its numbers be trusted."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import lcnn_verify
from lcnn_verify import ledger, packs
from lcnn_verify.campaign.properties import directory_of, find_directory, load
from lcnn_verify.evidence.hooks import Hooks, SelfCheck, every_pack
from lcnn_verify.ledger import Claim
from lcnn_verify.warmup import compile_counts, warm_up

_PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "mpmath",
    "python-flint",
    "hypothesis",
    "pytest",
    "matplotlib",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's name, whether it passed, and what it found."""

    check: str
    passed: bool
    detail: str


def findings(properties: Path | str | None = None) -> Iterator[Finding]:
    """Run the checks one by one; a check that raises has failed, with what it raised as detail."""
    checks: dict[str, SelfCheck] = {
        "versions": versions,
        "packs": pack_list,
        "properties": lambda: find_properties(properties),
        "compiled code": compiled_code,
    }
    for pack, hooks in every_pack():
        checks |= _checks_of(pack.key, hooks)
    for name, check in checks.items():
        try:
            passed, detail = check()
        except Exception as error:
            passed, detail = False, f"{type(error).__name__}: {error}".splitlines()[0]
        yield Finding(name, passed, detail)


def _checks_of(key: str, hooks: Hooks | Exception) -> dict[str, SelfCheck]:
    """The checks a pack brings, or one that says why its numerics cannot be imported."""
    if not isinstance(hooks, Exception):
        return {f"{name} ({key})": check for name, check in hooks.self_checks.items()}

    def cannot() -> tuple[bool, str]:
        raise hooks

    return {f"numerics ({key})": cannot}


def pack_list() -> tuple[bool, str]:
    """Check that every pack on offer can be used."""
    usable = ", ".join(f"{pack.key} ({pack.distribution})" for pack in packs.find())
    left_out = "; ".join(f"{entry.name}: {entry.reason}" for entry in packs.broken())
    return not left_out, usable + (f"; left out: {left_out}" if left_out else "")


def versions() -> tuple[bool, str]:
    """Report the versions in use."""
    packages = [f"{name} {metadata.version(name)}" for name in _PACKAGES]
    own = f"lcnn-verify {lcnn_verify.__version__}, Python {platform.python_version()}"
    return True, ", ".join([own, *packages])


def find_properties(properties: Path | str | None = None) -> tuple[bool, str]:
    """Check that every claim of the ledger has a property file that loads and states the claim."""
    chosen = find_directory(properties)
    entries = (*ledger.claims(), *ledger.checks())
    folders = {claim.id: directory_of(claim, chosen) for claim in entries}
    without = [claim.id for claim in entries if not _stated(claim, folders[claim.id])]
    total = len(entries)
    places = ", ".join(dict.fromkeys(map(str, folders.values())))
    detail = f"{total - len(without)} of {total} claims have theirs in {places}"
    return not without, detail + (f"; missing: {', '.join(without)}" if without else "")


def _stated(claim: Claim, folder: Path) -> bool:
    """Whether the property file of ``claim`` loads and states it."""
    try:
        found = load(folder, claim.property_file)
    except Exception:
        return False
    return any(item.claim.id == claim.id for item in found)


def compiled_code() -> tuple[bool, str]:
    """Call the compiled functions, which leaves Numba's on-disk cache warm."""
    started = time.monotonic()
    warm_up()
    loaded, compiled = compile_counts()
    seconds = time.monotonic() - started
    return True, f"{loaded} functions from the cache, {compiled} compiled now, in {seconds:.1f} s"
