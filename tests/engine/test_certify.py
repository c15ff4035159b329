"""``lcnn-verify certify`` with a third party's pack: prove, check, and what is refused."""

from __future__ import annotations

import json

import campaign_kit as kit
import distributions
import pytest

from lcnn_verify.cli.app import front_door
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents, hooks
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import Checker, Refutation


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capsys, *words):
    """Exit code, stdout and stderr of the command."""
    code, shown = kit.call("certify", *words), capsys.readouterr()
    return code, shown.out, shown.err


def test_a_third_partys_claim_is_proved_and_checked(capsys):
    code, shown, _ = run(
        capsys, "--of", "7", "toy.euler", "--out", "seven.json"
    )  # options on both sides of the claim
    assert code == 0
    assert "check it: lcnn-verify certify --check seven.json" in shown
    code, shown, _ = run(capsys, "--check", "seven.json")
    assert code == 0
    assert shown.startswith("CERTIFIED 7 has 5 partitions into odd and as many into distinct")
    code, shown, _ = run(capsys, "--json", "--check", "seven.json")
    told = json.loads(shown)
    assert (code, told["certificate"], told["verdict"]) == (0, "toy.bijection", "CERTIFIED")
    assert run(capsys, "--check", "seven.json", "-q") == (0, "", "")


def test_a_spoiled_certificate_is_rejected(capsys, tmp_path):
    run(capsys, "toy.euler", "--out", "twelve.json")
    path = tmp_path / "twelve.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"n": 11}))
    code, shown, _ = run(capsys, "--check", "twelve.json")
    assert code == 1
    assert shown.startswith("REJECTED ")
    path.write_text(json.dumps(document | {"remark": "true"}))
    code, shown, _ = run(capsys, "--check", "twelve.json", "--json")
    assert json.loads(shown)["reason"].endswith("it was changed after it was written")
    assert json.loads(shown)["proved"]


def test_no_name_paints_another_verdict(capsys, tmp_path, monkeypatch):
    painted = "\x1b[1A\x1b[2K\u202eEVIL\nCERTIFIED all of it\x07" + "x" * 9_000

    def reject(document, watch):
        raise Rejected(painted)

    run(capsys, "toy.euler", "--out", "proof.json")
    monkeypatch.setattr(hooks, "checker_of", lambda kind: Checker(reject))
    said = [run(capsys, "--check", "proof.json")[1]]
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kind.json").write_text(json.dumps({"certificate": painted, "version": "1"}))
    said.append(run(capsys, "--check", "kind.json")[2])
    said.append(run(capsys, "--check", f"{painted[:40]}.json")[2])
    for text in said:
        assert text.count("\n") == 1
        assert not set("\x1b\x07\u202e") & set(text)
        assert len(text) < 5_000
    assert said[0].startswith("REJECTED ")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--check",), "error: --check: got nothing, wanted a value; see `lcnn-verify certify --h"),
        ((), "error: CLAIM: got nothing, wanted one of "),
        (("toy.eulr",), ", did you mean 'toy.euler'?"),
        (("toy.euler", "--check", "x.json"), "error: CLAIM: got 'toy.euler', wanted no claim"),
        (("--check=x.json", "toy.euler"), "error: CLAIM: got 'toy.euler', wanted no claim"),
        (("toy.euler", "--students", "2"), "error: option: got '--students', wanted one of --of"),
        (("--check", "nowhere.json"), "error: nowhere.json: got 'No such file or directory'"),
        (("--check", "plain.json"), "error: FILE: got JSON of another kind, wanted a certificate"),
        (
            ("--check", "lab.json"),
            "FILE: got a certificate of kind 'lab.none', wanted one of kind ",
        ),
        (("--check", "lab.json"), "or 'toy.bijection'"),
        (("--check", "old.json"), "error: FILE: got version '0', wanted version 1"),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, words, line):
    (tmp_path / "plain.json").write_text("[]")
    (tmp_path / "lab.json").write_text('{"certificate": "lab.none", "version": "1"}')
    (tmp_path / "old.json").write_text('{"certificate": "toy.bijection", "version": "0"}')
    code, shown, said = run(capsys, *words)
    assert (code, shown, said.count("\n")) == (2, "", 1)
    assert line in said


def test_what_a_pack_cannot_offer_is_a_line_and_the_rest_goes_on(tmp_path):
    """Planted: certifiers that raise, that are no app, and some whose names will not do."""
    taken = "import typer\napp = typer.Typer()\n"
    for name in ("toy.euler", "zzz.own", "--check", "two words", "toy.growth"):
        taken += f"@app.command({name!r})\ndef f(): pass\n"
    modules = {"zza": "raise OSError('no disk')", "zzb": "app = 3", "zzz": taken}
    for key, text in modules.items():
        package = distributions.write_pack(tmp_path, key, more=f'certifiers="{key}_certify:app",')
        package.with_name(f"{key}_certify.py").write_text(text)
    with distributions.installed(tmp_path):
        front = front_door()
        left_out = {entry.name: entry.reason for entry in front.left_out}
    assert left_out == {
        "certifiers of zza": "cannot be imported: OSError: no disk",
        "certifiers of zzb": "cannot be imported: TypeError: a int, wanted a typer.Typer",
        "certifier 'toy.euler' of zzz": "a certifier with a dot in its name is called zzz.NAME",
        "certifier '--check' of zzz": "a certifier of that name cannot be called",
        "certifier 'two words' of zzz": "a certifier of that name cannot be called",
        "certifier 'toy.growth' of zzz": "a certifier with a dot in its name is called zzz.NAME",
    }
    assert {"toy.euler", "zzz.own"} <= set(front.commands["certify"].commands)


def proved(check, document, schema=None):
    """What the checker proves of a document with its digest made."""
    document = {"certificate": "toy.kind"} | document
    sealed = document | {"digest": documents.digest(document)}
    return list(documents.check(sealed, Checker(check, schema), lambda done, total: None))


def test_a_document_is_held_to_the_schema_of_its_kind(tmp_path):
    schema = tmp_path / "kind.schema.json"
    schema.write_text('{"properties": {"n": {"type": "integer"}}}')

    def check(document, watch):
        yield f"n is {document['n']}"

    assert proved(check, {"n": 3}, schema) == ["n is 3"]
    with pytest.raises(Rejected, match=r"malformed: 'x' is not of type 'integer' at \$\.n"):
        proved(check, {"n": "x"}, schema)


@pytest.mark.parametrize(
    "error", [KeyError("n"), TypeError("no"), RecursionError("deep"), AssertionError(), OSError(5)]
)
def test_what_a_checker_does_not_foresee_is_its_own_fault(error):
    def check(document, watch):
        yield "something"
        raise error

    with pytest.raises(Rejected, match=f"the checker of toy.kind failed: {type(error).__name__}"):
        proved(check, {})


@pytest.mark.parametrize(
    ("check", "why"),
    [
        (lambda document, watch: iter(()), "^the checker proved nothing$"),
        (lambda document, watch: None, "the checker of toy.kind failed: TypeError"),
        (lambda document, watch: [7], "failed: TypeError: it yielded a int, not a sentence"),
    ],
)
def test_a_checker_that_proves_nothing_certifies_nothing(check, why):
    with pytest.raises(Rejected, match=why):
        proved(check, {})


def test_a_certificate_may_lack_a_digest_but_not_have_a_wrong_one(capsys, tmp_path):
    """Another program writes none; the proof is what counts, and the line says so."""
    run(capsys, "toy.euler", "--of", "7", "--out", "seven.json")
    path = tmp_path / "seven.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({key: document[key] for key in document if key != "digest"}))
    code, shown, _ = run(capsys, "--check", "seven.json")
    assert (code, shown.startswith("CERTIFIED 7 has 5 partitions")) == (0, True)
    assert shown.endswith(" s, without a digest\n")
    for wrong in (None, "", "0" * 64):
        path.write_text(json.dumps(document | {"digest": wrong}))
        code, shown, _ = run(capsys, "--check", "seven.json")
        assert code == 1
        assert "it was changed after it was written" in shown


def test_a_claim_proved_false_is_refuted(capsys, tmp_path, monkeypatch):
    def check(document, watch):
        watch(1, 2)
        yield Refutation("it is false")

    monkeypatch.setattr(hooks, "checker_of", lambda kind: Checker(check))
    documents.write(tmp_path / "false.json", {"certificate": "toy.false", "version": "1"})
    code, shown, _ = run(capsys, "--check", "false.json")
    assert code == 1
    assert shown.startswith("REFUTED it is false")


def test_a_broken_packs_certificates_are_told(monkeypatch):
    def broken(key):
        raise ImportError("no numerics")

    monkeypatch.setattr(hooks, "hooks_of", broken)
    with pytest.raises(InputError, match="got numerics that cannot be imported"):
        hooks.checker_of("toy.bijection")
