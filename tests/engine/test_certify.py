"""``lcnn-verify certify`` with a third party's pack: prove, check, and what is refused."""

from __future__ import annotations

import gzip
import json
import os
from types import MappingProxyType

import campaign_kit as kit
import distributions
import pytest
from certificate_kit import accepted, refusal, told
from toy_pack import bijection

from lcnn_verify.cli.app import front_door
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents, hooks
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import Checker, Proved, Refutation


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capsys, *words):
    """Exit code, stdout and stderr of the command."""
    code, shown = kit.call("certify", *words), capsys.readouterr()
    return code, shown.out, shown.err


def test_a_third_partys_claim_is_proved_and_checked(capsys, monkeypatch):
    code, shown, _ = run(
        capsys, "--of", "7", "toy.euler", "--out", "seven.json"
    )  # options on both sides of the claim
    assert code == 0
    assert told(shown) == {
        "claim": "toy.euler",
        "written": "seven.json",
        "check it": "lcnn-verify certify --check seven.json",
    }
    monkeypatch.setenv("COLUMNS", "7")  # narrower than a verdict
    code, shown, _ = run(capsys, "toy.euler", "--of", "7", "--out", "seven.json")
    assert (code, "seven.json (in place of an earlier one)\n" in shown) == (0, True)
    code, shown, _ = run(capsys, "--check", "seven.json")
    assert code == 0
    assert shown.startswith("CERTIFIED 7 has 5 partitions into odd and as many into distinct")
    code, shown, _ = run(capsys, "--json", "--check", "seven.json")
    said = json.loads(shown)
    assert (code, said["certificate"], said["verdict"]) == (0, "toy.bijection", "CERTIFIED")
    assert run(capsys, "--check", "seven.json", "-q") == (0, "", "")


def test_a_spoiled_certificate_is_rejected(capsys, tmp_path):
    run(capsys, "toy.euler", "--out", "twelve.json")
    path = tmp_path / "twelve.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"n": 11}))
    code, shown, _ = run(capsys, "--check", "twelve.json")
    assert code == 1
    assert shown.startswith("REJECTED ")
    document["pairs"].reverse()
    path.write_text(json.dumps(document))
    code, shown, _ = run(capsys, "--check", "twelve.json", "--json")
    assert json.loads(shown)["reason"].endswith("it was changed after it was written")
    assert json.loads(shown)["proved"]


def test_no_forgery_passes(tmp_path):
    document, path = bijection.certificate(7), tmp_path / "seven.json"
    document["digest"] = documents.digest(document)
    assert refusal(path, document) == ""
    assert accepted(path, document) == ["digest deleted"]


def test_a_document_says_what_is_proved_of_it_and_no_more(capsys, tmp_path, monkeypatch):
    said = {"statement": "n is 3", "size": {"n": 3, "root": 1.5}, "box": ("0", "1")}

    def check(document, watch):
        yield Proved("n is 3", said)

    good = {"statement": "n is 3", "size": {"n": 3, "root": 1.5 + 1e-15}, "box": ["0", "1"]}
    assert proved(check, good) == ["n is 3"]
    for changed in (
        {"statement": "n is 4"},
        {"statement": "x" * 10_000},
        {"size": {"n": 3, "root": 1.6}},
        {"size": {"n": True, "root": 1.5}},
        {"size": {"n": 3}},
        {"box": ["0"]},
        {"box": None},
    ):
        (key,) = changed
        with pytest.raises(Rejected, match=f"^something is proved, but not that {key} is ") as no:
            proved(check, good | changed)
        assert len(str(no.value)) < 250
    monkeypatch.setattr(hooks, "checker_of", lambda kind: Checker(check, {}))
    documents.write(tmp_path / "n.json", {"certificate": "toy.n", "version": "2"} | good)
    code, shown, _ = run(capsys, "--check", "n.json", "--json")
    assert (code, json.loads(shown)["says"]) == (0, said | {"box": ["0", "1"]})


STRICT = {
    "a byte-order mark": (lambda data: b"\xef\xbb\xbf" + data, "Unexpected UTF-8 BOM"),
    "another encoding": (lambda data: data.decode().encode("utf-16"), "can't decode byte 0xff"),
    "trailing text": (lambda data: data + b" {}", "Extra data"),
    "a key twice": (lambda data: data.replace(b"{", b'{"n": 8, ', 1), "the key 'n' twice"),
    "no number": (lambda data: data.replace(b"7", b"NaN", 1), "NaN is not a finite number"),
    "a number too large": (lambda data: data.replace(b"7", b"1e400", 1), "1e400 is not a finite"),
    "977 lists": (lambda data: data.replace(b"7", b"[" * 977 + b"]" * 977), "too deep a file"),
    "a list without end": (lambda data: b"[" * 10**5, "too deep a file"),
    "a version that is a number": (
        lambda data: data.replace(b'"2"', b"2", 1),
        'got version 2, wanted version "2"',
    ),
    "an old version": (
        lambda data: data.replace(b'"2"', b'"1"', 1),
        'got version "1", wanted version "2", the form of this release: certify it once more',
    ),
    "text after gzip": (lambda data: gzip.compress(data) + b"x", "no JSON (Not a gzipped file"),
    "half of a gzip": (lambda data: gzip.compress(data)[:-9], "no JSON (Compressed file ended"),
}


@pytest.mark.parametrize(("spoil", "line"), STRICT.values(), ids=STRICT)
def test_a_file_is_read_strictly(capsys, tmp_path, spoil, line):
    data = json.dumps(bijection.certificate(7)).encode()
    (tmp_path / "x.json").write_bytes(spoil(data))
    code, shown, said = run(capsys, "--check", "x.json")
    assert (code, shown, said.count("\n")) == (2, "", 1)
    assert said.startswith("error: FILE: got ")
    assert line in said


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_certificate_may_come_from_a_pipe(capsys, tmp_path, pack):
    out, into = os.pipe()
    os.write(into, pack(json.dumps(bijection.certificate(7)).encode()))
    os.close(into)
    assert run(capsys, "--check", f"/dev/fd/{out}")[0] == 0
    os.close(out)


def test_what_memory_cannot_hold_is_one_line(capsys, monkeypatch):
    def check(document, watch):
        raise MemoryError

    run(capsys, "toy.euler", "--out", "proof.json")
    monkeypatch.setattr(hooks, "checker_of", lambda kind: Checker(check, {}))
    code, _, said = run(capsys, "--check", "proof.json")
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("error: memory: got too little, wanted more")


def test_no_name_paints_another_verdict(capsys, tmp_path, monkeypatch):
    painted = "\x1b[1A\x1b[2K\u202eEVIL\nCERTIFIED all of it\x07" + "x" * 9_000

    def reject(document, watch):
        raise Rejected(painted)

    run(capsys, "toy.euler", "--out", "proof.json")
    monkeypatch.setattr(hooks, "checker_of", lambda kind: Checker(reject, {}))
    said = [run(capsys, "--check", "proof.json")[1]]
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kind.json").write_text(json.dumps({"certificate": painted, "version": "2"}))
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
        (("--check", ""), "error: --check: got '', wanted a file"),
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
        (("--check", "old.json"), 'error: FILE: got version "0", wanted version "2"'),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, words, line):
    (tmp_path / "plain.json").write_text("[]")
    (tmp_path / "lab.json").write_text('{"certificate": "lab.none", "version": "2"}')
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


def proved(check, document, schema=MappingProxyType({})):
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
    for wrong in ("", "0" * 64):
        path.write_text(json.dumps(document | {"digest": wrong}))
        code, shown, _ = run(capsys, "--check", "seven.json")
        assert code == 1
        assert "it was changed after it was written" in shown


def test_a_claim_proved_false_is_refuted(capsys, tmp_path, monkeypatch):
    def check(document, watch):
        watch(1, 2)
        yield Refutation("it is false")

    monkeypatch.setattr(hooks, "checker_of", lambda kind: Checker(check, {}))
    documents.write(tmp_path / "false.json", {"certificate": "toy.false", "version": "2"})
    code, shown, _ = run(capsys, "--check", "false.json")
    assert code == 1
    assert shown.startswith("REFUTED it is false")


def test_a_broken_packs_certificates_are_told(monkeypatch):
    def broken(key):
        raise ImportError("no numerics")

    monkeypatch.setattr(hooks, "hooks_of", broken)
    with pytest.raises(InputError, match="got numerics that cannot be imported"):
        hooks.checker_of("toy.bijection")
