"""What one sees of the objects in a notebook: reports, runs, claims, quantities."""

from __future__ import annotations

import sys
from collections import Counter
from xml.etree import ElementTree

import pytest

from lcnn_verify import ledger, packs
from lcnn_verify.evidence import Quantity
from lcnn_verify.reporting import notebook
from lcnn_verify.reporting.report import Report, columns


def test_a_report_says_in_one_line_what_it_found_and_where_it_is(report, written):
    counts = Counter(entry["verdict"] for entry in written.data["claims"])
    line = repr(written)
    assert line == str(written)
    assert "\n" not in line
    assert f"in {written.folder}:" in line
    for verdict, number in counts.items():
        assert f"{number} {verdict}" in line
    assert " in " not in repr(report).partition(":")[0]


def test_a_report_reads_from_its_folder_as_from_its_file(written):
    read = Report.read(written.folder)
    assert read == Report.read(written.folder / "report.json") == written
    assert read.folder == written.folder


def test_a_cell_shows_every_verdict_and_links_to_what_was_written(report, written):
    page = ElementTree.fromstring(f"<div>{written._repr_html_()}</div>")
    rows = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")][1:]
    assert {row[0]: row[2] for row in rows} == written.verdicts
    wanted = [row[3] == "as wanted" for row in rows]
    assert wanted == sorted(wanted), "what is not as wanted comes first"
    assert len(set(wanted)) == 2
    links = [link.get("href") for link in page.iter("a")]
    assert links == [(written.folder / name).as_uri() for name in notebook.FILES]
    assert "<a " not in report._repr_html_()
    assert not list(page.iter("script"))  # a hostile title stays text


def test_a_frame_has_a_row_for_each_claim(written):
    found = columns(written.data)
    assert {len(column) for column in found.values()} == {len(written.data["claims"])}
    assert found["id"] == list(written.verdicts)
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = written.to_frame()
    assert list(frame.index) == found["id"]
    assert dict(frame["verdict"]) == written.verdicts
    assert frame["tightest"].dtype == float
    assert pandas.isna(frame["violation_rate"]).any()


def test_without_pandas_a_frame_says_what_to_install(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"^to_frame\(\) needs pandas: .*lcnn-verify\[pandas\]"):
        written.to_frame()


def test_claims_packs_and_quantities_take_one_line():
    claim = ledger.claim("lab.first")
    assert repr(claim) == f"<Claim lab.first ({claim.kind}): {claim.title}>"
    for thing in (packs.pack_of("lab"), Quantity("x", 0.5, 1e-17), Quantity.of(2.0)):
        assert repr(thing).count("\n") == 0
        assert len(repr(thing)) < 120
    assert repr(Quantity("x", 0.5, 1e-17)) == "<Quantity x = 0.5 ± 1e-17, float64 alone>"
    assert repr(Quantity.of(2.0)) == "<Quantity 2 = 2.0 ± 0, oracle and enclosure>"
