"""Files of odd names and odd contents, for every command that reads one: one line, exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import campaign_kit as kit
import pytest
import reporting_fixtures as fixtures

from lcnn_verify.cli import main
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.report import Report

READERS = {
    "replay": ("replay",),
    "certificate": ("certify", "--check"),
    "results": ("vectors", "check"),
    "report": ("trend",),
    "deviations": ("conform", "fast.py:Loss", "--expected"),
}


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_what_is_nested_too_deep_is_said_to_be(tmp_path, capsys, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    text = "a = " + "[" * 5_000 if words[-1] == "--expected" else '{"a":' * 50_000
    (tmp_path / "report.json").write_text(text)
    said = kit.refused(capsys, *words, "report.json")
    assert "too deep" in said
    assert list(tmp_path.iterdir()) == [tmp_path / "report.json"]  # nothing was begun


@pytest.mark.skipif(os.name != "posix", reason="names are bytes there only")
def test_a_name_that_is_no_utf_8_is_a_name(tmp_path, capsys):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xff\xfe"))
    fixtures.build().write(folder / "report")
    assert kit.call("diff", folder / "report", folder / "report", "--out", folder / "diff") == 0
    assert len(list((folder / "diff").iterdir())) == 3
    capsys.readouterr()
    (folder / "no.json").write_text("[1]")
    for words in (("replay",), ("certify", "--check"), ("vectors", "check")):
        kit.refused(capsys, *words, folder / "no.json")
    with pytest.raises(SystemExit) as ended:
        main(["claims", os.fsdecode(b"lab.\xff")])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: ID: got ")


def test_what_is_no_path_is_said():
    with pytest.raises(InputError, match="path: got 3, wanted the path of"):
        Report.read(3)
