"""``run_conformance_test``: the checks from inside a test file of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lcnn_verify.campaign import arguments
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import Recorder, decide, replay_record
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import integer
from lcnn_verify.packs.zgj.conformance.checks import offered, select
from lcnn_verify.packs.zgj.conformance.faults import DEFAULT_LIMITS, Limits
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.trial import putting
from lcnn_verify.profiles import Profile, RunContext, running


def run_conformance_test(
    implementation: str | Any,
    *,
    checks: str | Sequence[str] | None = None,
    profile: str | Profile = "quick",
    seed: int = 0,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Hold ``implementation`` to every check that applies, or to ``checks`` ("shapes", …).

    An object with any of ``loss(W, V)``, ``gradient(W, V)`` and ``loss_and_gradient(W, V)`` is
    called in this process; a text such as ``"package.module:object"`` is loaded and called in a
    process of its own, under ``limits``, so that not even a crash or a hang ends the test run.
    Returns nothing if all is well. Raises ``AssertionError`` listing each failed check with the
    smallest input it was found to fail on, code that shows it, and how to repeat it; ``InputError``
    if the implementation offers nothing, no check applies, or an argument is wrong.
    """
    __tracebackhide__ = True
    # An object has no name to find it by, but is under test all the same.
    named = isinstance(implementation, str)
    subject = {"target": implementation} if named else {"object": type(implementation).__name__}
    context = RunContext(
        arguments.budget(profile),
        integer("seed", seed, 0),
        subject=subject,
    )
    selection, failures = select(checks), []
    with (
        open_implementation(implementation, limits=limits) as opened,
        putting(opened),
        running(context),
    ):
        applying, _ = offered(selection, opened.declaration)
        for check in applying:
            recorders = [item.run() for item in load(directory_of(check), check.property_file)]
            failures += _failure(check, recorders, seed)
        name = opened.declaration.name
    if failures:
        listed = "\n\n".join(failures)
        total = f"{len(failures)} of {len(applying)} checks"
        raise AssertionError(f"{name} does not pass {total}\n\n{listed}")


def _failure(check: Claim, recorders: Sequence[Recorder], seed: int) -> list[str]:
    """What to say of a check that did not pass; nothing of one that did."""
    decision = decide(check, [recorder.to_json() for recorder in recorders])
    if decision.as_wanted:
        return []
    lines = [f"{check.id} is {decision.verdict}: {decision.reason}"]
    fallen = next((seen for r in recorders if (seen := r.counterexample) is not None), None)
    if fallen is not None:
        lines += [fallen.sentence(), "", fallen.snippet]
        failing = [case for recorder in recorders for case in recorder.failing]
        if len(failing) > 1:
            lines.append(f"cases that fail: {'; '.join(failing)}")
        if "target" in fallen.run["subject"]:
            lines.append("replay with `lcnn-verify replay FILE`, FILE holding:")
            lines.append(json.dumps(replay_record(fallen.to_json())))
    name = check.name
    lines.append(f"repeat with run_conformance_test(…, checks={name!r}, seed={seed})")
    return ["\n".join(lines)]
