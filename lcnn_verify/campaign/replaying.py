"""A recorded counterexample, read and run once more."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lcnn_verify import ledger, packs
from lcnn_verify.campaign.properties import directory_of, find_directory, load
from lcnn_verify.errors import InputError, did_you_mean, once, reading
from lcnn_verify.evidence import Observation, Property, Recorder
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.evidence.hooks import from_json, hooks_of, unknown_types
from lcnn_verify.evidence.observation import REPLAY
from lcnn_verify.ledger import Claim
from lcnn_verify.profiles import RunContext, running

_REPLAY_FILE = "a replay file of `lcnn-verify run`"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a replay file says: the claim, the property's name, the run, the arguments decoded."""

    claim: Claim
    test: str
    context: RunContext
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was ``recorded``, what came of it this time, and what was seen, if anything was.

    ``outcome`` is REPRODUCED (the statement fails again), NO LONGER FAILS (it holds), UNDECIDED,
    or NOT EXERCISED (nothing was checked).
    """

    recorded: Recorded
    outcome: str
    observation: Observation | None

    @property
    def as_wanted(self) -> bool:
        """Whether the claim holds; of a control, or without an assumption, whether it fails."""
        fails = self.recorded.claim.is_control or self.recorded.context.without
        return self.outcome == ("REPRODUCED" if fails else "NO LONGER FAILS")


def replay(file: Path, properties: Path | str | None = None, target: str | None = None) -> Replayed:
    """Run a property once on the arguments recorded in ``file``; a violation is proved anew.

    ``target`` is code to judge in place of that which was under test. Raises ``InputError`` for a
    file that is no replay file, for arguments the property does not take, and for what the property
    itself refuses.
    """
    recorded = _read(file)
    found = _property(recorded, directory_of(recorded.claim, find_directory(properties)))
    arguments = _matching(found, recorded.arguments)
    context = recorded.context if target is None else _about(target, recorded)
    with running(context):
        recorder = found.replay(arguments)
    if isinstance(broke := recorder.breakdown, InputError):
        if broke.argument == "target":  # the run's, which was found from where it was started
            wanted = f"{broke.wanted}; replay it where the run was started, or name it by --target"
            raise InputError("target", broke.got, wanted)
        raise InputError(f"arguments: {broke.argument}", broke.got, broke.wanted)
    if isinstance(broke, Discarded):
        raise InputError("arguments", "an instance outside the claim's setting", _REPLAY_FILE)
    if broke is not None and (unknown := next(unknown_types([*arguments.values()]), "")):
        why = f"no pack knows examples of type {unknown}{packs.why_left_out(unknown)}"
        raise InputError("arguments", f"what cannot be read ({why})", "an example of a pack")
    if broke is not None:
        raise InputError("arguments", f"{type(broke).__name__}: {broke}", _REPLAY_FILE)
    return Replayed(recorded, *_outcome(recorder))


def _about(target: str, recorded: Recorded) -> RunContext:
    """The recorded context with ``target`` for what was under test.

    Raises ``InputError`` where nothing was, and as the pack's judge does.
    """
    judge = hooks_of(recorded.claim.pack).judge
    if judge is None or not recorded.claim.judges_subject:
        raise InputError("target", repr(target), f"none: {recorded.claim.id} judges no code")
    old = {key: it for key, it in (recorded.context.subject or {}).items() if key != "object"}
    return replace(recorded.context, subject={**old, **judge.context(target)})


def _outcome(recorder: Recorder) -> tuple[str, Observation | None]:
    if (fallen := recorder.counterexample) is not None:
        return "REPRODUCED", fallen
    if recorder.undecided:
        return "UNDECIDED", None
    if not recorder.checks:
        return "NOT EXERCISED", None
    return "NO LONGER FAILS", next(iter(recorder.witnesses), recorder.tightest)


def _read(file: Path) -> Recorded:
    """Read a replay file. Raises ``InputError`` unless it is whole, ours and of this version."""
    name = str(file)
    with reading(name, _REPLAY_FILE):
        data = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=once)
    if not isinstance(data, dict) or "replay" not in data:
        raise InputError(name, "JSON that is no replay file", _REPLAY_FILE)
    if (version := data["replay"]) != REPLAY:
        newer = isinstance(version, str) and version.isdecimal() and int(version) > int(REPLAY)
        way_out = "a newer lcnn-verify" if newer else "the file of a new run"
        wanted = f"version {REPLAY!r}, or {way_out}"
        raise InputError(name, f"a replay file of version {version!r}", wanted)
    match data:
        case {"claim": str(claim_id), "test": str(test), "run": run, "arguments": dict(arguments)}:
            context = RunContext.from_json(run)
            try:
                claim = ledger.claim(claim_id)
            except InputError as error:
                raise InputError(f"{name}: claim", error.got, error.wanted) from None
            return Recorded(claim, test, context, _decode(arguments))
    wanted = "claim and test as strings, run and arguments as objects"
    raise InputError(name, "a replay file without them", wanted)


def _decode(arguments: dict[str, Any]) -> dict[str, Any]:
    decoded = {}
    for name, value in arguments.items():
        try:
            decoded[name] = from_json(value)
        except InputError as error:
            where = f"arguments: {name}.{error.argument}"
            raise InputError(where, error.got, error.wanted) from None
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            got = f"an entry that does not decode ({type(error).__name__}: {error})"
            wanted = "an example of its pack, or plain data"
            raise InputError(f"arguments: {name}", got, wanted) from None
    return decoded


def _property(recorded: Recorded, directory: Path) -> Property:
    file = recorded.claim.property_file
    candidates = {item.name: item for item in load(directory, file) if item.claim == recorded.claim}
    if recorded.test not in candidates:
        hint = did_you_mean(recorded.test, list(candidates))
        raise InputError("test", repr(recorded.test), f"a property of {file}{hint}")
    return candidates[recorded.test]


def _matching(found: Property, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments the property's body takes; others were recorded for people to read."""
    names = inspect.signature(found.body).parameters
    missing = sorted(set(names) - set(arguments))
    if missing:
        raise InputError("arguments", f"no {', '.join(missing)}", f"those of {found.name}")
    return {name: arguments[name] for name in names}
