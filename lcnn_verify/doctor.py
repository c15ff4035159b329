"""Self-check of an installation: whether it can run a campaign, and its numbers be trusted."""

from __future__ import annotations

import ast
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lcnn_verify
from lcnn_verify import ledger, packs
from lcnn_verify.campaign.executor import supervise
from lcnn_verify.campaign.properties import Unit, directory_of, find_directory, load
from lcnn_verify.errors import said
from lcnn_verify.evidence.hooks import Hooks, SelfCheck, every_pack, warm_up, without_hooks
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics import compiled as compiled_routes
from lcnn_verify.profiles import RunContext
from lcnn_verify.reporting.environment import MISSING, software


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's name, whether it passed, and what it found.

    A ``note`` has passed: it is what a reader would miss, and a campaign does not.
    """

    check: str
    passed: bool
    detail: str
    note: bool = False


def findings(properties: Path | str | None = None) -> Iterator[Finding]:
    """Run the checks one by one; a check that raises has failed, with what it raised as detail."""
    checks: dict[str, SelfCheck] = {
        "versions": versions,
        "packs": pack_list,
        "properties": lambda: find_properties(properties),
        "compiled code": compiled_code,
        "processes": processes,
    }
    for pack, hooks in every_pack():
        if isinstance(hooks, Hooks):
            checks |= {f"{name} ({pack.key})": check for name, check in hooks.self_checks.items()}
    for name, check in checks.items():
        try:
            passed, detail = check()
        except (Exception, SystemExit) as error:
            passed, detail = False, said(error)
        yield Finding(name, passed, detail)
    yield from _remarks(find_directory(properties))
    for entry in without_hooks():
        yield Finding(entry.name, False, entry.reason)


def pack_list() -> tuple[bool, str]:
    """Check that every pack on offer can be used."""
    usable = ", ".join(f"{pack.key} ({pack.distribution})" for pack in packs.find())
    left_out = "; ".join(f"{entry.name}: {entry.reason}" for entry in packs.broken())
    return not left_out, usable + (f"; left out: {left_out}" if left_out else "")


def versions() -> tuple[bool, str]:
    """Check that what we and the packs need is installed, and report versions, as reports do."""
    used = software(pack.key for pack in packs.find())
    own = f"lcnn-verify {lcnn_verify.__version__}, Python {platform.python_version()}"
    told = ", ".join([own, *(f"{name} {version}" for name, version in used.items())])
    return MISSING not in used.values(), told


def find_properties(properties: Path | str | None = None) -> tuple[bool, str]:
    """Check that every claim of the ledger has a property file that loads and states the claim."""
    chosen = find_directory(properties)
    entries = (*ledger.claims(), *ledger.checks(), *ledger.studies())
    folders = {claim.id: directory_of(claim, chosen) for claim in entries}
    flaws = [flaw for claim in entries if (flaw := _unstated(claim, folders[claim.id]))]
    total = len(entries)
    places = ", ".join(dict.fromkeys(map(str, folders.values())))
    detail = f"{total - len(flaws)} of {total} claims have theirs in {places}"
    return not flaws, "; ".join([detail, *flaws])


def _remarks(chosen: Path | None) -> Iterator[Finding]:
    """What the packs hold that no claim needs, and what they leave unsaid; a line each kind."""
    entries = (*ledger.claims(), *ledger.checks(), *ledger.studies())
    stated = {claim.property_file: directory_of(claim, chosen) for claim in entries}
    if stray := [file for file in _property_files(chosen) if file not in stated]:
        yield Finding("stray property files", False, f"of no claim: {', '.join(stray)}")
    if bare := [file for file, folder in stated.items() if _undocumented(folder / file)]:
        detail = f"no docstring says what is tested in {', '.join(bare)}"
        yield Finding("docstrings", True, detail, note=True)
    controls = (claim for claim in entries if claim.is_control)
    if unsaid := [claim.id for claim in controls if not claim.refutation.strip()]:
        detail = f"no refutation says how it is known to be false of {', '.join(unsaid)}"
        yield Finding("refutations", True, detail, note=True)


def _property_files(chosen: Path | None) -> Iterator[str]:
    """Every property file of the packs, or of the folder ``chosen``, as ledgers name them."""
    for pack in packs.find():
        folder = pack.properties.resolve() if chosen is None else chosen
        for path in sorted((folder / pack.key).rglob("test_*.py")):
            yield path.relative_to(folder).as_posix()


def _undocumented(path: Path) -> bool:
    """Whether a property file that can be read has no docstring."""
    try:
        return ast.get_docstring(ast.parse(path.read_bytes())) is None
    except (OSError, SyntaxError, ValueError):  # found elsewhere
        return False


def _unstated(claim: Claim, folder: Path) -> str:
    """Why the property file of ``claim`` does not state it; empty if it does."""
    if not (folder / claim.property_file).is_file():
        return f"{claim.id} has no {claim.property_file}"
    try:
        found = load(folder, claim.property_file)
    except (Exception, SystemExit) as error:
        return f"{claim.property_file} cannot be loaded: {said(error)}"
    if any(item.claim.id == claim.id for item in found):
        return ""
    return f"{claim.property_file} does not state {claim.id}"


def processes() -> tuple[bool, str]:
    """Start a unit in a process of its own, as a campaign does, and hear from it."""
    claim = ledger.claims()[0]
    unit = Unit(claim.id, Path(os.devnull), claim.property_file, RunContext())
    result = supervise(unit)
    (record,) = result.records if result else ({"error": "nothing came back"},)
    heard = f"cannot load {claim.property_file}: " in record["error"]  # there is no such folder
    return heard, "a unit was started, and answered" if heard else record["error"]


def compiled_code() -> tuple[bool, str]:
    """Call the compiled functions, which leaves Numba's on-disk cache warm."""
    started = time.monotonic()
    warm_up()
    loaded, compiled = compile_counts()
    seconds = time.monotonic() - started
    folders = compiled_routes.cache_folders()
    where = f", kept in {os.path.commonpath(folders)}" if folders else ", which nothing keeps"
    found = f"{loaded} functions from the cache, {compiled} compiled now, in {seconds:.1f} s"
    return True, found + where


def compile_counts() -> tuple[int, int]:
    """How many compiled variants this process loaded from the on-disk cache, and compiled anew."""
    stats = [function.stats for function in compiled_routes.dispatchers()]
    hits, misses = ([it.cache_hits for it in stats], [it.cache_misses for it in stats])
    return sum(sum(it.values()) for it in hits), sum(sum(it.values()) for it in misses)
