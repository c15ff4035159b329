"""docs/a-pack-in-30-lines.md, followed to the letter: every block is applied, every command runs.

A ``python`` block is a new file, or a part of the one named last before it; a ``diff`` block
changes that file; a block without a language holds commands.
"""

from __future__ import annotations

import inspect
import json
import re
import shlex
import sys
from contextlib import AbstractContextManager, chdir
from pathlib import Path

import campaign_kit as kit
import distributions
import pytest

from lcnn_verify import ledger
from lcnn_verify.evidence import check, figures
from lcnn_verify.numerics import relations
from lcnn_verify.profiles import PROFILES

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).parents[2] / "docs" / "a-pack-in-30-lines.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`((?:mypaper|tests)/[\w/]+\.py)`")


def blocks():
    """(language, file named last, text) of every block."""
    text, file = GUIDE.read_text(encoding="utf-8"), ""
    for block in BLOCK.finditer(text):
        named = FILE.findall(BLOCK.sub("", text[: block.start()]))
        file = named[-1] if named else file
        yield block[1], file, block[2]


def patched(text: str, diff: str) -> str:
    """``text`` after a diff without line numbers, whose context must be there exactly once."""
    lines = [line or " " for line in diff.splitlines()]
    old, new = (
        "".join(f"{line[1:]}\n" for line in lines if line[0] in kept) for kept in (" -", " +")
    )
    assert text.count(old) == 1, old
    return text.replace(old, new)


def run(line: str, pack: Path) -> None:
    """Run one line of a shell block in ``pack``; what stands for installing is done here."""
    tool, *words = shlex.split(line)
    with installed(pack), chdir(pack if pack.is_dir() else pack.parent):
        if tool == "pytest":
            done = kit.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *words)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        elif tool == "lcnn-verify":
            assert kit.call(*words) == 0, line
        else:
            assert line in ("cd mypaper", "pip install -e ."), line
    if tool == "pip":
        distributions.metadata_of(pack, pack.parent / "site")


def installed(pack: Path) -> AbstractContextManager[None]:
    """Have the pack be found, also by processes started meanwhile."""
    return distributions.installed(pack, pack.parent / "site")


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """The pack that a reader of the guide has in the end; every command has run on the way."""
    pack = tmp_path_factory.mktemp("guide") / "mypaper"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # files change within a second
        patch.setattr(sys, "dont_write_bytecode", True)
        for language, name, text in blocks():
            file = pack / name
            if language == "diff":
                file.write_text(patched(file.read_text(encoding="utf-8"), text), encoding="utf-8")
            elif language == "python" and file.exists():
                assert text in file.read_text(encoding="utf-8")
            elif language == "python":
                file.write_text(text, encoding="utf-8")
            else:
                for line in text.splitlines():
                    if line.startswith("lcnn-verify doctor"):
                        continue  # of the whole installation: test_new_pack runs it
                    run(line, pack)
        yield pack


@pytest.fixture(scope="module")
def claims(pack):
    report = json.loads((pack / "reports/all/report.json").read_text(encoding="utf-8"))
    return {claim["id"]: claim for claim in report["claims"]}


def test_the_claims_earn_what_the_guide_says(claims):
    assert {name: claim["verdict"] for name, claim in claims.items()} == {
        "mypaper.means": "SUPPORTED",
        "mypaper.pairs": "CERTIFIED",
        "mypaper.control.harmonic": "REFUTED",
    }


def test_the_page_has_the_figure_and_the_drawing(pack):
    page = (pack / "reports/all/index.html").read_text(encoding="utf-8")
    assert "How close the two means come" in page
    assert "spread: largest number over smallest" in page
    assert "The line is at the geometric mean." in page


def test_the_counterexample_is_the_simplest(pack):
    file = pack / "reports/all/counterexamples/mypaper.control.harmonic.json"
    assert json.loads(file.read_text())["arguments"]["x"]["values"] == [1.0, 2.0]


def test_the_commands_say_what_is_wrong_in_one_line_and_reject_what_is_spoiled(
    pack, tmp_path, capsys
):
    document = json.loads((pack / "squares.json").read_text(encoding="utf-8"))
    document["squares"].pop()
    (tmp_path / "spoiled.json").write_text(json.dumps(document))
    with installed(pack):
        assert kit.call("means", "1", "4") == 0
        told = [line.split(" ±")[0] for line in capsys.readouterr().out.splitlines()]
        assert told == ["H(x) = 1.6", "G(x) = 2", "A(x) = 2.5"]
        assert kit.refused(capsys, "means", "1", "-4")
        line = "error: values: got (1.0, -4.0), wanted positive, finite numbers"
        assert kit.refused(capsys, "means", "--", "1", "-4") == line
        assert kit.call("certify", "--check", tmp_path / "spoiled.json") == 1
        assert capsys.readouterr().out.startswith("REJECTED ")


def test_the_tables_and_relations_are_complete():
    text = GUIDE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (.+?) \| (.+) \|$", text, re.MULTILINE))
    for name, kind in (
        ("`ledger.Kind`", ledger.Kind),
        ("`ledger.Provenance`", ledger.Provenance),
        ("`figures.Kind`", figures.Kind),
    ):
        assert rows[name].split(", ") == [member.name for member in kind]
    words = {
        name
        for name, value in vars(check).items()
        if inspect.isfunction(value)
        and value.__module__ == check.__name__
        and not name.startswith("_")
    }
    told = rows["comparisons, `check.`"] + rows["other words, `check.`"]
    assert set(re.findall(r"`(\w+)`", told)) == words
    budgets = ", ".join(f"{it.name} ×{it.examples:g}" for it in PROFILES.values())
    assert rows["profiles, by examples"] == budgets
    assert all(f"`{relation}`" in text for relation in (*relations.RELATIONS, *relations.ASCII))


def test_a_diff_that_does_not_fit_is_noticed():
    with pytest.raises(AssertionError):
        patched("a\nb\n", " a\n-c\n+d\n")
