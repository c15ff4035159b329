"""From a claim and the records of its units to one entry of the report.

Every function here gives the same result for the same records in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lcnn_verify.errors import shortened
from lcnn_verify.evidence import Verdict, decide
from lcnn_verify.evidence import violation_rate_bound as rate_bound
from lcnn_verify.ledger.claim import Claim
from lcnn_verify.reporting import schema
from lcnn_verify.reporting.plain import canonical

_Json = dict[str, Any]
_STREAM = ("draws", "undecided", "violations")


def in_order(records: Iterable[_Json]) -> list[_Json]:
    """Records by test, then by content: an order that does not depend on who finished first."""
    return sorted(records, key=lambda record: (record["test"], canonical(record)))


def without_times(record: _Json) -> tuple[_Json, Counter[str]]:
    """A record without what its proofs took, and that: seconds by what was proved.

    Apart, because nothing of an entry, its order included, may depend on the clock.
    """
    proofs = record.get("proofs", [])
    took: Counter[str] = Counter()
    for proof in proofs:
        if "seconds" in proof:
            took[proof["statement"]] += proof["seconds"]
    bare = [{key: proof[key] for key in proof if key != "seconds"} for proof in proofs]
    return ({**record, "proofs": bare} if bare else record), took


def instance_size(arguments: Any) -> int:
    """How many numbers the arrays of a counterexample hold; drawn parameters do not count."""
    if isinstance(arguments, Mapping):
        return sum(instance_size(item) for key, item in arguments.items() if key != "parameters")
    if isinstance(arguments, list):
        return sum(instance_size(item) for item in arguments)
    return int(isinstance(arguments, int | float) and not isinstance(arguments, bool))


def _fallen_key(record: _Json) -> tuple[bool, int, str]:
    fallen = record["counterexample"]
    if fallen is None:
        return True, 0, ""
    return False, instance_size(fallen["arguments"]), canonical(fallen)


def _tightest(records: Sequence[_Json]) -> schema.Written | None:
    every = (record["tightest"] for record in records)
    seen = [it for it in every if it and it["tightness"] is not None]
    return max(seen, key=lambda it: float(it["tightness"]), default=None)


def _apart(records: Sequence[_Json]) -> dict[str, schema.Written]:
    """The tightest of the checks that are not the claim's own inequality, by their names."""
    found: dict[str, schema.Written] = {}
    for record in records:
        for name, seen in record.get("apart", {}).items():
            if (seen["tightness"] or 0.0) > (found.get(name, seen)["tightness"] or -1.0):
                found[name] = seen
            found.setdefault(name, seen)
    return dict(sorted(found.items()))


def _counts(records: Sequence[_Json], field: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for record in records:
        total.update(record.get(field, {}))
    return dict(sorted(total.items()))


def _sampling(records: Sequence[_Json]) -> list[schema.Stream]:
    """Counts of the i.i.d. streams, added up law by law, with the 95 % Clopper–Pearson bound."""
    by_law: dict[str, Counter[str]] = {}
    for record in records:
        if stream := record["sampling"]:
            counts = by_law.setdefault(stream["law"], Counter(dict.fromkeys(_STREAM, 0)))
            counts.update({key: stream[key] for key in _STREAM})
    return [
        {
            "law": law,
            "draws": it["draws"],
            "undecided": it["undecided"],
            "violations": it["violations"],
            "violation_rate_bound": rate_bound(it["violations"], it["draws"]),
        }
        for law, it in sorted(by_law.items())
    ]


def merge(claim: Claim, records: Iterable[_Json]) -> schema.Claim:
    """The report's entry for ``claim``, from the plain records of all its tests and shards.

    Counts are summed, i.i.d. draws included (``sampling`` tells them apart); the tightest margin
    is the largest ``tightness``; the counterexample is the one with the smallest instance.
    """
    ordered = in_order(records)
    # decide() explains a refutation by the first counterexample it meets: let it be the one shown.
    decision = decide(claim, sorted(ordered, key=_fallen_key))
    sampling = _sampling(ordered)

    def total(field: str, drawn: Iterable[int] = ()) -> int:
        return sum(int(record[field]) for record in ordered) + sum(drawn)

    counterexample = min(ordered, key=_fallen_key)["counterexample"] if ordered else None
    entry: schema.Claim = {
        "id": claim.id,
        "pack": claim.pack,
        "group": claim.group,
        "title": claim.title,
        "statement": claim.statement,
        "wording": claim.wording,
        "kind": str(claim.kind),
        "provenance": [str(provenance) for provenance in claim.provenance],
        "source": asdict(claim.source),
        "assumptions": list(claim.assumptions),
        "constants": [asdict(constant) for constant in claim.constants],
        "follows_from": list(claim.follows_from),
        "refutation": claim.refutation,
        "property_file": claim.property_file,
        "wanted": str(Verdict.REFUTED if claim.is_control else Verdict.SUPPORTED),
        "verdict": str(decision.verdict),
        "as_wanted": decision.as_wanted,
        "reason": decision.reason,
        "tests": sorted({record["test"] for record in ordered}),
        "examples": total("examples", (it["draws"] for it in sampling)),
        "undecided": total("undecided", (it["undecided"] for it in sampling)),
        "violations": total("violations", (it["violations"] for it in sampling)),
        "checks": total("checks"),
        "escalated": total("escalated"),
        "discarded": _counts(ordered, "discarded"),
        "undecided_reasons": _counts(ordered, "reasons"),
        "errors": sorted({record["error"] for record in ordered if record["error"]}),
        "sampling": sampling,
        "tightest": _tightest(ordered),
        "counterexample": counterexample,
        "witnesses": [witness for record in ordered for witness in record["witnesses"]],
        "measurements": [entry for record in ordered for entry in record["measurements"]],
        "series": [entry for record in ordered for entry in record["series"]],
    }
    late = {
        "proofs": [proof for record in ordered for proof in record.get("proofs", ())],
        "exact": sum(int(record.get("exact", 0)) for record in ordered),
        "classes": _counts(ordered, "classes"),
        "apart": _apart(ordered),
        "study": asdict(claim.study) if claim.study else None,
        "audit": _counts(ordered, "audit"),
        "failing": {case: says for it in ordered for case, says in it.get("failing", {}).items()},
        "defects": [record["defect"] for record in ordered if "defect" in record],
    }
    entry.update({key: value for key, value in late.items() if value})  # type: ignore[typeddict-item]
    return entry


def sentence(claim: Claim) -> schema.Sentence:
    """The report's entry for a claim that no computation can reach."""
    return {
        "id": claim.id,
        "pack": claim.pack,
        "group": claim.group,
        "title": claim.title,
        "statement": claim.statement,
        "wording": claim.wording,
        "source": asdict(claim.source),
        "not_testable": claim.not_testable,
    }


def summarize(entries: Sequence[schema.Claim]) -> schema.Summary:
    """Counts over the merged claims; what follows from another claim is not counted as evidence.

    ``claims`` and ``controls`` add up to all entries; ``independent`` counts the claims that
    follow from no other.
    """
    verdicts = {
        str(verdict): _kinds([entry for entry in entries if entry["verdict"] == verdict])
        for verdict in Verdict
    }
    return {
        **_kinds(entries),
        "as_wanted": sum(entry["as_wanted"] for entry in entries),
        "not_as_wanted": [entry["id"] for entry in entries if not entry["as_wanted"]],
        "verdicts": verdicts,
        "examples": sum(entry["examples"] for entry in entries),
    }


def contradiction(data: schema.Report) -> str:
    """Where a report contradicts itself, in few words; empty if it does not."""
    entries = data["claims"]
    for claim, times in Counter(entry["id"] for entry in entries).items():
        if times > 1:
            return f"the claim {claim} {times} times"
    for entry in entries:
        verdict, wanted = entry["verdict"], entry["wanted"]
        right = Verdict.REFUTED if entry["kind"] == "control" else Verdict.SUPPORTED
        if wanted != right:
            return f"{entry['id']}, a {entry['kind']}, wanted {wanted}"
        earned = Verdict.SUPPORTED if verdict == Verdict.CERTIFIED else verdict
        # What is not exercised is as wanted where code under test is not meant for it.
        is_spared = verdict == Verdict.NOT_EXERCISED and bool(entry["discarded"])
        if entry["as_wanted"] != (earned == wanted) and not is_spared:
            word = "as wanted" if entry["as_wanted"] else "not as wanted"
            return f"{entry['id']} {word}, which is {verdict} and wanted {wanted}"
    for key, value in summarize(entries).items():
        if (says := data["summary"].get(key)) != value:
            return shortened(f"a summary whose {key} is {says}, where the claims give {value}")
    return ""


def _kinds(entries: Sequence[schema.Claim]) -> schema.Kinds:
    claims = [entry for entry in entries if entry["kind"] != "control"]
    independent = sum(not entry["follows_from"] for entry in claims)
    controls = len(entries) - len(claims)
    return {"claims": len(claims), "independent": independent, "controls": controls}
