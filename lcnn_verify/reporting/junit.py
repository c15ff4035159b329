"""``junit.xml``: one test case per claim; a claim that is not as wanted is a failure.

What is expected to fail is skipped, as is what an implementation does not offer. An interrupted
run is an error of its own, and what it did not come to is skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from lcnn_verify.reporting import phrases


def render(data: Mapping[str, Any]) -> str:
    """The report ``data`` as JUnit XML; equal runs differ only in ``time`` and ``timestamp``."""
    timings, missing = data["timings"], phrases.not_offered(data)
    pending = [entry for entry in data["claims"] if phrases.is_pending(data, entry)]
    fallen = [entry for entry in data["claims"] if not entry["as_wanted"] and entry not in pending]
    excused = [entry for entry in fallen if entry.get("expected")]
    totals = {
        "tests": str(len(data["claims"]) + len(missing) + ("partial" in data)),
        "failures": str(len(fallen) - len(excused)),
        "errors": str(int("partial" in data)),
        "skipped": str(len(missing) + len(excused) + len(pending)),
        "time": f"{timings['seconds']:.3f}",
    }
    root = ElementTree.Element("testsuites", {"name": "lcnn-verify", **totals})
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": "lcnn-verify", **totals, "timestamp": timings["started"]}
    )
    properties = ElementTree.SubElement(suite, "properties")
    known = {
        **data["run"],
        "selection": " ".join(data["run"]["selection"]) or "all",
        "version": data["environment"]["lcnn_verify"],
        "git_revision": data["environment"]["git_revision"] or "none",
        "schema_version": data["schema_version"],
        **{f"subject.{name}": value for name, value in phrases.subject(data)},
    }
    for name, value in known.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": str(value)})
    if "partial" in data:
        name = {"classname": "lcnn-verify", "name": "the run is finished"}
        case = ElementTree.SubElement(suite, "testcase", name)
        error = {"type": "partial", "message": phrases.headline(data)}
        ElementTree.SubElement(case, "error", error).text = phrases.resume_command(data)
    for entry in data["claims"]:
        took = phrases.seconds(data, entry["id"])
        _testcase(suite, entry, took, pending=entry in pending)
    for check, reason in missing.items():
        known = {"classname": check.rpartition(".")[0], "name": check}
        case = ElementTree.SubElement(suite, "testcase", known)
        ElementTree.SubElement(case, "skipped", {"message": f"not offered: {reason}"})
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _testcase(
    suite: ElementTree.Element, entry: Mapping[str, Any], took: float, *, pending: bool
) -> None:
    name = {"classname": entry["group"], "name": entry["id"]}
    file = {"file": f"properties/{entry['property_file']}", "time": f"{took:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", name | file)
    if pending:
        ElementTree.SubElement(case, "skipped", {"message": entry["reason"]})
    elif expected := entry.get("expected"):
        message = f"expected to fail: {expected}"
        ElementTree.SubElement(case, "skipped", {"message": message}).text = phrases.sentence(entry)
    elif not entry["as_wanted"]:
        lines = [entry["statement"], *(f"error: {error}" for error in entry["errors"])]
        if fallen := entry["counterexample"]:
            lines.append(phrases.observation_sentence(fallen))
            lines.append(f"replay: {phrases.replay_command(entry)}")
            lines += [fallen["snippet"]] if "snippet" in fallen else []
        kind = {"type": entry["verdict"], "message": phrases.sentence(entry)}
        ElementTree.SubElement(case, "failure", kind).text = "\n".join(lines)
    told = f"{entry['verdict']}: {entry['reason']}; tightest {phrases.tightness(entry)}"
    ElementTree.SubElement(case, "system-out").text = told
