"""``lcnn-verify bench``: what it measures, by a clock of ours, and what counts as slower."""

from __future__ import annotations

import json
import os
from functools import partial

import campaign_kit as kit
import pytest
from jsonschema import Draft202012Validator

from lcnn_verify.benchmarks import measure, outline, record, start
from lcnn_verify.benchmarks.compare import compared
from lcnn_verify.benchmarks.record import Measured, read
from lcnn_verify.campaign import executor
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.benchmark import Benchmark, Way
from lcnn_verify.reporting.plain import to_text

SCHEMA = Draft202012Validator(json.loads(record.SCHEMA_PATH.read_text(encoding="utf-8")))
SIZES = tuple({"n": n} for n in (10, 100, 1000))
call = partial(kit.call, "bench")


class Clock:
    """Time that passes only in the work of ``way``, a unit of which takes ``seconds``, and asleep.

    Where ``caches`` count, a call after another way's takes three times as long. Threads of a way
    that ``spins`` do so for 20 ms after a call, at twice the cost of what others do meanwhile.
    """

    now = processor = spun_until = 0.0
    caches, last, spinner = False, None, None

    def sleep(self, seconds):
        self.processor += max(0.0, min(seconds, self.spun_until - self.now))
        self.now += seconds

    def way(self, seconds, result=None, *, spins=False, **about):
        def run():
            cold = 3.0 if self.caches and self.last is not run else 1.0
            shared = 2.0 if self.now < self.spun_until and self.spinner is not run else 1.0
            self.now += seconds * about.get("units", 1) * cold * shared
            self.last = run
            if spins:
                self.spun_until, self.spinner = self.now + 0.02, run
            if isinstance(result, BaseException):
                raise result
            return result

        return Way(run, **about)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(measure, "perf_counter", lambda: clock.now)
    monkeypatch.setattr(measure, "process_time", lambda: clock.processor)
    monkeypatch.setattr(measure, "sleep", clock.sleep)
    monkeypatch.setattr(measure, "_ROUND", 1e-3)
    return clock


def timed(clock, *, ours=1.0, peer=1.0, limit=1.0, machine=1.0, **more):
    """A measurement: ours takes n² µs, each peer 4n² µs, a limit 1 µs, each times its factor."""

    def ways(n):
        return {
            "ours": clock.way(machine * ours * n**2 * 1e-6, (1.0, [2.0]), units=4),
            "peer": clock.way(machine * peer * 4 * n**2 * 1e-6, (1.0, [2.0]), units=4),
            "other": clock.way(machine * 4 * n**2 * 1e-6, (1.0, [2.0]), units=4),
            "absent": Way(None),
            "limit": clock.way(machine * limit * 1e-6, limit=True),
            **more,
        }

    it = Benchmark(id="toy.made", title="Made", ways=ways, sizes=SIZES, quick=2, axis="n")
    return measure.measure([it])


def test_what_a_unit_takes_how_many_times_that_others_take_and_how_it_grows(clock):
    found = timed(clock)
    (entry,) = found.data["benchmarks"]
    same = {"minimum": 1e-4, "median": 1e-4}
    first = {it["way"]: it for it in entry["rows"][0]["timings"]}
    assert first["ours"]["seconds"] == same
    assert first["peer"]["ratio"] == {"minimum": 4.0, "median": 4.0}
    assert first["limit"]["ratio"] == {"minimum": 0.01, "median": 0.01}
    assert first["absent"]["seconds"] is first["absent"]["ratio"] is None
    assert [name for name, it in first.items() if it["limit"]] == ["limit"]
    assert entry["growth"] == {"axis": "n", "exponent": 2.0, "first": 10, "last": 1000}
    assert [row["rounds"] for row in entry["rows"]] == [measure.ROUNDS] * 3
    assert found.as_wanted
    SCHEMA.validate(found.data)


@pytest.mark.parametrize("about", [{}, {"spins": True}])
def test_what_the_way_before_left_behind_is_not_timed(clock, about):
    clock.caches = True
    found = timed(clock, last=clock.way(1e-3, limit=True, **about))
    (entry,) = found.data["benchmarks"]
    ours, peer = entry["rows"][0]["timings"][:2]
    assert ours["seconds"] == {"minimum": 1e-4, "median": 1e-4}
    assert peer["ratio"] == {"minimum": 4.0, "median": 4.0}


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ((1.0, [2.1]), "it computes something else than ours does"),
        ((1.0, [2.0, 0.0]), "it computes something else than ours does"),
        (None, "nothing says that it computes what ours does"),
        (ValueError("no such size"), "ValueError: no such size"),
        (SystemExit(3), "SystemExit: 3"),
    ],
)
def test_a_way_that_breaks_or_computes_something_else_is_not_timed(clock, result, reason):
    found = timed(clock, wrong=clock.way(1e-6, result, units=4))
    assert [(it["way"], it["reason"]) for it in found.data["failures"]] == [("wrong", reason)] * 3
    assert [row["timings"][-1]["seconds"] for row in found.data["benchmarks"][0]["rows"]] == [
        None
    ] * 3
    assert not found.as_wanted
    SCHEMA.validate(found.data)


def test_what_is_the_same_up_to_rounding_or_says_so_itself_is_timed(clock):
    near = clock.way(1e-6, (1.0, [2.0 + 1e-10]), units=4)
    fewer = clock.way(1e-6, 5.0, units=2, same=lambda found: found == 5.0)
    assert timed(clock, near=near, fewer=fewer).as_wanted


@pytest.mark.parametrize(
    ("same", "reason"),
    [
        (None, "nothing says that it computes what ours does"),
        (lambda found: found != 5.0, "it computes something else than ours does"),
        (lambda found: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_peer_of_other_units_must_say_that_it_does_the_same(clock, same, reason):
    found = timed(clock, fewer=clock.way(1e-6, 5.0, units=2, same=same))
    assert [(it["way"], it["reason"]) for it in found.data["failures"]] == [("fewer", reason)] * 3


def test_a_benchmark_of_ours_that_breaks_costs_no_other(clock):
    def none(n):
        raise LookupError("no data")

    good = Benchmark(id="toy.good", title="Good", ways=lambda: {"ours": clock.way(1e-6)})
    bad = Benchmark(id="toy.bad", title="Bad", ways=none, sizes=SIZES[:1])
    found = measure.measure([bad, good])
    assert found.data["failures"][0]["reason"] == "LookupError: no data"
    assert [len(entry["rows"]) for entry in found.data["benchmarks"]] == [0, 1]


@pytest.mark.parametrize(
    ("change", "slower"),
    [
        ({}, 0),
        ({"machine": 3.0}, 0),  # another machine, or a busy one
        ({"peer": 0.5}, 0),  # a peer became faster: the other does not bear it out
        ({"ours": 10.0, "limit": 10.0}, 3),  # a limit of our own code is as much slower
        ({"ours": 1.2}, 0),
        ({"ours": 1.3}, 3),
        ({"ours": 1.3, "machine": 0.1}, 3),
        ({"ours": 0.5}, 0),
    ],
)
def test_slower_is_what_lost_against_every_peer(clock, change, slower):
    found = compared(timed(clock, **change), timed(clock), "OLD")
    changes = found.data["compared"]["changes"]
    assert sum(it["slower"] for it in changes) == slower
    assert changes[0]["beside"].keys() == {"peer", "other"}
    assert found.as_wanted is (slower == 0)
    SCHEMA.validate(found.data)
    looser = compared(timed(clock, **change), timed(clock), "OLD", 10.0)
    assert looser.as_wanted


def test_limits_stand_in_where_no_peer_is_in_both(clock):
    old, new = timed(clock), timed(clock, ours=2.0)
    for row in old.data["benchmarks"][0]["rows"]:
        row["timings"] = [it for it in row["timings"] if it["way"] not in {"peer", "other"}]
    changes = compared(new, old, "OLD").data["compared"]["changes"]
    assert [it["beside"] for it in changes] == [{"limit": 2.0}] * 3
    assert all(it["slower"] for it in changes)


def test_rounds_that_disagree_bear_nothing_out(clock):
    old, new = timed(clock), timed(clock, ours=2.0)
    for row in new.data["benchmarks"][0]["rows"]:
        for it in row["timings"][1:]:
            it["ratio"] = it["ratio"] and {**it["ratio"], "median": it["ratio"]["median"] * 2.0}
    assert compared(new, old, "OLD").as_wanted


def test_records_with_nothing_to_compare_are_refused(clock):
    old = timed(clock)
    new = Measured(json.loads(to_text(old.data).replace("toy.made", "toy.other")))
    with pytest.raises(InputError, match=r"^compare: got OLD, which has no row with a peer"):
        compared(new, old, "OLD")
    with pytest.raises(InputError, match=r"^tolerance: got 0.0, wanted .* more than 0"):
        compared(old, old, "OLD", 0.0)


def spoil(entry, **fields):
    """Put ``fields`` into a part of a record."""
    entry.update(fields)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["benchmarks"].append(data["benchmarks"][0]),
        lambda data: spoil(data["benchmarks"][0], rows=data["benchmarks"][0]["rows"][:1] * 2),
        lambda data: data["benchmarks"][0]["rows"][0]["timings"].clear(),
        lambda data: spoil(data["benchmarks"][0]["rows"][0]["timings"][0], seconds=None),
        lambda data: spoil(data["benchmarks"][0]["rows"][0]["timings"][1], way="ours"),
        lambda data: spoil(data["benchmarks"][0]["rows"][0]["size"], n=10**400),
        lambda data: spoil(data["benchmarks"][0]["growth"], axis="zz"),
        lambda data: spoil(data["benchmarks"][0]["growth"], exponent=1e308, first=0),
        *(
            lambda data, bad=bad: spoil(
                data["benchmarks"][0]["rows"][0]["timings"][1]["ratio"], minimum=bad
            )
            for bad in (0, -1.0, 5e-324, 1.7e308)
        ),
    ],
)
def test_a_record_that_cannot_be_so_is_refused(clock, tmp_path, change):
    data = json.loads(to_text(timed(clock).data))
    place = tmp_path / "bench.json"
    place.write_text(json.dumps(data))
    assert read("FILE", place).data == data
    change(data)
    place.write_text(json.dumps(data))
    with pytest.raises(InputError, match="wanted a record of benchmarks"):
        read("FILE", place)


@pytest.fixture
def fast(monkeypatch):
    """Rounds of one call each, and an environment that is given back."""
    monkeypatch.setattr(measure, "_ROUND", 0.0)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, os.environ.get(name, "1"))


def test_a_measurement_is_written_shown_and_compared(fast, tmp_path, capsys, monkeypatch):
    out = tmp_path / "bench"
    assert call("--only", "toy", "--quick", "--out", out) == 0
    told = capsys.readouterr().out
    assert "Partitions of n toy.count" in told
    assert "n additions*" in told
    assert "—" in told  # an abacus
    assert "Cost grows like n^" in told
    page = (out / "bench.html").read_text(encoding="utf-8")
    assert "<svg" in page
    summary = (out / "bench.md").read_text(encoding="utf-8")
    assert "| (10) |" not in summary
    assert ("by the median" in summary, "by the median" in told) == (True, False)  # has no room
    data = json.loads((out / "bench.json").read_text(encoding="utf-8"))
    SCHEMA.validate(data)
    assert [row["size"]["n"] for row in data["benchmarks"][0]["rows"]] == [20, 40, 80]
    monkeypatch.setattr(measure, "measure", None)  # nothing is timed any more
    assert call(out, "--only", "toy.count", "--json") == 0
    assert json.loads(capsys.readouterr().out) == data
    assert call("--compare", out, out / "bench.json", "--quiet") == 0
    for row in data["benchmarks"][0]["rows"][:1]:
        for it in row["timings"][1:]:
            it["ratio"] = it["ratio"] and {key: value / 2 for key, value in it["ratio"].items()}
    (tmp_path / "new.json").write_text(to_text(data), encoding="utf-8")
    assert call("--compare", out, tmp_path / "new.json") == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "toy.count (20) slower series ×2 ×2" in told
    assert "1 row slower than before" in told
    assert "the speed of the machine cancels" in told


def test_bad_input_is_one_line_before_anything_is_timed(fast, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(measure, "measure", None)
    (tmp_path / "bench.json").write_text('{"mine": 1}')
    (tmp_path / "old.json").write_text('{"bench": "0.9"}')
    (tmp_path / "report.json").write_text('{"schema_version": "3.0"}')
    (tmp_path / "new.json").write_text('{"bench": "1.0", "quick": 3}')
    for words, said in {
        ("--out", tmp_path): f"out: got {tmp_path / 'bench.json'}, a file lcnn-verify did not",
        ("--compare", tmp_path / "old.json"): "got schema version 0.9, wanted 1.x; run it again",
        ("--compare", tmp_path / "report.json"): (
            "got JSON that is not a record of benchmarks (no bench, but schema_version 3.0), "
            "wanted a record of benchmarks of schema 1.x, as `lcnn-verify bench` writes it"
        ),
        (tmp_path / "new.json",): "at $",
        (tmp_path / "none.json",): "error: NEW (",
        ("--only", "toy.cont"): "error: --only: got 'toy.cont', wanted one of ",
        ("--tolerance", "0"): "error: --tolerance: got 0.0, wanted a part of the time",
        ("--threads", "0"): "error: --threads: got 0, wanted an integer ≥ 1",
    }.items():
        assert said in kit.refused(capsys, "bench", *words)


def test_what_was_timed_before_ctrl_c_is_kept_and_replaces_nothing(
    fast, clock, tmp_path, capsys, monkeypatch
):
    def ways(n):
        return {"ours": clock.way(1e-3, KeyboardInterrupt() if n > 10 else None)}

    made = Benchmark(id="toy.made", title="Made", ways=ways, sizes=SIZES)
    monkeypatch.setattr(measure, "offered", lambda names: [made])
    finished = '{"bench": "1.0"}'
    (tmp_path / "bench.json").write_text(finished)
    assert call("--out", tmp_path) == 3
    assert "PARTIAL, interrupted. 1 row timed." in capsys.readouterr().out
    assert (tmp_path / "bench.json").read_text() == finished
    data = json.loads((tmp_path / "partial" / "bench.json").read_text(encoding="utf-8"))
    SCHEMA.validate(data)
    assert data["partial"] == {"reason": "interrupted", "rows": 3}
    # To show it is not interrupted, and says what it is.
    assert call(tmp_path / "partial") == 0
    assert "PARTIAL, interrupted. 1 row timed." in capsys.readouterr().out


def test_the_start_of_the_engine_is_offered_beside_the_packs(monkeypatch):
    monkeypatch.setattr(measure, "row_of", lambda *_: None)  # tests/packs take it for a row
    found = measure.measure(measure.offered(["lcnn-verify", "toy"]))
    timed = [entry["id"] for entry in found.data["benchmarks"]]
    assert timed == ["toy.count", "lcnn-verify.import", "lcnn-verify.unit"]
    assert "toy-pack" in found.data["environment"]["packages"]


def test_a_unit_that_breaks_is_not_timed(monkeypatch):
    def broken(unit, work):
        return UnitResult(unit.id, ({"error": "no process left"},), 0.0)

    monkeypatch.setattr(executor, "supervise", broken)
    failures = []
    assert measure.row_of(start.OWN[1], {}, 1, failures) is None
    assert failures[0]["reason"] == "RuntimeError: no process left"


def test_threads_are_those_of_every_library(fast, monkeypatch):
    given = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", lambda *it: given.append(it), raising=False)
    monkeypatch.setattr(measure, "offered", lambda names: [])
    assert call("--threads", "1", "--quiet") == 0
    assert given == [(0, [3])]
    assert os.environ["OMP_NUM_THREADS"] == os.environ["OPENBLAS_NUM_THREADS"] == "1"


def test_a_curve_joins_its_points_in_the_order_of_our_time():
    def row(ours, ratio):
        timed = {"way": "a peer", "seconds": {"minimum": ours * ratio}, "ratio": {"minimum": ratio}}
        return {"size": {}, "timings": [{"way": "ours", "seconds": {"minimum": ours}}, timed]}

    found = outline._curves([row(3.0, 9.0), row(1.0, 2.0)], None)
    assert found == {"a peer": {"x": [1.0, 3.0], "y": [2.0, 9.0]}}
