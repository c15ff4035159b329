"""What the adversary found, and the file of pinned examples that a later search tries first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lcnn_verify import packs
from lcnn_verify.errors import InputError, once, reading
from lcnn_verify.evidence import Observation, replay_record
from lcnn_verify.ledger import Claim
from lcnn_verify.outputs import demand_folder, remove, write_atomically

VERSION = "1"
"""The version of files of pinned examples."""
BETTER = 1e-3
"""Relative: how far a search must undercut the lowest level known, or beat what is pinned."""
KEPT = 12
"""How many examples within the setting are kept."""
PINNED, FALLEN = "pinned.json", "counterexample.json"
_TIGHTEST = tuple(f"tightest-{number}.json" for number in range(1, KEPT + 1))


@dataclass(frozen=True, slots=True)
class Failure:
    """An example beyond a claim's setting, at which its inequality fails.

    ``level`` says where, in units of the setting's edge, and ``value`` how far the sides are apart,
    1 being equality; ``arguments`` are those of its property, as JSON. ``polished`` says what more
    digits make of it, if its pack told.
    """

    scene: str
    level: float
    value: float
    arguments: dict[str, Any]
    polished: str = ""


@dataclass(slots=True)
class Found:
    """What a search found, and how hard it looked.

    ``tightest`` are examples within the setting, the tightest first, and ``failures`` those beyond
    it, the lowest level first; no two are the same up to the pack's symmetries. ``polished`` says
    what more digits make of the first of the tightest, one for one. ``value`` and
    ``level`` name a failure's numbers. ``counterexample`` is a violation that was proved; ``notes``
    say what went wrong, and ``beaten`` which pinned examples are no longer the best. ``rounds``
    were finished; with ``levels``, the lowest of each scene, and ``searched``, the identities of
    what was searched from, they are what a search that is gone on with needs.
    """

    claim: Claim
    seed: int
    value: str = ""
    level: str = ""
    examples: Counter[str] = field(default_factory=Counter)
    searches: int = 0
    seconds: float = 0.0
    tightest: list[Observation] = field(default_factory=list)
    polished: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    counterexample: Observation | None = None
    notes: list[str] = field(default_factory=list)
    beaten: list[str] = field(default_factory=list)
    interrupted: bool = False
    rounds: int = 0
    levels: dict[str, float] = field(default_factory=dict)
    searched: list[Any] = field(default_factory=list)

    @property
    def as_wanted(self) -> bool:
        """Whether a control was violated, or any other claim was not, and nothing broke."""
        return self.claim.is_control is (self.counterexample is not None) and not self.notes

    def to_json(self) -> dict[str, Any]:
        """A plain dict, which ``attack`` takes as ``pinned``; seconds are not in it."""
        fallen = self.counterexample
        return {
            "attack": VERSION,
            "claim": self.claim.id,
            "seed": self.seed,
            "searched": {
                "examples": dict(self.examples),
                "local_searches": self.searches,
                "rounds": self.rounds,
                "from": self.searched,
            },
            "value": self.value,
            "level": self.level,
            "counterexample": fallen and fallen.to_json(),
            "tightest": [seen.to_json() for seen in self.tightest],
            "polished": self.polished,
            "failures": [asdict(failure) for failure in self.failures],
            "levels": self.levels,
            "notes": self.notes,
            "beaten": self.beaten,
        }

    def state(self) -> dict[str, Any]:
        """All of it as a plain dict, for another process: :meth:`from_state`."""
        return {**self.to_json(), "seconds": self.seconds, "interrupted": self.interrupted}

    @classmethod
    def from_state(cls, claim: Claim, data: Mapping[str, Any]) -> Found:
        """What :meth:`state` wrote of a search of ``claim``."""
        done, fallen = data["searched"], data["counterexample"]
        kept = ("seed", "value", "level", "levels", "polished", "notes", "beaten", "seconds")
        return cls(
            claim,
            examples=Counter(done["examples"]),
            searches=done["local_searches"],
            rounds=done["rounds"],
            interrupted=data["interrupted"],
            searched=done["from"],
            tightest=[Observation.from_json(seen) for seen in data["tightest"]],
            failures=[Failure(**failure) for failure in data["failures"]],
            counterexample=fallen and Observation.from_json(fallen),
            **{name: data[name] for name in kept},
        )

    def write(self, folder: Path) -> None:
        """Write a replay file of each of the tightest, and of the counterexample, and pin them.

        What was pinned stays where a violation ended the search before all of it was tried.
        """
        if self.counterexample is not None:
            _write(folder / FALLEN, replay_record(self.counterexample.to_json()))
            return
        for name, seen in zip(_TIGHTEST, self.tightest, strict=False):
            _write(folder / name, replay_record(seen.to_json()))
        _write(folder / PINNED, self.to_json())
        remove(folder, (*_TIGHTEST[len(self.tightest) :], FALLEN))


def _write(path: Path, content: Mapping[str, Any]) -> None:
    write_atomically(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def shipped(claim: Claim) -> dict[str, Any]:
    """What a search pinned that the claim's pack ships in ``pinned/CLAIM.json``; empty if none."""
    path = packs.pack_of(claim.id).sources / "pinned" / f"{claim.id}.json"
    return _read(path, claim) if path.exists() else {}


def pinned_in(folder: Path, claim: Claim) -> dict[str, Any]:
    """What an earlier search of the claim pinned in ``folder``, which is made; empty if none did.

    Raises ``InputError`` for files there that are not ours, not of this version or of another
    claim, and ``OSError`` where nothing can be written.
    """
    demand_folder(folder, (PINNED, FALLEN, *_TIGHTEST))
    path = folder / PINNED
    return _read(path, claim) if path.exists() else {}


def _read(path: Path, claim: Claim) -> dict[str, Any]:
    wanted = f"examples of {claim.id} pinned by `lcnn-verify attack`, of version {VERSION}"
    with reading(str(path), wanted):
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
    match data:
        case {"attack": str(version), "claim": str(name), "tightest": list(), "failures": list()}:
            if (version, name) == (VERSION, claim.id):
                return dict(data)
            raise InputError(str(path), f"{name}, version {version}", wanted)
    raise InputError(str(path), "JSON that is none of ours", wanted)
