"""Packs of other distributions: what a broken one costs, and what a journal rests on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import campaign_kit as kit
import distributions
import pytest
from distributions import write_metadata, write_pack

from lcnn_verify import doctor, packs
from lcnn_verify.campaign.campaign import verify
from lcnn_verify.campaign.properties import fingerprint
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import hooks_of, without_hooks
from lcnn_verify.ledger import claim, claims

pytestmark = pytest.mark.slow

KNOWN = tuple(pack.key for pack in packs.find())


def write_broken(site: Path, text: str) -> None:
    """Write the distribution of a pack whose module is ``text``."""
    (site / "bad_module.py").write_text(text)
    write_metadata(site, "bad-pack", "1.0", {"bad": "bad_module:PACK"})


BROKEN = {
    "import nothing_of_this_name": "cannot be imported: ModuleNotFoundError: No module named 'no",
    "def (": "cannot be imported: SyntaxError: invalid syntax (bad_module.py, line 1)",
    "raise SystemExit('no thanks')": "cannot be imported: SystemExit: no thanks",
    "raise RuntimeError('one\\n\\ntwo\\n')": "cannot be imported: RuntimeError: one two",
    "raise RuntimeError('x' * 5000)": "cannot be imported: RuntimeError: xxx",
    "class Odd(Exception):\n def __str__(self): return 3\nraise Odd": "cannot be imported: Odd",
    "x = 3": "cannot be imported: AttributeError: module 'bad_module' has no attribute 'PACK'",
    "PACK = 'a pack'": "is a str, no lcnn_verify.packs.Pack",
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.items())
def test_a_pack_that_cannot_be_used_is_one_line_and_the_others_stay(site, text, reason):
    write_broken(site, text)
    with distributions.installed(site):
        assert tuple(pack.key for pack in packs.find()) == KNOWN
        (broken,) = packs.broken()
        assert broken.name == "bad of bad-pack"
        assert broken.reason.startswith(reason)
        assert "\n" not in broken.reason
        assert len(broken.reason) < 400
        passed, detail = doctor.pack_list()
        assert not passed
        assert detail.endswith(f"; left out: bad of bad-pack: {broken.reason}")
    assert not packs.broken()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"names": ()}, "it has no claims"),
        ({"names": ("a", "b", "a")}, "its claim 'other.a' stands in it twice"),
        ({"names": ("a", "a.b")}, "its claim 'other.a' is also a group of claims"),
        ({"names": ("A",)}, "its claim 'other.A' is not called other.NAME in small letters"),
        ({"key": "Other"}, "its key 'Other' is not made of a-z, 0-9 and _, a letter first"),
    ],
)
def test_a_pack_whose_ids_will_not_do_is_one_line(site, more, reason):
    write_pack(site, **{"key": "other", **more})
    with distributions.installed(site):
        assert tuple(pack.key for pack in packs.find()) == KNOWN
        assert [entry.reason for entry in packs.broken()] == [reason]


FIELDS = {
    "distribution=''": "it names no distribution",
    "sources=Path(__file__)": "/other_pack/__init__.py' are no folder",
    "sources=Path('nowhere')": "its sources 'nowhere' are no folder",
    "sources=__file__": "its field 'sources' is a str, no Path",
    "properties='properties'": "its field 'properties' is a str, no Path",
    "title=3": "its field 'title' is a int, no str",
    "groups=None": "its field 'groups' is a NoneType, no Mapping",
    "groups={'other.a': 3}": "its group 'other.a' is a int, no Group",
    "glossary='words'": "its field 'glossary' is a str, no Mapping",
    "claims=tuple(replace(c, constants='c = 2') for c in PACK.claims)": (
        "its claim 'other.first' has constants that are no tuple of Constants"
    ),
    "claims=None": "its field 'claims' is a NoneType, no Sequence",
    "claims=('other.a',)": "cannot be imported: AttributeError: 'str' object has no attribute 'id'",
}


@pytest.mark.parametrize(("field", "reason"), FIELDS.items())
def test_a_pack_whose_fields_will_not_do_is_one_line_also_where_it_is_asked_for(
    site, field, reason
):
    module = write_pack(site, "other") / "__init__.py"
    append(module, f"from dataclasses import replace\nPACK = replace(PACK, {field})\n")
    with distributions.installed(site):
        assert tuple(pack.key for pack in packs.find()) == KNOWN
        (entry,) = packs.broken()
        assert entry.reason.endswith(reason)
        with pytest.raises(InputError) as caught:
            claim("other.first")
        assert str(caught.value).endswith(f"; other of other-pack is left out: {entry.reason}")


def test_what_a_pack_prints_goes_to_stderr_and_its_warm_up_may_leave(site, tmp_path):
    write_pack(site, "other", more="hooks='loud:HOOKS', commands='loud:app',")
    append(site / "other_pack" / "__init__.py", "print('read')\n")
    (site / "loud.py").write_text(
        "import typer\nfrom lcnn_verify.evidence.hooks import Hooks\nprint('loud')\n"
        "def warm_up() -> None:\n print('warm', flush=True)\n raise SystemExit(5)\n"
        "app, HOOKS = typer.Typer(), Hooks(warm_up=warm_up)\n"
        "@app.command()\ndef loud() -> int: return 0\n"
    )
    with distributions.installed(site):
        args = ("run", "--claims", "other", "--out", tmp_path / "out", "--json")
        done = kit.lcnn_verify(*args)
    assert json.loads(done.stdout)["claims"][0]["verdict"] == "SUPPORTED"
    assert {"read", "loud", "warm"} <= set(done.stderr.split())


def test_of_two_packs_of_one_key_the_first_stays_and_ours_is_always_first(site):
    ours = KNOWN[0]
    write_pack(site, ours, module="shadow", distribution="a-shadow")
    write_pack(site, "other", module="other_one", distribution="other-one")
    write_pack(site, "other", module="other_two", distribution="other-two")
    with distributions.installed(site):
        keys = [pack.key for pack in packs.find()]
        assert sorted(keys) == sorted({*KNOWN, "other"})
        assert packs.pack_of(f"{ours}.first").distribution == "lcnn-verify"
        assert packs.pack_of("other.first").distribution == "other-one"
        assert {(entry.name, entry.reason) for entry in packs.broken()} == {
            (f"{ours} of a-shadow", f"its key {ours!r} is that of {ours} already"),
            ("other of other-two", "its key 'other' is that of other of other-one already"),
        }


HOOKS = {
    "missing:HOOKS": "got ModuleNotFoundError: No module named 'missing' on import of missing:H",
    "json:HOOKS": "got AttributeError: module 'json' has no attribute 'HOOKS' on import of json:H",
    "json:dumps": "got a function, wanted a Hooks",
    "leaves:HOOKS": "got SystemExit: 3 on import of leaves:HOOKS, wanted a Hooks",
    "odd:CHECKS": "got a NoneType as self_checks, wanted a Hooks",
    "odd:WARM": "got warm_up, which cannot be called, wanted a Hooks",
    "odd:KIND": "got a int for certificates 'other.k', wanted a Hooks",
    "odd:TYPE": "got the type, kind or id 'lab.t', which is not called other.NAME, wanted a Hooks",
    "odd:NONE": "got the type, kind or id None, which is not called other.NAME, wanted a Hooks",
    "odd:TIMES": "got a int among its benchmarks, wanted a Hooks",
    "odd:TWICE": "got two benchmarks of the id 'other.b', wanted a Hooks",
}
ODD = """
from lcnn_verify.evidence.benchmark import Benchmark
from lcnn_verify.evidence.hooks import Hooks
class T:
    type = "lab.t"
CHECKS, WARM = Hooks(self_checks=None), Hooks(warm_up=None)
KIND, TYPE, NONE = Hooks(certificates={"other.k": 3}), Hooks(examples=(T,)), Hooks(examples=(3,))
TIMES = Hooks(benchmarks=(3,))
TWICE = Hooks(benchmarks=(Benchmark(id="other.b", title="", ways=dict),) * 2)
"""


@pytest.mark.parametrize(("hooks", "reason"), HOOKS.items())
def test_hooks_that_cannot_be_used_are_one_line(site, hooks, reason):
    (site / "leaves.py").write_text("raise SystemExit(3)")
    (site / "odd.py").write_text(ODD)
    write_pack(site, "other", more=f"hooks={hooks!r},")
    with distributions.installed(site):
        with pytest.raises(InputError, match=r"^hooks of other: got ") as caught:
            hooks_of("other")
        assert reason in str(caught.value)
        (entry,) = without_hooks()
        assert entry.name == "hooks of other"
        assert entry.reason.startswith(reason)


@pytest.mark.usefixtures("quick_doctor")
def test_the_run_goes_on_where_hooks_leave_and_doctor_names_them(site, tmp_path):
    hooks, reason = "leaves:HOOKS", HOOKS["leaves:HOOKS"]
    (site / "leaves.py").write_text("raise SystemExit(3)")
    write_pack(site, "other", more=f"hooks={hooks!r},")
    with distributions.installed(site):
        (finding,) = [entry for entry in doctor.findings() if not entry.passed]
        assert finding.check == "hooks of other"
        assert finding.detail.startswith(reason)
        report = verify(["other.first", "lab.first"], out=tmp_path / "out")
        assert report.verdicts == {"lab.first": "SUPPORTED", "other.first": "SUPPORTED"}
        (entry,) = report.data["environment"]["left_out"]
        assert (entry["name"], entry["reason"]) == ("hooks of other", finding.detail)


@pytest.mark.usefixtures("quick_doctor")
def test_the_command_line_names_what_is_left_out_and_runs_the_rest(site, tmp_path, capsys):
    write_broken(site, "raise RuntimeError('one\\ntwo')")
    command = "import typer\napp = typer.Typer()\n@app.command()\ndef run() -> int:\n    return 5\n"
    (site / "other_commands.py").write_text(
        f"{command}@app.command()\ndef more() -> int: return 0\n"
    )
    write_pack(site, "other", more="commands='other_commands:app',")
    write_pack(site, "third", more="commands='nowhere:app',")
    with distributions.installed(site):
        assert kit.call("doctor", "--properties", kit.write(tmp_path, {})) == 1
        lines = capsys.readouterr().out.splitlines()
        failed = [line for line in lines if line.startswith("FAIL ")]
        assert [line.partition(":")[0] for line in failed] == [
            "FAIL packs",
            "FAIL properties",
            "FAIL command 'run' of other",
            "FAIL commands of third",
        ]
        assert failed[0].endswith(
            "; left out: bad of bad-pack: cannot be imported: RuntimeError: one two"
        )
        assert failed[2].endswith(": a command of that name is there already")
        assert failed[3].endswith("ModuleNotFoundError: No module named 'nowhere'")
        assert kit.call("run", "--claims", "other", "--out", tmp_path / "out", "--quiet") == 0
        assert capsys.readouterr().err == ""
        place = json.loads((tmp_path / "out" / "report.json").read_text())["environment"]
        assert [entry["name"] for entry in place["left_out"]] == ["bad of bad-pack"]
        assert place["packages"]["other-pack"] == "1.0"
        assert kit.call("more") == 0


@pytest.mark.parametrize(
    ("text", "verdict", "error"),
    [
        ("def (", "INCONCLUSIVE", "cannot load other/test_first.py: SyntaxError: invalid syntax"),
        (distributions.PROPERTY.format(id="other.second", bound=1), "NOT EXERCISED", ""),
    ],
)
def test_a_bad_property_file_costs_its_own_claim(site, tmp_path, text, verdict, error):
    package = write_pack(site, "other", ("first", "second"))
    (package / "properties" / "other" / "test_first.py").write_text(text)
    with distributions.installed(site):
        report = verify("other", out=tmp_path / "out")
        assert report.verdicts == {"other.first": verdict, "other.second": "SUPPORTED"}
        errors = report.data["claims"][0]["errors"]
        assert [entry[: len(error)] for entry in errors] == ([error] if error else [])
        passed, detail = doctor.find_properties()
        assert not passed
        assert "other/test_first.py" in detail.split("; ")[1]


@pytest.fixture
def copies(site: Path) -> Iterator[Path]:
    """A copy of the toy pack under another key, and an unrelated pack beside it."""
    package = site / "copied_pack"
    shutil.copytree(distributions.TOY / "toy_pack", package, ignore=shutil.ignore_patterns("__*__"))
    (package / "properties" / "toy").rename(package / "properties" / "copied")
    for path in [*package.rglob("*.py")]:
        text = path.read_text().replace("toy_pack", "copied_pack").replace("toy.", "copied.")
        text = text.replace('key="toy"', 'key="copied"').replace("toy-pack", "copied-pack")
        path.write_text(text)
    write_metadata(site, "copied-pack", "1.0", {"copied": "copied_pack:PACK"})
    write_pack(site, "other")
    with distributions.installed(site):
        yield site


def append(path: Path, text: str) -> None:
    """Edit a file."""
    path.write_text(path.read_text() + text)


def link_a_folder(site: Path) -> None:
    """Sources that lie elsewhere, and a link that leads back."""
    (site / "elsewhere").mkdir()
    (site / "elsewhere" / "callee.py").write_text("x = 1\n")
    (site / "other_pack" / "linked").symlink_to(site / "elsewhere")
    (site / "other_pack" / "linked" / "back").symlink_to(site / "other_pack")


def test_files_in_a_linked_folder_are_in_the_fingerprint(site):
    write_pack(site, "other")
    link_a_folder(site)
    with distributions.installed(site):
        before = fingerprint([claim("other.first")])
        append(site / "elsewhere" / "callee.py", "x = 2\n")
        assert fingerprint([claim("other.first")])["pack other"] != before["pack other"]


EDITS = {
    "a callee": lambda site: append(site / "copied_pack" / "counting.py", "# edited\n"),
    "a data file": lambda site: append(site / "copied_pack" / "partition_numbers.txt", "3\n"),
    "a property file": lambda site: append(
        site / "copied_pack" / "properties" / "copied" / "test_growth.py", "# edited\n"
    ),
    "another version": lambda site: (
        shutil.rmtree(site / "copied_pack-1.0.dist-info"),
        write_metadata(site, "copied-pack", "1.1", {"copied": "copied_pack:PACK"}),
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_of_a_pack_shows_in_its_part_of_the_fingerprint_alone(copies, edit):
    both = [claim("copied.euler"), claim("other.first")]
    before = fingerprint(both)
    edit(copies)
    after = fingerprint(both)
    assert [name for name in before if before[name] != after[name]] == ["pack copied"]


def test_an_edited_pack_refuses_its_journal_by_name_and_an_unrelated_one_may_go(copies, tmp_path):
    verify("copied.euler", out=tmp_path / "out")
    append(copies / "other_pack" / "__init__.py", "# edited\n")
    shutil.rmtree(copies / "other_pack-1.0.dist-info")
    packs.look_again()
    assert verify("copied.euler", out=tmp_path / "out", resume=True).exit_code == 0
    EDITS["a data file"](copies)
    with pytest.raises(InputError, match=r"of a run with other sources \(pack copied changed\)"):
        verify("copied.euler", out=tmp_path / "out", resume=True)


def test_a_fingerprint_has_a_part_for_the_engine_and_one_for_each_pack(tmp_path):
    chosen = [claim("toy.growth"), claim("lab.first")]
    assert set(fingerprint(chosen)) == {"engine", "pack toy", "pack lab"}
    folder = kit.write(tmp_path, {"lab.first": kit.HOLDS})
    first, own = fingerprint(chosen, folder), fingerprint(chosen)
    assert first["engine"] == own["engine"]
    assert first["pack lab"] != own["pack lab"]
    kit.write(tmp_path, {"lab.first": kit.HOLDS.replace("2.0", "3.0")})
    assert fingerprint(chosen, folder) == {
        **first,
        "pack lab": fingerprint(chosen, folder)["pack lab"],
    }
    assert fingerprint(chosen, folder)["pack lab"] != first["pack lab"]


def test_a_pack_whose_sources_hold_the_engine_hides_none_of_it(site):
    own = fingerprint([claim("lab.first")])["engine"]
    module = write_pack(site, "other") / "__init__.py"
    text = "import dataclasses, lcnn_verify\n"
    text += "sources = Path(lcnn_verify.__file__).parent\n"
    append(module, f"{text}PACK = dataclasses.replace(PACK, sources=sources)\n")
    with distributions.installed(site):
        assert packs.pack_of("other.first").sources.name == "lcnn_verify"
        assert fingerprint([claim("lab.first")])["engine"] == own


def test_every_claim_belongs_to_a_pack_that_is_there():
    assert {entry.pack for entry in claims()} == set(KNOWN)
    with pytest.raises(InputError, match=r"pack: got 'tyo', wanted one of .*, did you mean 'toy'"):
        packs.pack_of("tyo.growth")
