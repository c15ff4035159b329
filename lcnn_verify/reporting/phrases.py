"""Words and numbers every reader of a report shares: headlines, sections, formatted values."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lcnn_verify.evidence import Certificate, Observation, Outcome
from lcnn_verify.ledger.claim import Kind, Whose
from lcnn_verify.numerics.digits import NOTHING, ball, is_written, number
from lcnn_verify.reporting.document import Line, Span

_CROSSED = {"≥": "≱", "≤": "≰", "=": "≠"}
_MANY = 50  # claims: what one sees in a dozen screens
_FEW = 300  # draws that bound a violation rate by 1 %
_HIGH: Mapping[Any, str] = {"≥": "got", "≤": "bound"}  # the side that is to be the larger


@dataclass(frozen=True, slots=True)
class Group:
    """Claims of one pack that belong together, with a heading."""

    key: str
    pack: str
    title: str
    introduction: str
    entries: tuple[dict[str, Any], ...]

    def below(self, title: str) -> str:
        """The heading, below that of its pack: the claims outside any group have no other."""
        return self.title if self.title != title else "Claims"


def sections(data: Mapping[str, Any]) -> tuple[Group, ...]:
    """The report's claims by pack and group, in ledger order."""
    headings = {prefix: group for pack in data["packs"] for prefix, group in pack["groups"].items()}
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in data["claims"]:
        groups.setdefault(entry["group"], []).append(entry)
    return tuple(
        Group(key, entries[0]["pack"], group["heading"], group["introduction"], tuple(entries))
        for key, entries in groups.items()
        for group in (headings.get(key, {"heading": key, "introduction": ""}),)
    )


def is_long(data: Mapping[str, Any]) -> bool:
    """Whether a report has more claims than one likes to see at once."""
    return len(data["claims"]) > _MANY


def plural(count: int, noun: str) -> str:
    """``"1 claim"``, ``"1,234 claims"``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def headline(data: Mapping[str, Any]) -> str:
    """The outcome of the run in one sentence; of what is finished, and that first, if it is not."""
    if partial := data.get("partial"):
        finished = [entry for entry in data["claims"] if not is_pending(data, entry)]
        done = f"{partial['finished']} of {plural(partial['units'], 'unit')} finished"
        lead = f"PARTIAL, {partial['reason']} with {done}."
        return f"{lead} {_outcome(data, finished)}" if finished else lead
    return _outcome(data, data["claims"])


def is_pending(data: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether a claim waits for the rest of an interrupted run."""
    missing = data.get("partial", {"missing": ()})["missing"]
    return entry["id"] in missing and not entry["counterexample"]


def missing(data: Mapping[str, Any]) -> str:
    """What a partial report lacks, in one sentence; empty for a finished one."""
    pending = [entry["id"] for entry in data["claims"] if is_pending(data, entry)]
    return f"Not run, or not in full: {', '.join(pending)}." if pending else ""


def _outcome(data: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> str:
    total, fallen = len(entries), sum(not entry["as_wanted"] for entry in entries)
    if "subject" in data:
        if fallen:
            excused = sum(bool(entry.get("expected")) for entry in entries)
            which = {0: "", fallen: ", as expected"}.get(excused, f", {excused} of them expected")
            return f"The implementation does not pass {fallen} of {plural(total, 'check')}{which}."
        return f"The implementation passes {'the check' if total == 1 else f'all {total} checks'}."
    if fallen == 0:
        all_of_them = "The statement" if total == 1 else f"All {total} statements"
        return f"{all_of_them} earned the wanted verdict."
    verb = "does" if fallen == 1 else "do"
    return f"{fallen} of {plural(total, 'statement')} {verb} not have the wanted verdict."


def counts(data: Mapping[str, Any]) -> str:
    """How many claims, how many of them are separate evidence, controls, examples."""
    summary = data["summary"]
    if (under_test := data.get("subject")) is not None:
        missing = len(under_test["not_offered"])
        others = f", {plural(missing, 'check')} not offered" if missing else ""
        examples = plural(summary["examples"], "example")
        return f"{plural(summary['claims'], 'check')}, {examples}{others}"
    claims = plural(summary["claims"], "claim")
    return (
        f"{claims} ({summary['independent']:,} independent), "
        f"{plural(summary['controls'], 'control')}, {plural(summary['examples'], 'example')}"
    )


def subject(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a run had under test, in names and values; nothing where it had nothing."""
    return tuple(data.get("subject", {"facts": {}})["facts"].items())


def not_offered(data: Mapping[str, Any]) -> dict[str, str]:
    """The checks that do not apply to the implementation, each with the reason."""
    missing = data.get("subject", {"not_offered": ()})["not_offered"]
    return {entry["check"]: entry["reason"] for entry in missing}


def wanted(entry: Mapping[str, Any]) -> str:
    """Whether the verdict is the wanted one, or at least expected, in words."""
    if entry["as_wanted"]:
        return "as wanted"
    return "an expected failure" if entry.get("expected") else f"wanted {entry['wanted']}"


def constants(told: Iterable[Mapping[str, Any]]) -> str:
    """The constants of a statement and what each rests on, whose first: a sentence or two."""
    by_owner: dict[str, list[str]] = {whose.value: [] for whose in Whose}
    for constant in told:
        text = f"{constant['name']} ({constant['value']}; {constant['basis']})"
        by_owner.setdefault(constant["whose"], []).append(text)
    if not any(by_owner.values()):
        return "none"
    if not by_owner[Whose.SOURCE]:
        by_owner[Whose.SOURCE] = ["none given"]
    parts = (f"{owner}: {'; '.join(texts)}" for owner, texts in by_owner.items() if texts)
    return ". ".join(part[0].upper() + part[1:] for part in parts)


def whose(entry: Mapping[str, Any]) -> str:
    """Whose the constants of a claim are, by name, as a sentence; empty where there are none."""
    by_owner: dict[str, list[str]] = {}
    for constant in entry["constants"]:
        by_owner.setdefault(constant["whose"], []).append(constant["name"])
    told = (f"{', '.join(names)} {owner}" for owner, names in by_owner.items())
    return f" Constants: {'; '.join(told)}." if by_owner else ""


def sentence(entry: Mapping[str, Any]) -> str:
    """A claim's verdict and the reason for it, in one line."""
    return f"{entry['id']} is {entry['verdict']}, {wanted(entry)}: {entry['reason']}"


def observation_sentence(data: Mapping[str, Any]) -> str:
    """:meth:`Observation.sentence` for an observation read from a report."""
    return Observation.from_json(data).sentence()


def proof(observation: Mapping[str, Any]) -> str:
    """Where an observation's margin was proved to lie, and how, or nothing."""
    if not (data := observation.get("certificate")):
        return ""
    certificate = Certificate(**data)
    return f"the margin lies in {certificate.interval} ({certificate.arithmetic})"


def theorems(
    entry: Mapping[str, Any], timings: Mapping[str, Any] = MappingProxyType({})
) -> list[str]:
    """What was proved on whole boxes of instances, and how: a sentence each.

    With the report's ``timings`` also in what time.
    """
    took = timings.get("proofs", {}).get(entry["id"], {})
    return [
        f"{made['statement']}, for {made['box']}: "
        + (f"{plural(made['cells'], 'cell')} by " if "cells" in made else "by ")
        + made["arithmetic"]
        + (f", in {number(took[made['statement']], 2)} s" if made["statement"] in took else "")
        + ("" if made["whole"] else "; a part of what the claim is about")
        for made in entry.get("proofs", ())
    ]


def seconds(data: Mapping[str, Any], claim: str) -> float:
    """How long the units of a claim took, one after the other."""
    units = data["timings"]["units"].items()
    return float(sum(took for unit, took in units if unit.rpartition(" ")[0] == claim))


def tightness(entry: Mapping[str, Any]) -> str:
    """How near the claim came to failing: 1 is an equality, above 1 a violation."""
    observation = entry["counterexample"] or entry["tightest"]
    return closeness(observation) if observation else NOTHING


def closeness(observation: Mapping[str, Any]) -> str:
    """An observation's tightness for people; ∞ where something is held against nothing."""
    value = observation["tightness"]
    if value is None and observation["outcome"] == Outcome.VIOLATED:
        got, bound = observation["got"], observation["bound"]
        allowed, needed = (got, bound) if observation["relation"] == "≥" else (bound, got)
        if allowed == 0.0 and needed is not None and needed > 0.0:
            return "∞"
    text = number(value, 3)
    if value is None or (text != "1" and abs(value - 1.0) >= 1e-3):
        return text
    off, high = value - 1.0, observation.get(_HIGH.get(observation.get("relation"), ""))
    margin, error = observation.get("margin"), observation.get("error")
    if high and margin is not None and error is not None and abs(margin) > error:
        off = -margin / high  # with the digits a margin has and no ratio near 1 can
    return f"1 {'−' if off < 0.0 else '+'} {number(abs(off), 2)}" if off else "1"


def comparison(observation: Mapping[str, Any]) -> tuple[Line, ...]:
    """``quantity = got ≥ bound = label``: numbers once, and a relation that fails crossed out."""
    relation, held = observation["relation"], observation["outcome"] != Outcome.VIOLATED
    exact = observation.get("exact")
    if not held:
        relation = _CROSSED.get(relation, relation)
    elif relation == "=" and exact is None:
        relation = "≈"  # two computed values agree to within their error bounds
    values = [Span(number(observation[side], 6), "strong") for side in ("got", "bound")]
    labels = [observation[side] for side in ("quantity", "bound_label")]
    known = list(exact.values()) if exact else []
    left, right = (not is_written(text) and text not in known for text in labels)
    return (
        *((labels[0], " = ") if left else ()),
        values[0],
        f" {relation} ",
        values[1],
        *((" = ", labels[1]) if right else ()),
    )


def margin(observation: Mapping[str, Any]) -> str:
    """How far a comparison was from failing, and how well that is known."""
    margin, error = observation["margin"], observation["error"]
    identity = observation["relation"] == "=" and "exact" not in observation
    if identity and "certificate" not in observation and None not in (margin, error):
        allowed = number(error, 2)
        return f"the float64 values differ by {number(error - margin, 2)}, and {allowed} is allowed"
    return f"margin {ball(margin, error)}"


def percent(share: float, digits: int) -> str:
    """A share from 0 to 1 in percent; all of it only if it is."""
    rounded = f"{share:.{digits}%}"
    nearly = f"{(1.0 - 10.0 ** -(digits + 2)):.{digits}%}"
    return nearly if share < 1.0 and rounded == f"{1.0:.{digits}%}" else rounded


def violation_rate(entry: Mapping[str, Any]) -> str:
    """The 95 % Clopper–Pearson bound of the claim's worst i.i.d. stream, if it says something."""
    bounds = [s["violation_rate_bound"] for s in entry["sampling"] if rate_says(entry, s)]
    return number(max(bounds), 3) if bounds else NOTHING


def rate_says(entry: Mapping[str, Any], stream: Mapping[str, Any]) -> bool:
    """Whether the bound on a rate says something: few draws of an identity that holds do not."""
    return bool(entry["kind"] != Kind.IDENTITY or stream["violations"] or stream["draws"] >= _FEW)


def run_command(data: Mapping[str, Any]) -> str:
    """The command line that repeats this run."""
    run, under_test = data["run"], data.get("subject")
    studies = any(entry.get("study") for entry in data["claims"])
    command = under_test["command"] if under_test else ["atlas" if studies else "run"]
    words = ["lcnn-verify", *command, "--profile", run["profile"], "--seed", str(run["seed"])]
    if run["selection"]:
        option = ["--checks"] if under_test else [] if studies else ["--claims"]
        words += [*option, ",".join(run["selection"])]
    return shlex.join(words)


def resume_command(data: Mapping[str, Any]) -> str:
    """The command line that goes on with the interrupted run of a partial report."""
    return f"{run_command(data)} {shlex.join(data['partial']['options'])}"


def replay_command(entry: Mapping[str, Any]) -> str:
    """The command line that replays a claim's counterexample: :func:`replay_from` says from where.

    Code under test is found from where it was judged only; REPORT is the report's folder.
    """
    folder = "REPORT/counterexamples" if _has_subject(entry) else "counterexamples"
    return shlex.join(["lcnn-verify", "replay", f"{folder}/{entry['id']}.json"])


def replay_from(entry: Mapping[str, Any]) -> str:
    """From which folder the replay command works, and the snippet too."""
    if _has_subject(entry):
        return "from the folder this run was started in, REPORT being the folder of this report"
    return "from the folder of this report"


def _has_subject(entry: Mapping[str, Any]) -> bool:
    """Whether the counterexample is one of code under test."""
    return "subject" in entry["counterexample"]["run"]
