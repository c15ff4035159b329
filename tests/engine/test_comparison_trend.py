"""Many reports in a row: what is recorded, drawn and refused."""

import json
from pathlib import Path

import campaign_kit as kit
import comparison_fixtures as pairs
import jsonschema
import pytest
from snapshot_kit import printed

from lcnn_verify.comparison import trend as trends
from lcnn_verify.errors import InputError
from lcnn_verify.reporting import html, markdown

SEEN = "demo.growth"


@pytest.fixture(scope="module")
def reports():
    """The same claims three times, one of them nearer to failing at last and left out between."""
    ids = [entry["id"] for entry in pairs.friendly().data["claims"]]
    few = [SEEN, *(name for name in ids if name != SEEN)][:3]
    first = pairs.edited(pairs.friendly(), drop=set(ids) - set(few))
    tight = pairs.entry(first, SEEN)["tightest"]
    closer = pairs.edited(first, {SEEN: {"tightest": {**tight, "tightness": 0.75, "margin": None}}})
    gone = pairs.edited(first, drop=[SEEN], timings={"seconds": 99.0})
    return [first, gone, closer]


@pytest.fixture(scope="module")
def found(reports):
    return trends.trend(reports, ["one", "two", "three"])


def test_a_claim_is_followed_over_the_reports(found, reports):
    jsonschema.validate(found.data, json.loads(trends.SCHEMA_PATH.read_text(encoding="utf-8")))
    (seen,) = [it for it in found.data["claims"] if it["claim"] == SEEN]
    old = pairs.entry(reports[0], SEEN)
    assert seen["tightest"] == [old["tightest"]["tightness"], None, 0.75]
    assert seen["closeness"][1:] == [None, "0.75"]
    assert seen["verdicts"] == [old["verdict"], None, old["verdict"]]
    assert seen["seconds"][1] is None
    assert [it["source"] for it in found.data["reports"]] == ["one", "two", "three"]
    assert found.data["seconds"][1] == 99.0
    ids = [it["id"] for it in reports[2].data["claims"]]
    assert [it["claim"] for it in found.data["claims"]] == ids


def test_every_medium_shows_the_course(found):
    page, summary = html.render(found.document()), markdown.render(found.document())
    assert page.count("1: above it the claim fails") >= 2
    for words in ("report, in the order given (number)", "tightest margin (ratio)", "Data as CSV"):
        assert words in page
    assert any(SEEN in line and "0.75" in line for line in summary.splitlines())
    text = printed(found.document(Path("out"), drawn=False), width=100)
    (row,) = [line for line in text.splitlines() if line.startswith(SEEN)]
    assert "→ 0.75" in row
    assert "over 3 reports." in text
    assert "Of their verdicts none changed." in text  # one that is missing between is none
    assert "trend: out/trend.html" in text


def run(capsys, *arguments):
    code, shown = kit.call("trend", *arguments), capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def files(tmp_path, reports):
    paths = [tmp_path / f"{k}.json" for k in range(2)]
    for path, report in zip(paths, reports, strict=False):
        path.write_text(json.dumps(report.data), encoding="utf-8")
    return paths


def test_the_command_prints_and_writes(capsys, tmp_path, files, monkeypatch):
    monkeypatch.setattr(trends, "_drawn", lambda courses: iter(()))  # drawn above
    out = tmp_path / "out"
    code, shown, _ = run(capsys, *files, "--json", "--out", out)
    assert code == 0
    assert json.loads(shown) == json.loads((out / "trend.json").read_text())
    assert {path.name for path in out.iterdir()} == {"trend.json", "trend.md", "trend.html"}
    assert run(capsys, *files, "--out", out)[0] == 0, "our own files are replaced"
    assert "over 2 reports." in run(capsys, *files)[1]


def test_bad_input_is_one_line(capsys, tmp_path, files):
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "trend.html").write_text("<p>mine</p>", encoding="utf-8")
    for arguments, why in (
        ((), "REPORT"),
        (files[:1], "got 1 report, wanted at least two"),
        ((files[0], tmp_path / "no.json"), "REPORT"),
        ((files[0], tmp_path / "none.json"), "none.json"),
        ((*files, "--out", tmp_path / "mine"), "trend.html"),
        ((*files, "--strict"), "--strict"),
    ):
        code, shown, said = run(capsys, *arguments)
        assert (code, shown) == (2, "")
        assert said.count("\n") == 1, said
        assert why in said


def test_reports_that_have_nothing_in_common_are_refused(reports):
    other = pairs.edited(reports[0], subject=pairs.SUBJECT)
    with pytest.raises(InputError, match="of `lcnn-verify judge`"):
        trends.trend([reports[0], other], ["a", "b"])
    ids = [it["id"] for it in reports[0].data["claims"]]
    alone = [pairs.edited(reports[0], drop=ids[1:]), pairs.edited(reports[0], drop=ids[:1])]
    with pytest.raises(InputError, match="without a claim in common"):
        trends.trend(alone, ["a", "b"])
