"""Which units a run makes of property files, in which order, and how many run at a time."""

import os
import sys
from concurrent.futures import Future

import campaign_kit as kit
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign import executor
from lcnn_verify.campaign.properties import directory_of, find_directory, load, plan, schedule
from lcnn_verify.errors import InputError
from lcnn_verify.processes import processors
from lcnn_verify.profiles import PROFILES

QUICK = PROFILES["quick"]


def test_planning_imports_no_property_and_cuts_by_shard(tmp_path):
    folder = kit.write(tmp_path, {"lab.first": kit.BAD_SYNTAX, "lab.control.second": kit.HOLDS})
    units = plan(ledger.claims(), folder, PROFILES["standard"], 7)
    assert [unit.id for unit in units] == [
        f"{claim} {shard}/4"
        for claim in ("lab.first", "lab.control.second")
        for shard in (1, 2, 3, 4)
    ]
    assert len({unit.context.derive_seed("x") for unit in units}) == 4


def test_long_units_start_first_and_nothing_is_lost(tmp_path):
    files = dict.fromkeys((claim.id for claim in ledger.claims()), kit.HOLDS)
    units = plan(ledger.claims(), kit.write(tmp_path, files), QUICK, 0)
    long = [claim.id for claim in ledger.claims() if claim.long]
    assert long
    scheduled = [unit.claim for unit in schedule(units)]
    assert scheduled == [*long, *(name for name in files if name not in long)]


def test_units_that_are_done_before_anybody_listens_are_told_in_their_order(tmp_path, monkeypatch):
    class AtOnce:
        def __init__(self, *_, **__): ...

        def submit(self, run, unit):
            (future := Future()).set_result(run(unit))
            return future

        def shutdown(self, **_): ...

    monkeypatch.setattr(executor, "ThreadPoolExecutor", AtOnce)
    monkeypatch.setattr(
        executor, "supervise", lambda unit, *_: executor.UnitResult(unit.id, (), 0.0)
    )
    files = {f"lab.{name}": kit.HOLDS for name in kit.LAB}
    units = plan(ledger.claims(), kit.write(tmp_path, files), QUICK, 0)
    assert [it.unit for it in executor.execute(units, 1)] == [unit.id for unit in units]


def test_properties_are_found_with_their_pack_and_loaded_by_path(tmp_path):
    assert find_directory(None) is None
    for claim in (*ledger.claims(), *ledger.checks()):
        assert (directory_of(claim) / claim.property_file).is_file()
    assert directory_of(ledger.claim("lab.first"), tmp_path) == tmp_path
    folder = kit.write(tmp_path, {"lab.first": kit.HOLDS + "\nagain = test_square_is_small\n"})
    (found,) = load(folder, "lab/test_first.py")
    assert (found.claim.id, found.name) == ("lab.first", "test_square_is_small")
    with pytest.raises(InputError, match="nothing at"):
        load(folder, "lab/test_none.py")
    kit.write(tmp_path, {"lab.first": "raise RuntimeError('at import')"})
    with pytest.raises(RuntimeError, match="at import"):
        load(folder, "lab/test_first.py")
    assert "_lcnn_properties_lab_test_first" not in sys.modules


def test_jobs_default_to_the_processors_we_may_use(monkeypatch):
    assert processors() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert processors() == os.cpu_count()
