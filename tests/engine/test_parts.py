"""Parts that the units of a claim share: the report is that of a run in which each works alone."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from types import SimpleNamespace

import campaign_kit as kit
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign import worker
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.campaign.journal import flaw
from lcnn_verify.campaign.properties import plan
from lcnn_verify.campaign.run import TimeSpent, run_units
from lcnn_verify.evidence import progress
from lcnn_verify.evidence.parts import Share
from lcnn_verify.evidence.progress import Stage
from lcnn_verify.profiles import PROFILES
from lcnn_verify.reporting.merge import merge

CLAIM = "lab.first"
MAP = """
from lcnn_verify.evidence.parts import shared
from lcnn_verify.profiles import active

def row(k):
    with open({marks}, "a") as marks:
        marks.write(f"{k}\\n")
    if k == 3 and os.path.exists({pids}):
        raise LookupError("no row 3")
    return [k, active().derive_seed("row", str(k)) % 97 / 97.0]

@verifies("{claim}", cases=lambda profile: [{"name": name} for name in ("square", "round")])
def test_rows_are_small(name):
    check.at_most(0.5, 1.0)
    drawn = shared((1, 2, 3, 4, 5), row, "rows", cost=lambda k: k**3)
    Figure(Kind.TABLE, "Rows").add(name, k=[k for k, _ in drawn], y=[y for _, y in drawn])
    for k, y in drawn:
        check.at_most(y, 1.0)

@verifies("{claim}", examples=6)
@given(x=st.floats(0.0, 1.0))
def test_square_is_small(x):
    check.at_most(x * x, 2.0)
"""


def carried_out(folder, *, shared, cut=None):
    """The report's entry of the map in three shards, its units, and the rows made by each."""
    claim = replace(ledger.claim(CLAIM), shared=shared)
    profile = replace(PROFILES["quick"], shards=3)
    made: dict[str, list[str]] = {}

    def execute(units, jobs, until):
        for unit in units:
            if unit.id == cut:
                return
            (folder / "marks").unlink(missing_ok=True)
            told = json.loads(json.dumps(list(worker.run_unit(unit))))  # as a child's pipe does
            records = tuple(content for kind, content in told if kind == "record")
            assert [flaw(record, CLAIM) for record in records] == [""] * len(records)
            made[unit.id] = kit.lines(folder / "marks")
            yield UnitResult(unit.id, records, 0.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "claim", lambda name: claim)
        units = plan([claim], folder, profile, 0)
        done: dict[str, UnitResult] = {}
        journal = SimpleNamespace(results=done, append=lambda it: done.update({it.unit: it}))
        for _ in range(1 + (cut is not None)):  # cut short, and resumed
            try:
                run_units(units, journal, jobs=1, execute=execute)
            except TimeSpent:
                cut = None
        entry = merge(claim, [record for unit in units for record in done[unit.id].records])
    return json.dumps(entry), made


def test_a_map_is_the_same_from_one_unit_or_from_all(tmp_path):
    folder = kit.write(tmp_path, {CLAIM: MAP})
    alone, made = carried_out(folder, shared=False)
    rows = ["1", "2", "3", "4", "5"]
    assert made == {"lab.first 1/3": rows, "lab.first 2/3": rows, "lab.first 3/3": []}
    together, made = carried_out(folder, shared=True)
    assert together == alone
    assert json.loads(alone)["verdict"] == "SUPPORTED"
    assert sorted(chain(*made.values())) == sorted(2 * rows)  # each once
    assert all(made[f"lab.first {shard}/3"] for shard in (1, 2, 3))
    assert made["lab.first all/3"] == []
    # The time budget ended it: a shard is made later, what was finished is not made again.
    resumed, again = carried_out(folder, shared=True, cut="lab.first 2/3")
    assert (resumed, again) == (alone, made)


def test_a_part_that_breaks_is_told_and_what_is_lacking_is_tried_again(tmp_path):
    folder = kit.write(tmp_path, {CLAIM: MAP})
    (folder / "pids").touch()
    entry, made = carried_out(folder, shared=True)
    told = json.loads(entry)
    assert told["verdict"] == "INCONCLUSIVE"
    assert "no row 3" in told["reason"]
    assert "3" in made["lab.first all/3"]


def test_shares_are_disjoint_whole_and_cost_the_same():
    costs = [float(k**3) for k in range(1, 41)]
    shares = [list(Share(number, 7).of("rows", costs)) for number in range(7)]
    assert sorted(chain(*shares)) == list(range(40))
    loads = [sum(costs[number] for number in share) for share in shares]
    assert max(loads) < 1.02 * min(loads)
    # Which unit gets the dearest part is another for other work.
    first = {next(Share(0, 7).of(f"rows of {name}", costs)) for name in "abcdefgh"}
    assert len(first) > 3


def test_the_time_of_all_units_is_told(monkeypatch):
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    told: list[Stage] = []
    with progress.listening(told.append):
        list(progress.over((1.0, 3.0), "rows", cost=float, of_all=40.0))
    assert told[0].of_all == pytest.approx(40.0 / 3.0 * told[0].left)
    said = "1 of 3 rows, about 10 s left, 2 min for those of all units"
    assert str(Stage("rows", 1, 3, 10.0, 120.0)) == said
