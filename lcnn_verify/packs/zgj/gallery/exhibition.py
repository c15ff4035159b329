"""What the kill matrix shows, as one record that every reader of it uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lcnn_verify
from lcnn_verify import outputs
from lcnn_verify.outputs import PARTIAL
from lcnn_verify.packs.zgj.gallery.catalogue import Entry, mutants
from lcnn_verify.packs.zgj.gallery.matrix import Outcome, Row
from lcnn_verify.packs.zgj.gallery.outline import document
from lcnn_verify.packs.zgj.ledger.conformance import CHECKS
from lcnn_verify.reporting.plain import plain
from lcnn_verify.reporting.record import files_of, write_record

GALLERY_VERSION = "1.0"
SCHEMA_PATH = Path(__file__).with_name("gallery.schema.json")


@dataclass(frozen=True, slots=True)
class Exhibition:
    """The kill matrix; ``data`` is what ``gallery.json`` holds, by ``gallery.schema.json``."""

    data: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """0 if every mutant was killed, every check killed and no reference fell, else 1."""
        return 0 if self.data["summary"]["as_wanted"] else 1

    def place(self, out: Path) -> Path:
        """Where in ``out`` it belongs: a partial one beside a finished one, if there is one."""
        return outputs.place_of_partial(out, "gallery.json") if PARTIAL in self.data else out

    def write(self, directory: Path | str) -> None:
        """Write ``gallery.json``, ``gallery.md`` and ``gallery.html``, each whole or not at all.

        Raises ``OSError`` when something cannot be written; what was written before stays, but a
        partial one that a finished one makes obsolete.
        """
        write_record(directory, "gallery", self.data, document(self.data))
        if PARTIAL not in self.data:
            outputs.remove(Path(directory, PARTIAL), files_of("gallery"))


def exhibit(
    entries: Sequence[Entry], rows: Sequence[Row], seeds: Sequence[int], seconds: float
) -> Exhibition:
    """Put together what was run: ``rows`` of the ``entries`` that could be, under all ``seeds``.

    A check is useless if it kills nothing, which only the whole gallery can show. Entries that
    could be run and have no row make it partial.
    """
    kills = {check.id: 0 for check in CHECKS}
    ran = {row.entry for row in rows}
    waiting = [entry.name for entry in entries if not entry.missing and entry not in ran]
    entries = [entry for entry in entries if entry.name not in waiting]
    described = [_entry(entry, [row for row in rows if row.entry == entry]) for entry in entries]
    wrong = [item for item in described if not item["reference"] and not item["skipped"]]
    right = [item for item in described if item["reference"] and not item["skipped"]]
    for item in wrong:
        for kill in item["killed_by"]:
            kills[kill["check"]] += 1
    complete = set(mutants()) <= ran
    survivors = [item["name"] for item in wrong if item["survived"]]
    useless = [check for check, count in kills.items() if not count] if complete else []
    alarms = [item["name"] for item in right if item["killed_by"] or item["undecided"]]
    data = {
        "gallery": GALLERY_VERSION,
        "lcnn_verify": lcnn_verify.__version__,
        "seeds": list(seeds),
        "complete": complete,
        "checks": [
            {"id": check.id, "title": check.title, "kills": kills[check.id]} for check in CHECKS
        ],
        "implementations": described,
        "summary": {
            "mutants": len(wrong),
            "killed": len(wrong) - len(survivors),
            "references": len(right),
            "survivors": survivors,
            "useless": useless,
            "false_alarms": alarms,
            "as_wanted": not (survivors or useless or alarms),
        },
        "timings": {
            "seconds": round(seconds, 1),
            "frameworks": round(sum(row.seconds for row in rows if row.entry.needs), 1),
            "implementations": {
                entry.name: round(sum(row.seconds for row in rows if row.entry == entry), 2)
                for entry in entries
            },
        },
    }
    if waiting:
        data[PARTIAL] = {"reason": "interrupted", "missing": waiting}
    return Exhibition(plain(data))


def _entry(entry: Entry, rows: Sequence[Row]) -> dict[str, Any]:
    """One implementation and what the checks made of it."""
    return {
        "name": entry.name,
        "says": entry.says,
        "topic": entry.topic,
        "target": entry.target,
        "reference": entry.is_reference,
        "skipped": entry.missing,
        "killed_by": _findings(rows, Outcome.KILLED),
        "undecided": _findings(rows, Outcome.UNDECIDED),
        "not_offered": list(rows[0].having(Outcome.NOT_OFFERED)) if rows else [],
        "survived": [row.seed for row in rows if not row.having(Outcome.KILLED)],
    }


def _findings(rows: Sequence[Row], outcome: Outcome) -> list[dict[str, Any]]:
    """The checks with that outcome, under how many seeds, and what they said under the first."""
    found = []
    for check in CHECKS:
        cells = [row.cells[check.id] for row in rows]
        if said := [cell.says for cell in cells if cell.outcome is outcome]:
            found.append({"check": check.id, "seeds": len(said), "says": said[0]})
    return found
