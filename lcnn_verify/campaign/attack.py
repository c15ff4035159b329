"""``attack``: one search of the adversary, in this process or in a child that may fall."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lcnn_verify import ledger
from lcnn_verify.campaign.adversary import Adversary
from lcnn_verify.campaign.executor import Child
from lcnn_verify.campaign.found import Found, pinned_in, shipped
from lcnn_verify.campaign.properties import directory_of, find_directory, load
from lcnn_verify.campaign.worker import Send
from lcnn_verify.errors import InputError, said
from lcnn_verify.evidence import Property
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import integer, positive_real
from lcnn_verify.processes import last_line
from lcnn_verify.profiles import PROFILES, RunContext

_PATIENCE = 300.0  # seconds past its time in which a search ends by itself: it may have to compile


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is asked of a search, as plain data. ``context`` bounds the process that makes it."""

    claim: str
    seconds: float
    seed: int
    rounds: int | None
    known: Mapping[str, Any]
    resume: bool
    properties: Path | None
    context: RunContext


def attack(
    claim_id: str,
    *,
    seconds: float = 60.0,
    seed: int = 0,
    rounds: int | None = None,
    pinned: Mapping[str, Any] | Path | None = None,
    resume: bool = False,
    keep: Callable[[Found], object] = lambda found: None,
    properties: Path | str | None = None,
    isolated: bool = False,
) -> Found:
    """Search for the tightest examples of a claim for ``seconds``, or up to so many ``rounds``.

    ``pinned`` is what an earlier search found (:meth:`Found.to_json`), or the folder it was written
    to; it and what the claim's pack ships are tried first. With ``resume`` the search of that seed
    goes on after its last finished round, and in the end is as one without a break. ``keep`` is
    called after each round. Ends early at a violation and on Ctrl-C; what is under way when the
    time is up is finished first. ``isolated``, the search is made in a child process: a property
    that kills it, or hangs, is told in the notes beside what was found before. Raises
    ``InputError`` for bad arguments, for a claim with no property that has examples to try, and
    with ``resume`` where there is nothing to go on with; then as :func:`pinned_in` does.
    """
    claim = ledger.claim(claim_id)
    positive_real("seconds", seconds)
    places = (pinned, *pinned.parents) if isinstance(pinned, Path) else ()
    made = [place for place in places if not place.exists()]
    asked = Hunt(
        claim.id,
        seconds,
        integer("seed", seed, 0),
        None if rounds is None else integer("rounds", rounds, 1),
        pinned_in(pinned, claim) if isinstance(pinned, Path) else pinned or {},
        resume,
        find_directory(properties),
        RunContext(replace(PROFILES["quick"], unit_seconds=seconds + _PATIENCE), seed),
    )
    try:
        return _supervised(asked, claim, keep) if isolated else _searched(asked, keep)
    except InputError:
        for place in made:
            with suppress(OSError):
                place.rmdir()
        raise


def _searched(asked: Hunt, keep: Callable[[Found], object], send: Send | None = None) -> Found:
    """The search, in this process; ``send`` is told at once what is tried and found."""
    claim, known = ledger.claim(asked.claim), asked.known
    stated = _stated(claim, directory_of(claim, asked.properties))
    adversary = Adversary(claim, stated, asked.seed, asked.seconds)
    if send is not None:
        adversary.trying = lambda name: send("start", name)
        adversary.changed = lambda: send("found", adversary.told().state())
    if asked.resume:
        adversary.take_up(known)
        known = {**known, "failures": ()}
    first = (known,) if asked.resume else (shipped(claim), known)
    adversary.run(first, math.inf if asked.rounds is None else asked.rounds, keep)
    return adversary.found


def _stated(claim: Claim, folder: Path) -> list[Property]:
    """The properties of a claim that have examples to try. Raises ``InputError`` if none has."""
    wanted = "a claim whose property draws examples"
    if why := claim.not_testable or ("it judges code under test" if claim.judges_subject else ""):
        raise InputError("claim", f"{claim.id!r}, not to be attacked: {why}", wanted)
    found = [item for item in load(folder, claim.property_file) if item.claim.id == claim.id]
    if not (drawn := [item for item in found if item.is_drawn or item.cases is not None]):
        none = "whose properties draw nothing" if found else "without a property"
        raise InputError("claim", f"{claim.id!r}, {none}", wanted)
    return drawn


def hunt(asked: Hunt, send: Send) -> None:
    """Search in a child process, telling what comes of it."""
    try:
        found = _searched(asked, lambda found: send("found", found.state()), send)
    except InputError as error:
        send("refused", (error.argument, error.got, error.wanted))
    except BaseException as error:
        send("broke", said(error))
    else:
        send("found", found.state())
        send("done", None)


def _supervised(asked: Hunt, claim: Claim, keep: Callable[[Found], object]) -> Found:
    """What a search in a child process found until it ended, was ended or was interrupted."""
    found, test, cause = Found(claim, asked.seed), claim.property_file, ""
    try:
        child = Child(asked, [claim.pack], hunt)
    except (OSError, EOFError) as error:
        found.notes.append(f"the search could not start: {said(error)}")
        return found
    # Only now: the first child waits for the fork server to boot.
    over, limit = False, time.monotonic() + asked.seconds + _PATIENCE
    try:
        for message in child.messages():
            match message:
                case ("found", state):
                    rounds, found = found.rounds, Found.from_state(claim, state)
                    if found.rounds > rounds:
                        keep(found)
                case ("start", name):
                    test = name
                case ("refused", (argument, got, wanted)):
                    over = True
                    raise InputError(argument, got, wanted)
                case ("broke", why):
                    cause = why
                    break
                case ("done", _):
                    over = True
                    break
                case _ if time.monotonic() > limit:
                    cause = f"killed {_PATIENCE:g} s after its time was up"
                    break
    except KeyboardInterrupt:
        over = found.interrupted = True
    finally:
        child.end(1.0 if over else 0.0)
    if not over:
        why = cause or child.cause()[0]
        found.notes.append(f"{test}: {why}{last_line(child.tail)}")
    return found
