"""Self-check of an installation: whether it can run a campaign, and its numbers be trusted."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import mpmath
import numpy as np
from flint import arb

import lcnn_verify
from lcnn_verify import enclosure, ledger, oracle, population
from lcnn_verify.campaign.properties import find_directory, load
from lcnn_verify.model import MODELS
from lcnn_verify.warmup import compile_counts, example, warm_up

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
_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's name, whether it passed, and what it found."""

    check: str
    passed: bool
    detail: str


def findings(properties: Path | str | None = None) -> Iterator[Finding]:
    """Run the checks one by one; a check that raises has failed, with what it raised as detail."""
    checks: dict[str, Callable[[], tuple[bool, str]]] = {
        "versions": versions,
        "properties": lambda: find_properties(properties),
        "compiled code": compiled_code,
        "numerics": numerics,
        "enclosures": enclosures,
    }
    for name, check in checks.items():
        try:
            passed, detail = check()
        except Exception as error:
            passed, detail = False, f"{type(error).__name__}: {error}".splitlines()[0]
        yield Finding(name, passed, detail)


def versions() -> tuple[bool, str]:
    """Report the versions in use."""
    packages = [f"{name} {metadata.version(name)}" for name in _PACKAGES]
    own = f"lcnn-verify {lcnn_verify.__version__}, Python {platform.python_version()}"
    return True, ", ".join([own, *packages])


def find_properties(properties: Path | str | None = None) -> tuple[bool, str]:
    """Check that every claim of the ledger has a property file that loads and states the claim."""
    directory = find_directory(properties)
    without = []
    for claim in ledger.claims():
        path = directory / claim.property_file
        if not path.is_file() or all(
            item.claim.id != claim.id for item in load(directory, claim.property_file)
        ):
            without.append(claim.id)
    total = len(ledger.claims())
    detail = f"{total - len(without)} of {total} claims have theirs in {directory}"
    return not without, detail + (f"; missing: {', '.join(without)}" if without else "")


def compiled_code() -> tuple[bool, str]:
    """Call the compiled functions, which leaves Numba's on-disk cache warm."""
    started = time.monotonic()
    warm_up()
    loaded, compiled = compile_counts()
    seconds = time.monotonic() - started
    return True, f"{loaded} functions from the cache, {compiled} compiled now, in {seconds:.1f} s"


def numerics() -> tuple[bool, str]:
    """Check loss and gradient against the high-precision oracle, in all four models."""
    W, V = example(4, 3), np.eye(2, 3)
    worst = 0.0
    for model in MODELS:
        with mpmath.workdps(2 * _DIGITS):
            loss_error = abs(
                oracle.loss(W, V, dps=_DIGITS, model=model) - population.loss(W, V, model=model)
            )
            exact = oracle.gradient(W, V, dps=_DIGITS, model=model)
            rows = population.gradient(W, V, model=model)
            row_errors = [
                mpmath.norm([exact[i, j] - rows[i, j] for j in range(W.shape[1])])
                for i in range(len(W))
            ]
        worst = max(worst, float(loss_error) / population.rounding_floor(W, V, model=model))
        floors = population.gradient_rounding_floor(W, V, model=model)
        worst = max(worst, *(float(e) / float(f) for e, f in zip(row_errors, floors, strict=True)))
    return worst <= 1.0, f"largest error is {worst:.2g} of its bound, in loss and gradient"


def enclosures() -> tuple[bool, str]:
    """Check that balls hold the oracle's loss, duplicates and all four models included."""
    W, V = example(4, 3), np.eye(2, 3)
    W[1], W[2] = V[0], -W[0]  # what makes python-flint's own functions answer NaN
    outside, widest = [], 0.0
    for model in MODELS:
        ball = enclosure.loss(W, V, model=model)
        with enclosure.working_precision(256):
            exact = arb(mpmath.nstr(oracle.loss(W, V, dps=_DIGITS, model=model), 2 * _DIGITS))
            if not ball.overlaps(arb(exact.mid(), 10.0**-_DIGITS)):
                outside.append(model.name)
        widest = max(widest, float(ball.rad()))
    if outside:
        return False, f"the loss lies outside its ball: {', '.join(outside)}"
    return True, f"the loss lies in its ball, of radius {widest:.1g} at most"
