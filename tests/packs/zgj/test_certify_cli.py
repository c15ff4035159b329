"""``lcnn-verify certify`` on regions: exit codes, files, what is said, and what is refused."""

import errno
import gzip
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import campaign_kit as kit
import jsonschema
import pytest
from certificate_kit import told
from region_kit import certified

from lcnn_verify.cli.app import main
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import check as evidence_check
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.recorder import Recorder, recording
from lcnn_verify.ledger import claim
from lcnn_verify.outputs import Unwritable
from lcnn_verify.packs.zgj.proofs.region import search, split_tree
from lcnn_verify.packs.zgj.proofs.region.check import statement
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, described, headline, tightness
from lcnn_verify.packs.zgj.proofs.region.drawing import CertifiedRegion, plane
from lcnn_verify.packs.zgj.proofs.region.page import render
from lcnn_verify.reporting import html, outline
from lcnn_verify.reporting.formula import formula
from lcnn_verify.reporting.report import RunInfo, build_report
from lcnn_verify.reporting.schema import schema

CLAIM = "zgj.gradient-bound"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as ended:
        main(["certify", *arguments])
    shown = capsys.readouterr()
    return ended.value.code, shown.out, shown.err


def test_a_region_is_certified_written_drawn_and_checked(capsys, tmp_path):
    options = ("--students", "1", "--kappa-multiple", "2", "--jobs", "1", "--out", "region.json")
    code, shown, _ = run(capsys, CLAIM, *options)
    assert code == 0
    about = "for one unit teacher and any one student in the plane with L ≤ ε₀"
    assert " ".join(shown.split()).startswith(f"CERTIFIED: ‖∇L‖ ≥ 2κL {about} claim zgj.gradient")
    assert "float64 forms of the checker" in shown
    rows = told(shown)
    assert (rows["written"], rows["drawn in"]) == ("region.json", "region.html")
    assert rows["check it"] == "lcnn-verify certify --check region.json"
    again = told(run(capsys, CLAIM, *options)[1])["written"]
    assert again == "region.json (in place of an earlier one)"
    assert "of the teachers, where L is convex: curvature 0.99" in rows["L < ε₁"]
    assert rows["ε₀, ε₁"] == "0.0430894, 4.31·10⁻⁸"
    document = json.loads((tmp_path / "region.json").read_text(encoding="utf-8"))
    assert document["multiple"] == "2"
    assert document["statement"] == f"‖∇L(W)‖_F ≥ 2·κ(V)·L(W) {about}"
    page = (tmp_path / "region.html").read_text(encoding="utf-8")
    (headline,) = re.findall(r"<h1 class=\"good\">(.*)</h1>", page)
    assert headline == formula(f"CERTIFIED: ‖∇L‖ ≥ 2κL {about}")
    assert "ε₁</span></span> = 4.31·10⁻⁸: what no box settles is within " in page
    drawn = "".join(re.findall(r"<path d=\"([^\"]*)\"", page))
    assert drawn.count("M ") > 2 * document["boxes"]
    for words in ("first coordinate (length)", "came to 0."):
        assert words in page
    assert "This proves the bound down to" in page
    code, shown, _ = run(capsys, "--check", "region.json")
    assert code == 0
    assert shown.startswith("CERTIFIED ‖∇L‖ ≥ 2·κ·L holds for one unit teacher and any one stu")
    assert f"{document['boxes']} boxes, proved once more" in shown
    says = json.loads(run(capsys, "--check", "region.json", "--json")[1])["says"]
    assert (says["claim"], says["multiple"]) == (CLAIM, "2")
    assert says["statement"] == document["statement"]
    assert says["root"] == document["root"]


def test_without_a_multiple_the_most_is_proved(capsys, tmp_path):
    code, shown, _ = run(capsys, CLAIM, "--students", "1", "--budget", "1000", "--json")
    data = json.loads(shown)
    assert code == 0
    assert data["verdict"] == "CERTIFIED"
    top, _, bottom = data["multiple"].partition("/")
    assert 2 <= float(top) / float(bottom or 1) < data["smallest_ratio_found"]
    assert "tree" not in data
    assert data["file"] == f"reports/certificates/{CLAIM}-norms-1-students-1.json.gz"
    with gzip.open(tmp_path / data["file"]) as file:
        assert json.load(file)["digest"] == data["digest"]


@pytest.mark.parametrize(
    ("options", "inner"),
    [
        (("--kappa-multiple", "2"), "13/100"),
        (("--kappa-multiple", "2", "--inner", "1e-3"), "1/1000"),
        (("--kappa-multiple", "2", "--students", "1"), "1/1000000"),
        (("--students", "3", "--norms", "7/2"), "43/100"),
        (("--threshold-multiple", "3/2"), "99/100"),
        (("--teachers", "2", "--kappa-multiple", "2"), "1/1000000"),
    ],
)
def test_one_teachers_boxes_end_where_the_theorem_begins(capsys, monkeypatch, options, inner):
    """Without --inner, and unless students are as many: then boxes reach V."""
    asked, made = [], certified("one")

    def certify(claim, **_):
        asked.append(str(claim.inner))
        return made

    monkeypatch.setattr("lcnn_verify.packs.zgj.proofs.region.prove.certify", certify)
    assert run(capsys, CLAIM, *options, "--jobs", "1", "--quiet") == (0, "", "")
    assert asked == [inner]


def test_a_false_multiple_is_refuted_and_the_point_checked(capsys, tmp_path):
    code, shown, _ = run(capsys, CLAIM, "--kappa-multiple", "20", "--jobs", "1")
    assert code == 1
    assert shown.startswith("REFUTED: 20κ (the claim, κ, stands)\n")
    assert "and the bound fails below 20" in told(shown)["‖∇L‖/(κL)"]
    file = next(tmp_path.glob("reports/certificates/*-refuted.json.gz"))
    assert told(shown)["written"] == str(file.relative_to(tmp_path))
    page = next(tmp_path.glob("reports/certificates/*-refuted.html")).read_text(encoding="utf-8")
    assert "between" in page
    assert f"{formula('REFUTED: 20κ (the claim, κ, stands)')}</h1>" in page
    assert "Two students of norm" in page
    assert "first coordinate (length)" in page
    code, shown, _ = run(capsys, "--check", str(file))
    assert code == 1
    assert shown.startswith("REFUTED ‖∇L‖ ≥ 20·κ·L fails somewhere for one unit teacher and any ")
    assert "the claim, κ, stands" in shown


def test_a_spent_budget_is_inconclusive_and_kept(capsys):
    students = ("--teachers", "2", "--students", "3", "--norms", "1,1", "--separation", "90")
    options = ("--kappa-multiple", "2", "--budget", "1000", "--jobs", "1", "--out", "part.json")
    code, shown, _ = run(capsys, CLAIM, *students, *options)
    assert code == 1
    assert shown.startswith("INCONCLUSIVE: 2κ for two unit teachers 90° apart and any three stud")
    assert "of the box's volume is settled" in told(shown)["reached"]
    assert "check it" not in told(shown)
    code, shown, _ = run(capsys, "--check", "part.json", "--json")
    data = json.loads(shown)
    assert (code, data["verdict"], data["says"]) == (1, "REJECTED", {})
    assert "open: nothing is proved there" in data["reason"]


def test_a_spoiled_file_is_rejected_naming_the_box(capsys, tmp_path):
    document = certified("one").document
    at = document["tree"].index("g")
    spoiled = document | {"tree": document["tree"][:at] + document["tree"][at + 1 :]}
    (tmp_path / "spoiled.json").write_text(json.dumps(spoiled), encoding="utf-8")
    code, shown, _ = run(capsys, "--check", "spoiled.json")
    assert code == 1
    assert re.match(r"REJECTED box \d+, \[", shown)


def test_where_nothing_can_be_written_nothing_is_begun(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("lcnn_verify.packs.zgj.proofs.region.prove.certify", None)
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out, why in ((".", "Is a directory"), ("file/x.json", "File exists")):
        code, _, said = run(capsys, CLAIM, "--students", "1", "--kappa-multiple", "1", "--out", out)
        assert (code, said.count("\n")) == (2, 1)
        assert why in said
        assert run(capsys, "zgj.fact.moments", "--out", out)[0] == 2
    (tmp_path / "x.html").write_text("<title>My thesis</title>", encoding="utf-8")
    code, _, said = run(capsys, CLAIM, "--students", "1", "--out", "x.json")
    assert (code, "x.html, a file lcnn-verify did not write" in said) == (2, True)


def test_ctrl_c_in_the_search_leaves_the_largest_multiple_found_proved(
    capsys, tmp_path, monkeypatch
):
    tried = []

    def grow(claim, **options):
        tried.append(claim.multiple)
        if len(tried) == 3 or (not options.get("proving", True) and tried[0] == 0):
            raise KeyboardInterrupt
        return search.grow(claim, **options)

    monkeypatch.setattr("lcnn_verify.packs.zgj.proofs.region.prove.grow", grow)
    options = (CLAIM, "--students", "1", "--jobs", "1", "--out", "x.json")
    assert run(capsys, *options) == (
        3,
        "",
        "interrupted: proving 4.3 κ, the most found so far\n"
        "interrupted: CERTIFIED 4.3 κ, 100.00% of the box's volume is settled; written to x.json\n",
    )
    assert documents.read(tmp_path / "x.json")["multiple"] == "43/10"
    before = (tmp_path / "x.json").read_bytes()
    tried.clear()
    assert "written to x-partial.json" in run(capsys, *options)[2]
    assert (tmp_path / "x.json").read_bytes() == before
    tried[:] = [0]  # from here on every search ends at once
    assert run(capsys, *options[:-1], "y.json") == (3, "", "interrupted\n")
    assert not (tmp_path / "y.json").exists()


def test_a_proof_that_cannot_be_written_is_shown(capsys, monkeypatch):
    def full(*_):
        raise Unwritable(errno.ENOSPC, "No space left on device", "x.json")

    monkeypatch.setattr("lcnn_verify.outputs.write_atomically", full)
    options = ("--students", "1", "--kappa-multiple", "2", "--jobs", "1", "--out", "x.json")
    code, shown, said = run(capsys, CLAIM, *options)
    assert (code, shown.startswith("CERTIFIED"), "written" in shown) == (2, True, False)
    assert said == "error: x.json: got 'No space left on device', wanted to write it\n"


@pytest.mark.parametrize("packed", [True, False], ids=["gzipped", "plain"])
@pytest.mark.parametrize("data", [b" " * 10**6, b"[0," + b"[]," * 300 + b"0]"])
def test_a_file_that_is_huge_is_not_read_to_the_end(capsys, tmp_path, monkeypatch, packed, data):
    monkeypatch.setattr(documents, "MOST_BYTES", 10_000)
    monkeypatch.setattr(documents, "MOST_VALUES", 300)
    (tmp_path / "huge.json").write_bytes(gzip.compress(data) if packed else data)
    code, _, said = run(capsys, "--check", "huge.json")
    assert (code, said.count("\n")) == (2, 1)
    assert "at most 10,000 bytes, unpacked" in said or "at most 300 values" in said


def test_quiet_prints_nothing(capsys, tmp_path):
    documents.write(tmp_path / "good.json.gz", certified("one").document)
    assert run(capsys, "--check", "good.json.gz", "--quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ((), "CLAIM"),
        (("zgj.gradient-bond",), "CLAIM"),
        ((CLAIM, "--teachers", "3"), "--teachers"),
        ((CLAIM, "--teachers", "x"), "--teachers"),
        ((CLAIM, "--students", "4"), "--students"),
        ((CLAIM, "--teachers", "2", "--students", "1"), "--students"),
        ((CLAIM, "--dimension", "3"), "--dimension"),
        ((CLAIM, "--norms", "1,2"), "--norms"),
        ((CLAIM, "--norms", "one"), "--norms"),
        ((CLAIM, "--norms", "1e999999999"), "--norms"),
        ((CLAIM, "--separation", "60"), "--separation"),
        ((CLAIM, "--teachers", "2", "--separation", "100"), "--separation"),
        ((CLAIM, "--kappa-multiple", "1/0"), "--kappa-multiple"),
        ((CLAIM, "--kappa-multiple", "-1"), "--kappa-multiple"),
        ((CLAIM, "--kappa-multiple", "0"), "--kappa-multiple"),
        ((CLAIM, "--kappa-multiple", "0." + "1" * 31), "--kappa-multiple"),
        ((CLAIM, "--inner", "2"), "--inner"),
        ((CLAIM, "--inner", "1_0e-2"), "--inner"),
        ((CLAIM, "--inner", "١/٢"), "--inner"),
        ((CLAIM, "--teachers", "4"), "--teachers"),
        ((CLAIM, "--budget", "0"), "--budget"),
        ((CLAIM, "--jobs", "0"), "--jobs"),
        ((CLAIM, "--check", "x.json"), "CLAIM"),
        (("--check", "missing.json"), "missing.json"),
        (("--check", "broken.json"), "FILE"),
        (("--check", "other.json"), "FILE"),
        (("--check", "newer.json"), "FILE"),
    ],
)
def test_bad_input_is_one_line(options, argument, capsys, tmp_path):
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text('{"certificate": "none"}', encoding="utf-8")
    (tmp_path / "newer.json").write_text(
        '{"certificate": "zgj.region", "version": "9"}', encoding="utf-8"
    )
    code, shown, said = run(capsys, *options)
    assert (code, shown) == (2, "")
    assert said.startswith(f"error: {argument}: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "got", "wanted"),
    [
        ("--teachers 2 --students 1", "students: got 1 with two teachers", "2 or 3"),
        ("--students 4", "students: got 4 with one teacher", "1, 2 or 3"),
        ("--separation 60", "separation: got 60° with one teacher", "two teachers, or 90°"),
    ],
)
def test_what_does_not_go_together_is_said_with_both(capsys, options, got, wanted):
    line = f"error: --{got}, wanted {wanted}\n"
    assert run(capsys, CLAIM, *options.split()) == (2, "", line)


def test_a_fraction_is_in_parentheses_where_it_is_a_factor():
    claim = RegionClaim(students=1, multiple=Fraction(3, 7), outer=Fraction(5, 3))
    document = described(claim, "CERTIFIED") | {"smallest_ratio_found": 1.0}
    assert document["statement"].startswith("‖∇L(W)‖_F ≥ (3/7)·κ(V)·L(W) for one unit teacher")
    assert document["statement"].endswith("·ε₀ and (5/3)·ε₀")
    assert headline(document).startswith("CERTIFIED: ‖∇L‖ ≥ (3/7)κL for one unit teacher")
    assert tightness(document).startswith("(3/7)κL/‖∇L‖ came to 0.4286 in")
    assert statement(document).startswith("‖∇L‖ ≥ (3/7)·κ·L holds for one unit teacher")


def test_a_broken_archive_is_bad_input(tmp_path):
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"{}" * 1000)[:20])
    with pytest.raises(InputError, match="FILE"):
        documents.read(tmp_path / "cut.json.gz")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look into")
def test_ctrl_c_ends_it_cleanly_and_keeps_what_is_proved(tmp_path):
    command = [sys.executable, "-m", "lcnn_verify", "certify", CLAIM, "--kappa-multiple", "4.9"]
    options = ["--budget", "100000000", "--jobs", "2", "--students", "2", "--inner", "1e-9"]
    child = subprocess.Popen(
        [*command, *options],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        # The tracker and two workers leave the answer to their parent.
        kit.wait_until(lambda: sum(map(kit.is_deaf, kit.below(child.pid))) >= 3, "they are up")
        assert child.poll() is None
        os.killpg(child.pid, signal.SIGINT)
        shown, said = child.communicate(timeout=300)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    (file,) = (tmp_path / "reports" / "certificates").glob("*-inconclusive.json.gz")
    document = documents.read(file)
    begun, share, rest = re.split(r"([\d.]+)%", said)
    assert (child.returncode, shown, begun) == (3, "", "interrupted: INCONCLUSIVE 4.9 κ, ")
    assert rest == f" of the box's volume is settled; written to {file.relative_to(tmp_path)}\n"
    assert 0.0 < float(share) < 100.0
    assert "?" in document["tree"]
    assert split_tree.changed(document) == ""


@pytest.mark.parametrize(
    ("name", "drawings"),
    [("one", 1), ("two", 2), ("orthonormal", 2), ("three", 2), ("pair-three", 2)],
)
def test_the_page_draws_the_boxes(name, drawings):
    document = certified(name, multiple=2, budget=2000).told
    page = render(document)
    assert page.count("<figcaption") == drawings
    assert "<script" not in page
    assert document["verdict"] in page
    wide = render(document | {"boxes": 10**6})
    assert "Too many boxes to draw" in wide


def test_the_page_escapes_what_a_file_says():
    page = render(certified("one").told | {"arithmetic": "<b>x</b>"})
    assert "<b>x</b>" not in page


def test_the_report_draws_a_certified_plane():
    """A region in a proof of a report is a figure of its page, and fits the schema."""
    document, law = certified("one").document, claim(CLAIM)
    recorder = Recorder(law.id, "proved")
    said = {"box": "a box", "arithmetic": "Arb", "cells": document["boxes"], "whole": False}
    with recording(recorder), recorder.example({}):
        evidence_check.proved("‖∇L‖ ≥ 2·κ·L", **said)
        evidence_check.proved("and drawn", **said, drawn=CertifiedRegion(document))
    timings = {"started": "2026-01-02T03:04:05+00:00", "seconds": 1.0, "units": {}}
    report = build_report([law], [recorder.to_json()], RunInfo("quick", 0), timings=timings).data
    jsonschema.validate(report, schema())
    page = html.render(outline.document(report))
    assert page.count("The certified region") == 1
    labels = [key.label for key in plane(document).keys]
    assert labels == ["L > the highest level", "L < ε₁", "‖∇L‖ > multiple·κ·L", "L = ε₀"]


@pytest.mark.parametrize("tree", ["", "0g", "9gg"])
def test_a_tree_that_is_none_is_not_drawn(tree):
    document = certified("one").document
    assert plane(document) is not None
    assert plane(document | {"tree": tree}) is None
    assert plane(certified("two", multiple=2, budget=2000).document) is None
