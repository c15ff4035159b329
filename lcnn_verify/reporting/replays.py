"""The files beside a record: of each counterexample what ``replay`` reads, and a snippet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lcnn_verify import outputs
from lcnn_verify.evidence import replay_record
from lcnn_verify.reporting.plain import to_text

COUNTEREXAMPLES = "counterexamples"
"""The folder that holds them."""
_SNIPPET = "# A failure seen by lcnn-verify, which this does not need"


def write_replays(directory: Path, fallen: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a replay file of each counterexample by its name, and remove those of earlier ones.

    Beside a replay file stands its snippet, where it has one. Raises ``OSError`` when something
    cannot be written.
    """
    folder, files = directory / COUNTEREXAMPLES, dict[str, str]()
    for name, seen in fallen.items():
        files[f"{name}.json"] = to_text(replay_record(seen))
        if snippet := seen.get("snippet"):
            files[f"{name}.py"] = f"{_SNIPPET}: {name}\n{snippet}"
    _remove_stale(folder, set(files))
    for name, text in files.items():
        folder.mkdir(exist_ok=True)
        outputs.write_atomically(folder / name, text)


def remove_record(folder: Path, files: Iterable[str]) -> None:
    """Remove a record's ``files`` and its replay files, and nothing else; none need be there."""
    _remove_stale(folder / COUNTEREXAMPLES, set())
    outputs.remove(folder / COUNTEREXAMPLES, ())
    outputs.remove(folder, files)


def _remove_stale(folder: Path, keep: set[str]) -> None:
    """Remove replay files of claims that no longer have a counterexample, and nothing else."""
    for pattern, beginning in (("*.json", '{\n "replay"'), ("*.py", _SNIPPET)):
        for path in sorted(folder.glob(pattern)):
            if path.name not in keep and path.read_bytes().startswith(beginning.encode()):
                path.unlink()
