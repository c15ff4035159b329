"""The journal survives kill -9 and a full disk, and never mixes two runs."""

from __future__ import annotations

import errno
import json
import math
import os
import random
import resource
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import campaign_kit as kit
import pytest

from lcnn_verify.campaign.campaign import verify
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.campaign.journal import Fingerprint, Journal, flaw, sealed
from lcnn_verify.campaign.worker import broken
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Figure, Recorder, check, measure
from lcnn_verify.evidence.figures import Kind
from lcnn_verify.evidence.recorder import Sampling, recording
from lcnn_verify.profiles import PROFILES

UNITS = ("lab.first 1/1", "lab.third 1/1", "lab.second 1/1")
PRINT = Fingerprint(
    profile=PROFILES["quick"],
    seed=3,
    selection=("lab.first", "lab.third", "lab.second"),
    version="0.1.0",
    sources={"engine": "abc", "pack lab": "def"},
    units=UNITS,
)


def result(unit: str) -> UnitResult:
    return UnitResult(unit, (broken(unit.partition(" ")[0], "test_x", "it broke"),), 0.25)


def journal_of(out: Path, *units: str) -> Path:
    with Journal.open(out, PRINT, resume=False) as journal:
        for unit in units:
            journal.append(result(unit))
    return out / "journal.jsonl"


def resumed(out: Path, fingerprint: Fingerprint = PRINT) -> dict[str, UnitResult]:
    with Journal.open(out, fingerprint, resume=True) as journal:
        return journal.results


def test_results_come_back_as_they_were(tmp_path):
    journal_of(tmp_path, *UNITS[:2])
    assert resumed(tmp_path) == {unit: result(unit) for unit in UNITS[:2]}


@pytest.mark.parametrize(
    ("ends", "counted"), [(KeyboardInterrupt(), [UNITS[0]]), (OSError(28, "no space left"), [])]
)
def test_a_result_counts_from_when_it_may_be_on_disk(tmp_path, monkeypatch, ends, counted):
    def fsync(_: int) -> None:
        raise ends

    with Journal.open(tmp_path, PRINT, resume=False) as journal:
        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(type(ends)):
            journal.append(result(UNITS[0]))
        assert list(journal.results) == counted


def test_resuming_nothing_starts_afresh(tmp_path):
    assert resumed(tmp_path / "new" / "deep") == {}
    assert len(kit.lines(tmp_path / "new" / "deep" / "journal.jsonl")) == 1


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_torn_last_line_is_ignored_and_overwritten(tmp_path, cut):
    path = journal_of(tmp_path, *UNITS[:2])
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal.open(tmp_path, PRINT, resume=True) as journal:
        assert list(journal.results) == [UNITS[0]]
        journal.append(result(UNITS[2]))
    assert list(resumed(tmp_path)) == [UNITS[0], UNITS[2]]
    path.write_bytes(path.read_bytes() + b"\0\0\xff")
    assert list(resumed(tmp_path)) == [UNITS[0], UNITS[2]]


def _record(**changes: object) -> dict[str, object]:
    return {**result(UNITS[1]).records[0], **changes}


def _entry(**changes: object) -> bytes:
    entry = {"unit": UNITS[1], "records": list(result(UNITS[1]).records), "seconds": 0.5}
    return sealed({**entry, **changes})


@pytest.mark.parametrize(
    ("line", "content", "message"),
    [
        (1, b"", "line 1: not JSON"),
        (1, b"[1]", "line 1: not a JSON object"),
        (1, b"{}", "line 1: not a journal's first line"),
        (1, b'{"journal": "3"}', "line 1: not a journal's first line"),
        (1, b'{"journal": "2"}', "of version '2', wanted version '3'"),
        (2, b'{"unit": "lab.fi', "line 2: not JSON"),
        (2, b"\xff\xfe", "line 2: not JSON"),
        (2, b"[" * 100_000, "line 2: not JSON (it is nested too deep)"),
        (2, b"7", "line 2: not a JSON object"),
        (
            2,
            _entry(unit="lab.fifth 1/1", records=[]),
            "line 2: not the result of a unit still missing",
        ),
        (2, _entry(records={}), "line 2: not the result"),
        (
            2,
            _entry(records=[{"claim": "lab.third"}]),
            "line 2: 'test' is a required property",
        ),
        (2, _entry(records=[7]), "line 2: 7 is not of type 'object' at $"),
        (2, _entry(seconds=None), "line 2: not the result"),
        (2, _entry(seconds=math.nan), "line 2: not the result"),
        (
            2,
            _entry(records=[_record(claim="lab.first")]),
            "a record of 'lab.first' in a unit of",
        ),
        (2, _entry(records=[_record(examples="many")]), "'many' is not of type 'integer' at $.ex"),
        (2, _entry(records=[_record(tightest="x" * 200)]), "x…"),
        (1, b'{"journal": "3", "units": [["a"]]}', "line 1: not a journal's first line"),
        (3, _entry(unit=UNITS[0], records=[]), "line 3: not the result of a unit still missing"),
    ],
)
def test_a_corrupt_journal_is_refused_and_left_alone(tmp_path, line, content, message):
    path = journal_of(tmp_path, *UNITS[:2])
    damaged = path.read_bytes().split(b"\n")
    damaged[line - 1] = content
    path.write_bytes(b"\n".join(damaged))
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        resumed(tmp_path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_no_flipped_bit_changes_what_a_journal_says(tmp_path):
    path = journal_of(tmp_path, *UNITS)
    right, before = path.read_bytes(), resumed(tmp_path)
    chance, refused = random.Random(0), 0
    for _ in range(200):
        flipped = bytearray(right)
        flipped[chance.randrange(len(right))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        results = None
        with suppress(InputError):
            results = resumed(tmp_path)
        refused += results is None
        # Else the last line end was hit: a torn line, whose unit is run again.
        assert results in (None, {unit: before[unit] for unit in UNITS[:2]})
    assert refused > 190


def test_what_the_environment_ended_is_run_again(tmp_path):
    with Journal.open(tmp_path, PRINT, resume=False) as journal:
        journal.append(replace(result(UNITS[0]), cut_short=True))
        journal.append(result(UNITS[1]))
        assert list(journal.results) == list(UNITS[:2])
    assert list(resumed(tmp_path)) == [UNITS[1]]


@pytest.mark.parametrize("content", ["", '{"journal": "2", "units": []}'])
def test_a_journal_without_a_whole_line_is_corrupt(tmp_path, content):
    (tmp_path / "journal.jsonl").write_text(content)
    with pytest.raises(InputError, match="line 1: no whole line") as caught:
        resumed(tmp_path)
    assert str(caught.value).endswith("or a run without --resume, which sets it aside")
    assert (tmp_path / "journal.jsonl").read_text() == content


FULL = Recorder("lab.third", "test_x", sampling=Sampling("a law", 3))
with recording(FULL), FULL.example({"x": 1.5}):
    measure("size", 3.0)
    Figure(Kind.TABLE, "Points").add("a line", t=[0.5])
    check.at_most(1.0, 2.0)
    check.witness_at_most(1.0, 2.0)


@pytest.mark.parametrize("value", [None, "many", -1, True, [3], {"a": None}])
@pytest.mark.parametrize("key", sorted(FULL.to_json()))
def test_no_field_of_a_record_may_have_another_type(key, value):
    right = FULL.to_json()
    assert flaw(right, "lab.third") == ""
    optional = {"tightest", "counterexample", "sampling", "error"}
    fine = (value is None and key in optional) or (value == "many" and key in {"test", "error"})
    assert (flaw({**right, key: value}, "lab.third") == "") == fine
    assert flaw({name: right[name] for name in right if name != key}, "lab.third")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 4}, "of a run with seed 3, wanted seed 4"),
        ({"profile": PROFILES["deep"]}, "of a run with profile 'quick', wanted profile 'deep'"),
        ({"profile": replace(PROFILES["quick"], examples=2.0)}, "with other budgets"),
        ({"version": "0.2.0"}, "with version '0.1.0', wanted version '0.2.0'"),
        ({"selection": ("lab.first",)}, "with other selection"),
        (
            {"sources": {"engine": "abc", "pack lab": "x"}},
            "other sources (pack lab changed), wanted",
        ),
        ({"sources": {"engine": "x"}}, "with other sources (engine changed), wanted"),
        ({"units": UNITS[:2]}, "with other units"),
    ],
)
def test_a_journal_of_another_run_is_refused_and_left_alone(tmp_path, change, message):
    path = journal_of(tmp_path, UNITS[0])
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        resumed(tmp_path, replace(PRINT, **change))
    assert message in str(caught.value)
    assert path.read_bytes() == before


def test_without_resume_an_unfinished_journal_is_moved_aside(tmp_path):
    path = journal_of(tmp_path, UNITS[0])
    first = path.read_bytes()
    journal_of(tmp_path, UNITS[1])
    assert (tmp_path / "journal.jsonl.1").read_bytes() == first
    path.write_text("not a journal\n")
    journal_of(tmp_path, *UNITS)
    assert (tmp_path / "journal.jsonl.2").read_text() == "not a journal\n"
    journal_of(tmp_path)  # the one before was complete
    journal_of(tmp_path)  # the one before was empty
    assert not (tmp_path / "journal.jsonl.3").exists()
    assert kit.lines(path) == [sealed(PRINT.to_json()).decode()]


@pytest.mark.parametrize("resume", [True, False])
def test_two_runs_cannot_share_a_folder(tmp_path, resume):
    with Journal.open(tmp_path, PRINT, resume=False) as journal:
        before = journal.path.read_bytes()
        with pytest.raises(InputError, match="a folder no other run is writing to"):
            Journal.open(tmp_path, PRINT, resume=resume)
        assert journal.path.read_bytes() == before
    Journal.open(tmp_path, PRINT, resume=resume).close()


OPENS_TOGETHER = """
import sys, time
from pathlib import Path
sys.path[:] = {path!r}
from test_journal import PRINT, UNITS, result
from lcnn_verify.campaign.journal import Journal
from lcnn_verify.errors import InputError

folder, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
for turn in sys.stdin:
    try:
        with Journal.open(folder / turn.strip(), PRINT, resume=False) as journal:
            for unit in UNITS:
                journal.append(result(unit))
            print("held", flush=True)
            assert sys.stdin.readline() == "let go\\n"
    except InputError as error:
        print("refused", flush=True)
        assert sys.stdin.readline() == "let go\\n"
"""


def test_of_two_runs_started_together_one_gets_the_folder(tmp_path):
    script = OPENS_TOGETHER.format(path=[str(Path(__file__).parent), *sys.path])
    command = [sys.executable, "-c", script, str(tmp_path)]
    with ExitStack() as stack:
        runs = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for name in "ab"
        ]
        assert [run.stdout.readline() for run in runs] == ["ready\n"] * 2
        for turn, before in enumerate(["nothing", "unfinished", "complete", "empty"] * 6):
            out = tmp_path / str(turn)
            if before != "nothing":
                path = journal_of(out, *(UNITS if before == "complete" else UNITS[:1]))
                if before == "empty":
                    path.write_text("")
            for run in runs:
                run.stdin.write(f"{turn}\n")
                run.stdin.flush()
            assert sorted(run.stdout.readline() for run in runs) == ["held\n", "refused\n"]
            for run in runs:
                run.stdin.write("let go\n")
                run.stdin.flush()
            assert resumed_units(out) == list(UNITS)
            assert (out / "journal.jsonl.1").exists() == (before in {"unfinished", "empty"})
            assert not (out / "journal.jsonl.2").exists()
        for run in runs:
            run.stdin.close()
            assert run.wait() == 0


def test_a_file_system_without_locks_will_do(tmp_path, monkeypatch):
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    journal_of(tmp_path, *UNITS[:1])
    assert list(resumed(tmp_path)) == [UNITS[0]]


def test_a_full_disk_is_found_before_any_unit_runs(tmp_path):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.COUNTS})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "journal.jsonl.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left on device") as caught:
        verify(["lab"], out=tmp_path / "out", properties=folder)
    assert caught.value.filename == str(tmp_path / "out" / "journal.jsonl")
    assert not (folder / "marks").exists()


def test_a_disk_that_fills_up_costs_nothing_already_finished(tmp_path):
    text = kit.COUNTS.replace("range(3)", "range(30_000)")
    files = dict.fromkeys(("lab.first", "lab.third", "lab.second"), text)
    folder, out = kit.write(tmp_path / "p", files), tmp_path / "out"
    options = ("run", "--claims", ",".join(files), "--properties", folder, "--out", out)
    limit = 600_000  # room for one record of 400 kB

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    done = kit.lcnn_verify(*options, "--jobs", "1", preexec_fn=fill_up)
    assert done.returncode == 2
    assert "with 1 of 3 units finished. The statement earned the wanted verdict." in (
        " ".join(done.stdout.split())
    )
    assert done.stderr == (
        f"error: --out: got {out / 'journal.jsonl'} (File too large), wanted a folder "
        "with room to write; what is finished is kept, resume with: lcnn-verify run "
        f"--claims {','.join(files)} --properties {folder} --out {out} --jobs 1 --resume\n"
    )
    assert len(resumed_units(out)) == 1
    marks = kit.lines(folder / "marks")
    assert kit.call(*options, "--resume") == 0
    assert kit.lines(folder / "marks").count(marks[0]) == 1


def resumed_units(out: Path) -> list[str]:
    whole = (out / "journal.jsonl").read_bytes().split(b"\n")[1:-1]
    return [json.loads(line)["unit"] for line in whole]


def test_the_header_is_plain_json_a_person_can_read(tmp_path):
    header = json.loads(kit.lines(journal_of(tmp_path))[0])
    assert header["journal"] == "3"
    assert (header["profile"], header["seed"], header["units"]) == ("quick", 3, list(UNITS))
