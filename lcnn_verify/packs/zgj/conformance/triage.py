"""The triage of GUIDE.md: what a failure may come from, by symptom.

``triage.md`` is the table, which GUIDE.md has too; a report has the rows of the checks that failed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_suffix(".md")


@dataclass(frozen=True, slots=True)
class Row:
    """A symptom, its likely cause, the checks that show it, and a mutant of the gallery like it.

    What is between asterisks are the report's own words, said where they were verified.
    """

    symptom: str
    cause: str
    checks: tuple[str, ...]
    mutant: str

    def to_json(self) -> dict[str, Any]:
        """The row as a report has it; ``says`` are the words that verify it, () if none do."""
        return {
            "symptom": self.symptom.replace("*", ""),
            "says": re.findall(r"\*([^*]+)\*", self.symptom),
            "cause": self.cause,
            "checks": [f"zgj.conform.{check}" for check in self.checks],
            "example": f"lcnn-verify gallery {self.mutant}",
        }


def rows() -> tuple[Row, ...]:
    """The rows of the table, in its order."""
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines()[2:]:
        symptom, cause, checks, mutant = line.replace(r"\|", "\0").strip("| ").split(" | ")
        symptom, cause = (text.replace("\0", "|") for text in (symptom, cause))
        names = re.findall("`(.+?)`", checks)
        found.append(Row(symptom, cause, tuple(names), mutant.strip("`")))
    return tuple(found)
