"""What happens inside a unit's child process, which may crash or hang without hurting the run."""

from __future__ import annotations

import inspect
import json
import math
import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from lcnn_verify import ledger
from lcnn_verify.campaign.found import BETTER, shipped
from lcnn_verify.campaign.properties import Unit, load
from lcnn_verify.errors import said
from lcnn_verify.evidence import Property, Recorder, progress
from lcnn_verify.evidence.hooks import from_json
from lcnn_verify.evidence.parts import Share, sharing
from lcnn_verify.evidence.recorder import Measurement
from lcnn_verify.numerics.digits import number
from lcnn_verify.processes import (
    GIGABYTE,
    adopt_orphans,
    bound,
    end_with_parent,
    kill_below,
    redirect_output,
)
from lcnn_verify.profiles import Profile, running

Message: TypeAlias = tuple[str, Any]
"""("start", test name), ("stage", how far it is), ("record", a recorder's JSON), ("done", None)."""

Send: TypeAlias = Callable[..., None]
"""Tells one message: its kind, and what it says."""
Work: TypeAlias = Callable[[Any, Send], None]
"""What a child process does: a function of a module, and of plain data."""

_GRACE_SECONDS = 60  # of work past its limit, for which its supervisor kills it otherwise


def broken(claim: str, test: str, error: str) -> dict[str, Any]:
    """The record of a property that could not finish: neither support nor refutation."""
    return Recorder(claim, test, error=error).to_json()


def run_unit(unit: Unit) -> Iterator[Message]:
    """Run the unit's properties one by one, saying which starts and what each saw.

    Records are sent one at a time so that a crash in a later property does not lose them.
    """
    without = unit.context.without
    try:
        properties = load(unit.directory, unit.file)
        first = unit.context.shard == 0 and not without and unit.context.subject is None
        known = shipped(ledger.claim(unit.claim)) if first else {}
    except BaseException as error:
        yield "record", broken(unit.claim, unit.file, f"cannot load {unit.file}: {said(error)}")
        yield "done", None
        return
    stated = [
        item
        for item in properties
        if item.claim.id == unit.claim and not (unit.gathers and item.is_drawn)
    ]
    lacking = f"{unit.file} states no property of {unit.claim}"
    if without:
        stated = [weak for item in stated if (weak := item.without(without)) is not None]
        lacking = f"{unit.file} draws nothing that does without {without}"
    if not stated:
        none = Recorder(unit.claim, unit.file)
        none.reasons[lacking] += 1
        yield "record", none.to_json()
    for item in stated:
        yield "start", item.name
        try:
            if unit.shares and not item.is_drawn:
                records = in_parts(unit, item, known.get("tightest", ()))
            else:
                with running(unit.context):
                    records = [with_pinned(item, known.get("tightest", ())).to_json()]
        except BaseException as error:  # sys.exit, pytest.skip, a measurement that is not JSON
            records = [broken(unit.claim, item.name, said(error))]
        for record in records:
            yield "record", record
        if without and any(record["counterexample"] for record in records):
            break  # one is enough to show what the claim needs
    yield "done", None


def in_parts(
    unit: Unit, item: Property, known: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What each shard would record of a property alone, made of what all shards have made.

    Of a unit that does not gather only the parts it makes for each of them, and what broke.
    """
    context, records = unit.context, []
    share = Share(context.shard, context.shards, unit.gathers, dict(unit.made.get(item.name, {})))
    for shard in range(context.shards):
        with running(replace(context, shard=shard)), sharing(share):
            records.append(with_pinned(item, () if shard or not unit.gathers else known))
    if unit.gathers:
        return [recorder.to_json() for recorder in records]
    error = next((recorder.error for recorder in records if recorder.error), None)
    return [{**Recorder(unit.claim, item.name, error=error).to_json(), "parts": share.made}]


def with_pinned(item: Property, known: Iterable[Mapping[str, Any]]) -> Recorder:
    """Run a property, first on what a search pinned of it; the record says if that is beaten."""
    own = [entry for entry in known if entry["test"] == item.name]
    names = inspect.signature(item.body).parameters  # what a search within found stands beside
    pinned = [{name: from_json(entry["arguments"][name]) for name in names} for entry in own]
    recorder = item.run(pinned=pinned)
    best = max((entry["tightness"] for entry in own), default=math.inf)
    now = (recorder.tightest and recorder.tightest.tightness) or 0.0
    if now > best * (1.0 + BETTER):
        beaten = Measurement("tighter than any pinned example", now, f"pinned: {number(best, 6)}")
        recorder.measurements.append(beaten)
    return recorder


def work_on(unit: Unit, send: Send) -> None:
    """Run ``unit``, telling what comes of it."""
    for message in run_unit(unit):
        send(*message)


def main(unit: Any, results: Connection, output: Connection, work: Work = work_on) -> None:
    """``work`` on ``unit`` in this child process, sending each message as JSON to ``results``.

    ``output`` receives everything the unit writes to stdout and stderr. The profile of the unit's
    ``context`` bounds what it takes.
    """

    def send(*message: Any) -> None:
        results.send_bytes(json.dumps(message).encode())

    isolate(output, unit.context.profile)
    with progress.listening(lambda stage: send("stage", asdict(stage))):
        work(unit, send)


def isolate(output: Connection, profile: Profile) -> None:
    """Cut this process off: own process group, own output, bounded, gone when its parent is."""
    os.setpgid(0, 0)  # so that everything the unit starts can be killed with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run decides when a unit ends
    redirect_output(output.fileno())
    output.close()
    memory = int(profile.unit_gigabytes * GIGABYTE)
    seconds = int(profile.unit_seconds) + _GRACE_SECONDS
    bound(resource.RLIMIT_DATA, memory)
    bound(resource.RLIMIT_CPU, seconds)  # for a unit whose supervisor was killed
    bound(resource.RLIMIT_CORE, 0)
    adopt_orphans()
    end_with_parent(_end)


def _end() -> None:  # pragma: no cover - nothing is left to tell
    kill_below(os.getpid())
    os.killpg(0, signal.SIGKILL)
