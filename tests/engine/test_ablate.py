"""Claims without their assumptions: what each verdict rests on, and that it is computed."""

from __future__ import annotations

import json

import campaign_kit as kit
import distributions
import jsonschema
import pytest
from snapshot_kit import printed

from lcnn_verify import ledger
from lcnn_verify.campaign.ablate import ablate
from lcnn_verify.campaign.replaying import replay
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.need import Need
from lcnn_verify.ledger import Assumption
from lcnn_verify.reporting.ablation import FILES, SCHEMA_PATH, document
from lcnn_verify.reporting.schema import schema

IDS = "main", "free", "silent", "control.high", "control.low"
PACK = """
from dataclasses import replace
from lcnn_verify.ledger import Assumption

ASSUMED = (
    Assumption("small", "x ≤ 10", "x ≤ 1000"),
    Assumption("even", "x is even", "x is any integer"),
    Assumption("high", "y ≤ 3", "y ≤ 4", refuted_by="cut.control.high"),
    Assumption("low", "y ≥ 1", "y ≥ 0", refuted_by="cut.control.low"),
    Assumption("free", "z = 0", "any z", superseded_by="cut.free"),
    Assumption("lost", "w = 0", "any w"),
    Assumption("broken", "v = 0", "any v"),
)
CLAIMS = tuple(
    replace(it, assumes=ASSUMED) if it.name == "main"
    else replace(it, assumes_nothing="it holds") if it.name == "free" else it
    for it in PACK.claims
)
PACK = replace(PACK, claims=CLAIMS)
"""
MAIN = """
from hypothesis import given, strategies as st
from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed, discard

@verifies(
    "cut.main",
    examples=60,
    draws=5,
    classes=("never",),
    assumes={
        "small": weaker(x=st.integers(0, 500).map(lambda n: 2 * n)),
        "even": weaker(x=st.integers(0, 10), examples=40),
        "broken": weaker(cases=lambda profile: [{"x": 2, "y": None}]),
    },
)
@given(x=st.integers(0, 5).map(lambda n: 2 * n), y=st.integers(1, 3))
def test_product_is_small(x, y):
    if assumed("small") and x > 10:
        discard("x is large")
    check.exactly(x * y, "<=", 30)
"""
HOLDS = """
from lcnn_verify.evidence import check, verifies

@verifies("{claim}")
def test_it():
    check.exactly({left}, "<=", 1)
"""


@pytest.fixture
def cut(site):
    """A pack whose one claim makes assumptions that come to every verdict."""
    package = distributions.write_pack(site, "cut", IDS)
    with (package / "__init__.py").open("a", encoding="utf-8") as stream:
        stream.write(PACK)
    folder = package / "properties" / "cut"
    (folder / "control").mkdir(exist_ok=True)
    (folder / "test_main.py").write_text(MAIN)
    for name, left in {"free": 0, "silent": 1, "control.high": 2, "control.low": 0}.items():
        path = folder / f"test_{name}.py".replace("test_control.", "control/test_")
        path.write_text(HOLDS.format(claim=f"cut.{name}", left=left))
    with distributions.installed(site):
        yield package


def test_every_verdict_is_computed_and_replayed(cut, tmp_path, capsys):
    out = tmp_path / "out"
    assert kit.call("ablate", "cut", "--out", out, "--jobs", "2") == 1
    shown = capsys.readouterr().out
    data = json.loads((out / "ablation.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))
    main, free, silent = data["claims"]
    found = {it["name"]: it for it in main["assumes"]}
    assert {name: it["verdict"] for name, it in found.items()} == {
        "small": Need.NEEDED,
        "even": Need.NOT_SHOWN_NEEDED,
        "high": Need.NEEDED,
        "low": Need.NOT_JUDGED,
        "free": Need.SUPERSEDED,
        "lost": Need.NOT_JUDGED,
        "broken": Need.NOT_JUDGED,
    }
    x, y = found["small"]["counterexample"]["arguments"].values()
    assert (x % 2, 1 <= y <= 3, x * y > 30) == (0, True, True)
    assert x <= 32  # it was shrunk
    observation = {"$defs": schema()["$defs"], "$ref": "#/$defs/observation"}
    jsonschema.validate(found["small"]["counterexample"], observation)
    assert 30 <= found["even"]["examples"] <= 40
    assert found["even"]["tightest"]["tightness"] == 1.0
    assert found["even"]["counterexample"] is None
    assert "cut.control.low is SUPPORTED" in found["low"]["reason"]
    assert "draws nothing that does without lost" in found["lost"]["reason"]
    assert "TypeError" in found["broken"]["reason"]
    assert (free["assumes_nothing"], free["assumes"]) == ("it holds", [])
    assert silent["assumes_nothing"] == ""
    assert "7 assumptions: 2 NEEDED, 1 NOT SHOWN NEEDED, 1 SUPERSEDED, 3 NOT JUDGED." in shown
    for width in (80, 60):
        lines = printed(document(data), width).splitlines()
        assert max(map(len, lines)) <= width
        assert f"cut.main {main['title']}" in lines, "the heading of its assumptions, whole"
        for it in main["assumes"]:
            (row,) = (line for line in lines if line.split(" ")[0] == it["name"])
            assert it["weakened"].split()[0] in row
            assert it["verdict"] in " ".join(row.split())
    page = (out / "ablation.html").read_text(encoding="utf-8")
    for words in ("is any integer", "not declared", "cut.main.small", "nearest to failing is at 1"):
        assert words in page
    again = replay(out / "counterexamples" / "cut.main.small.json")
    assert again.as_wanted
    assert again.outcome == "REPRODUCED"
    assert sorted(path.name for path in (out / "counterexamples").iterdir()) == [
        "cut.main.high.json",
        "cut.main.small.json",
    ]


def test_equal_runs_give_equal_bytes(cut, tmp_path):
    runs = []
    for jobs in (1, 2):
        found = ablate("cut.main", jobs=jobs, out=tmp_path / str(jobs), seed=3)
        assert found.exit_code == 1
        runs.append({key: it for key, it in found.data.items() if key != "timings"})
    assert runs[0] == runs[1]


def test_what_is_finished_is_kept_and_gone_on_with(cut, tmp_path, monkeypatch, capsys):
    from lcnn_verify.campaign import campaign

    run_units, out = campaign.run_units, tmp_path / "out"

    def interrupted(units, journal, **how):
        run_units(units[:3], journal, **how)
        raise KeyboardInterrupt

    def interrupt():
        with monkeypatch.context() as patch:
            patch.setattr(campaign, "run_units", interrupted)
            assert kit.call("ablate", "cut.main", "--out", out, "--quiet") == 3
        assert "3 of 7 units finished" in capsys.readouterr().err

    interrupt()
    partial = json.loads((out / "ablation.json").read_text(encoding="utf-8"))
    assert partial["partial"]["finished"] == 3
    assert kit.call("ablate", "cut.main", "--out", out, "--quiet", "--resume") == 1
    whole = json.loads((out / "ablation.json").read_text(encoding="utf-8"))
    assert "partial" not in whole
    assert len(whole["timings"]["units"]) == 7
    interrupt()  # a finished record stays until there is another
    assert json.loads((out / "ablation.json").read_text(encoding="utf-8")) == whole
    assert list((out / "partial" / "counterexamples").iterdir())
    assert kit.call("ablate", "cut.main", "--out", out, "--quiet", "--resume") == 1
    assert not (out / "partial").exists()


def test_bad_arguments_are_refused_before_any_work(tmp_path, capsys):
    assert kit.call("ablate", "toy.euler,toy.contrl", "--out", tmp_path) == 2
    assert "got 'toy.contrl'" in capsys.readouterr().err
    with pytest.raises(InputError, match=r"claims: got toy\.control: controls alone"):
        ablate("toy.control", out=tmp_path)
    with pytest.raises(InputError, match=r"properties: got .* holds no property file of what was"):
        ablate("toy.euler", out=tmp_path, properties=tmp_path)
    (tmp_path / FILES[0]).write_text("mine")
    assert kit.call("ablate", "toy", "--out", tmp_path) == 2
    assert (tmp_path / FILES[0]).read_text() == "mine"
    with pytest.raises(InputError, match="lower-case words"):
        Assumption("Two Words", "", "")
    with pytest.raises(InputError, match="one of the two at most"):
        Assumption("name", "", "", refuted_by="a.b", superseded_by="a.c")
    with pytest.raises(InputError, match=r"'odd-part' of toy\.euler.*odd-parts"):
        ledger.claim("toy.euler").assumption("odd-part")


def test_every_claim_of_our_packs_says_what_it_assumes_or_that_it_assumes_nothing():
    ours = [it for it in ledger.claims() if it.pack != "lab" and not it.is_control]
    known = {entry.id: entry for entry in ledger.claims()}
    for claim in ours:
        assert bool(claim.assumes) is not bool(claim.assumes_nothing), claim.id
        assert len({it.name for it in claim.assumes}) == len(claim.assumes)
        for it in claim.assumes:
            if it.refuted_by:
                assert known[it.refuted_by].is_control
            if it.superseded_by:
                assert not known[it.superseded_by].is_control
                assert it.superseded_by != claim.id
