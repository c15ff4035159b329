"""What a journal's record must look like to be merged into a report (``Recorder.to_json``)."""

from __future__ import annotations

import functools
from typing import Any

from lcnn_verify.reporting.schema import schema

_COUNT = {"type": "integer", "minimum": 0}
_TALLY = {"type": "object", "additionalProperties": _COUNT}
_TEXT = {"type": "string"}
_LONGEST = 120


def _record_schema() -> dict[str, Any]:
    """A record in JSON Schema; what it shares with a report is the report's own definition."""
    observation: dict[str, Any] = {"$ref": "#/$defs/observation"}
    perhaps = {"anyOf": [{"type": "null"}, observation]}
    stream = {"law": _TEXT, "draws": _COUNT, "undecided": _COUNT, "violations": _COUNT}
    fields = {
        "claim": _TEXT,
        "test": _TEXT,
        **dict.fromkeys(("examples", "undecided", "violations", "checks", "escalated"), _COUNT),
        **dict.fromkeys(("discarded", "reasons"), _TALLY),
        **dict.fromkeys(("tightest", "counterexample"), perhaps),
        "witnesses": {"type": "array", "items": observation},
        "measurements": {"type": "array", "items": {"$ref": "#/$defs/measurement"}},
        "series": {"type": "array", "items": {"$ref": "#/$defs/series"}},
        "sampling": {"type": ["object", "null"], "required": list(stream), "properties": stream},
        "error": {"type": ["string", "null"]},
    }
    timed = dict(schema()["$defs"]["proof"])  # what a report keeps among its timings
    timed["properties"] = {**timed["properties"], "seconds": {"type": "number", "minimum": 0}}
    late = {
        "proofs": {"type": "array", "items": timed},
        "exact": _COUNT,
        "idle": _COUNT,
        "classes": _TALLY,
        "apart": {"type": "object", "additionalProperties": observation},
        "failing": {"type": "object", "additionalProperties": _TEXT},
        "audit": _TALLY,
        "defect": observation,
    }
    return {
        "type": "object",
        "required": list(fields),
        "properties": {**fields, **late},
        "$defs": schema()["$defs"],
    }


@functools.cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_record_schema())


def flaw(record: Any, claim: str) -> str:
    """Why ``record`` is none that a unit of ``claim`` can have left; empty if it is one."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(record))
    if error is not None:
        message = " ".join(error.message.split())
        shown = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
        return f"{shown} at {error.json_path}"
    if record["claim"] != claim:
        return f"a record of {record['claim']!r} in a unit of {claim!r}"
    return ""
