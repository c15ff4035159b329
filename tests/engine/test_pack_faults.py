"""A pack at fault costs what it broke, and one line that says so."""

from __future__ import annotations

import json
from pathlib import Path

import campaign_kit as kit
import distributions
import pytest
from distributions import write_metadata, write_pack
from figure_reading import STYLE

from lcnn_verify import doctor, ledger, packs
from lcnn_verify.campaign.campaign import verify
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.campaign.replaying import replay
from lcnn_verify.comparison.surroundings import environment
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import EXACT
from lcnn_verify.evidence.drawing import Table
from lcnn_verify.evidence.hooks import checker_of, hooks_of, unknown_types
from lcnn_verify.reporting import figures, html
from lcnn_verify.reporting.outline import document
from lcnn_verify.reporting.report import RunInfo, build_report

pytestmark = pytest.mark.slow

HOOKS = """
from dataclasses import dataclass
from lcnn_verify.evidence.drawing import Drawing, Key, Table
from lcnn_verify.evidence.hooks import Checker, Hooks, Shown

@dataclass(frozen=True)
class Dot:
    type = "other.dot"
    x: float
    def to_json(self):
        return {{"x": self.x}}
    @classmethod
    def from_json(cls, data):
        return cls(data["x"])
    @classmethod
    def show(cls, data):
        {show}

def draw(prefix, title):
    {draw}

def check(document, watch):
    yield "nothing"

HOOKS = Hooks(examples={examples}, certificates={{"other.k": Checker(check, {{}})}})
"""
SHOW = "return Shown({'place': data['x']}, draw=draw)"
DRAW = "return Drawing(title, 'A dot.', '<svg></svg>')"

PROPERTY = f"""
from hypothesis import given, strategies as st
from lcnn_verify.evidence import check, verifies
from other_hooks import Dot

@verifies("{{claim}}", examples=3)
@given(dot=st.builds(Dot, st.sampled_from([0.5, 2.0])))
def test_dots_are_small(dot):
    check.at_most(dot.x, 1.0)

@verifies("other.control.dots")
def test_proved():
    check.exactly(1, "≤", 2)
    check.proved("A dot.", box="one", arithmetic={EXACT!r}, whole=True, drawn=Dot(0.5))
"""


def write_dots(site: Path, *, show: str = SHOW, draw: str = DRAW, examples: str = "(Dot,)") -> Path:
    """Write a pack of one control, which a dot refutes."""
    package = write_pack(site, "other", ("control.dots",), more="hooks='other_hooks:HOOKS',")
    text = HOOKS.format(show=show, draw=draw, examples=examples)
    (site / "other_hooks.py").write_text(text)
    file = package / "properties" / "other" / "control" / "test_dots.py"
    file.write_text(PROPERTY.format(claim="other.control.dots"))
    return file


FAULTS = {
    "1/0": "not drawn: ZeroDivisionError: division by zero",
    "raise SystemExit(3)": "not drawn: SystemExit: 3",
    "return 3": "not drawn: TypeError: draw returned a int, no Drawing",
    "return Drawing(title, 3)": "not drawn: TypeError: a Drawing whose title, caption, markup or",
    "return Drawing(title, '', keys=(3,))": "not drawn: TypeError: a Drawing whose legend holds",
    "return Drawing(title, '', table=Table(('a',), ((1,),)))": "not drawn: TypeError: a table who",
}


def page_of_dots() -> str:
    """The page on the pack that is installed; its property is run here."""
    claim = ledger.claim("other.control.dots")
    items = load(directory_of(claim), claim.property_file)
    times = {"started": "2026-01-02T03:04:05+00:00", "seconds": 0.0, "units": {}}
    run = RunInfo("quick", 0)
    report = build_report([claim], [it.run().to_json() for it in items], run, timings=times)
    assert report.exit_code == 0
    return html.render(document(report.data))


@pytest.mark.parametrize(("draw", "note"), FAULTS.items())
def test_a_drawing_that_fails_leaves_a_line_in_its_place(site, draw, note):
    write_dots(site, draw=draw)
    with distributions.installed(site):
        page = page_of_dots()
    assert page.count(note) == 2  # of the counterexample and of the proof
    assert "place" in page


SHOWN = {
    "raise RuntimeError('boom')": "RuntimeError: boom",
    "raise SystemExit(3)": "SystemExit: 3",
    "return 3": "TypeError: show returned a int, no Shown",
    "return Shown(draw=3)": "TypeError: show returned a int as draw",
    "return Shown(3)": "AttributeError: &#39;int&#39; object has no attribute &#39;items&#39;",
    "return Shown({}, 3)": "AttributeError: &#39;int&#39; object has no attribute &#39;items&#39;",
}


@pytest.mark.parametrize(("show", "note"), SHOWN.items())
def test_an_example_its_pack_cannot_show_is_json_and_a_line(site, show, note):
    write_dots(site, show=show)
    with distributions.installed(site):
        page = page_of_dots()
    assert f"dot not shown by its pack: {note}" in page
    assert f"drawn not shown by its pack: {note}" in page
    assert "type: other.dot, x: 2" in page


def test_a_figure_whose_painter_fails_is_a_table_and_a_line(monkeypatch):
    figure = {"kind": "curves", "title": "Growth"}
    series = [{"figure": figure, "label": "one", "data": {"x": [1.0], "y": [2.0]}}]
    monkeypatch.setitem(figures._PAINTERS, "curves", lambda *_: 1 / 0)
    (drawing,) = figures.figures(series, "p")
    assert drawing.caption == "one. Not drawn: ZeroDivisionError: division by zero."
    assert drawing.table == Table(("x", "y"), (("1", "2"),))


def test_code_is_wrapped_on_narrow_screens():
    narrow = STYLE[STYLE.index("@media (max-width: 40rem)") :].partition("\n}")[0]
    assert "pre { white-space: pre-wrap; overflow-wrap: anywhere; }" in narrow


def test_the_terminal_says_what_is_left_out_and_why(site, tmp_path, capsys):
    (site / "bad_module.py").write_text("raise RuntimeError('boom')")
    write_metadata(site, "bad-pack", "1.0", {"bad": "bad_module:PACK"})
    write_pack(site, "other", more="hooks='nowhere:HOOKS',")
    says = "left out: bad of bad-pack: cannot be imported: RuntimeError: boom; see lcnn-verify doc"
    with distributions.installed(site):
        out = ("--claims", "other", "--jobs", "1", "--out", tmp_path / "out")
        assert kit.call("run", *out) == 0
        pack, hooks = capsys.readouterr().err.splitlines()
        assert pack.startswith(says)
        assert hooks.startswith("left out: hooks of other: got ModuleNotFoundError: No module nam")
        assert kit.call("run", *out, "--resume", "--quiet") == 0
        assert capsys.readouterr().err == ""
        assert kit.call("claims", "--json") == 0
        shown = capsys.readouterr()
        assert shown.err.splitlines() == [pack]
        assert json.loads(shown.out)
        asked = kit.refused(capsys, "run", "--claims", "bad", "--out", tmp_path / "out")
        assert "; bad of bad-pack is left out: cannot be imported: Runt" in asked


def test_a_pack_left_out_is_named_by_its_key_or_its_entry_point(site):
    write_pack(site, "other", ("a", "a.b"))
    write_metadata(site, "second", "1.0", {"point": "other_pack:PACK"})
    why = "is left out: its claim 'other.a' is also a group of claims"
    with distributions.installed(site):
        both = f"; other of other-pack {why}; point of second {why}"
        assert packs.why_left_out("other.a") == both
        assert packs.why_left_out("point") == f"; point of second {why}"
        assert packs.why_left_out("lab.first") == ""
        for raised in (ledger.claim, packs.pack_of, checker_of):
            with pytest.raises(InputError) as caught:
                raised("other.a")
            assert str(caught.value).endswith(both)


def test_an_example_of_a_type_no_pack_knows_is_told_by_its_type(site, tmp_path):
    write_dots(site)
    file = tmp_path / "out" / "counterexamples" / "other.control.dots.json"
    with distributions.installed(site):
        verify(["other"], jobs=1, out=tmp_path / "out")
        assert replay(file).outcome == "REPRODUCED"
        assert [*unknown_types([{"type": "other.dot", "x": 1}, {"a": {"type": "lab.b"}}])] == [
            "lab.b"
        ]
        assert [*unknown_types([{"type": "a sentence. Of two"}, {"type": "dot"}])] == []
    hooks = site / "other_hooks.py"
    hooks.write_text(hooks.read_text().replace("examples=(Dot,)", "examples=()"))
    with distributions.installed(site), pytest.raises(InputError) as caught:
        replay(file)
    assert "no pack knows examples of type other.dot" in str(caught.value)


def test_two_examples_of_one_type_are_no_hooks(site):
    write_dots(site, examples="(Dot, Dot)")
    twice = pytest.raises(InputError, match=r"got two examples of the type 'other\.dot'")
    with distributions.installed(site), twice:
        hooks_of("other")


def test_a_claim_alone_without_its_property_file_is_told_by_its_id(site, tmp_path):
    file = write_dots(site)
    file.unlink()
    with distributions.installed(site):
        with pytest.raises(InputError) as caught:
            verify(["other.control.dots"], out=tmp_path / "out")
        assert str(caught.value).startswith(f"other.control.dots: got no property file {file}, ")


@pytest.mark.usefixtures("quick_doctor")
def test_doctor_names_what_no_claim_needs_and_what_is_left_unsaid(site):
    def remarks() -> dict[str, doctor.Finding]:
        names = ("properties", "stray property files", "docstrings", "refutations")
        return {entry.check: entry for entry in doctor.findings() if entry.check in names}

    file = write_dots(site)
    file.write_text('"""What is tested."""\n' + file.read_text())
    with distributions.installed(site):
        found = remarks()
        assert found["properties"].passed
        assert "stray property files" not in found
        assert "other" not in found["docstrings"].detail
        assert "refutations" not in found
    file.with_name("test_stray.py").write_text("")
    file.write_text(PROPERTY.format(claim="other.control.nothing"))
    module = site / "other_pack" / "__init__.py"
    module.write_text(module.read_text().replace("Some are not.", " "))
    with distributions.installed(site):
        found = remarks()
        assert not found["properties"].passed
        assert "other/control/test_dots.py cannot be loaded: InputError: claim" in str(found)
        stray = found["stray property files"]
        assert (stray.passed, stray.detail) == (False, "of no claim: other/control/test_stray.py")
        assert found["docstrings"].note
        assert found["docstrings"].detail.endswith(", other/control/test_dots.py")
        assert found["refutations"].note
        assert found["refutations"].detail.endswith(" to be false of other.control.dots")


def test_the_engine_s_version_is_compared_once_however_many_packs_need_it(site, tmp_path):
    write_pack(site, "other")
    (info,) = site.glob("*.dist-info")
    with (info / "METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: lcnn-verify\n")
    with distributions.installed(site):
        old = verify(["lab.first"], jobs=1, out=tmp_path / "old").data
        new = verify(["other.first"], jobs=1, out=tmp_path / "new").data
    assert "lcnn-verify" not in new["environment"]["packages"]
    packages = {**new["environment"]["packages"], "lcnn-verify": "0.1.0"}
    earlier = {**new, "environment": {**new["environment"], "packages": packages}}
    for report in (new, earlier):
        assert "lcnn-verify" not in {entry.name for entry in environment(old, report)}
