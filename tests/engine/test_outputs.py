"""Where files go: looked at before the work, ours alone replaced, each whole or not at all."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from lcnn_verify import outputs
from lcnn_verify.cli.errors import failure
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents
from lcnn_verify.reporting.replays import COUNTEREXAMPLES
from lcnn_verify.reporting.report import FILES


def test_what_a_report_writes_is_known_to_be_ours_and_nothing_else_is(written, tmp_path):
    shutil.copytree(written.folder, tmp_path, dirs_exist_ok=True)
    outputs.demand_folder(tmp_path, FILES)
    for path in tmp_path.rglob("*.*"):
        assert outputs.is_ours(path), path
        path.write_bytes(b"x" + path.read_bytes())
        assert not outputs.is_ours(path), path
        path.write_bytes(b"")
        assert outputs.is_ours(path), path
    assert (tmp_path / COUNTEREXAMPLES).is_dir()


def test_a_certificate_takes_the_place_of_a_certificate_only(tmp_path):
    for name in ("plain.json", "packed.json.gz"):
        documents.write(tmp_path / name, {"certificate": "toy", "version": "1"})
        outputs.demand_file(tmp_path / name)
    (tmp_path / "thesis.json").write_text('{"title": "mine"}')
    (tmp_path / "data.json.gz").write_bytes(gzip.compress(b"1 2 3"))
    for name in ("thesis.json", "data.json.gz"):
        with pytest.raises(InputError, match=f"{name}, a file lcnn-verify did not write"):
            outputs.demand_file(tmp_path / name)


def test_a_folder_that_takes_nothing_is_named_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(OSError, match=str(folder)):
            outputs.demand_folder(folder, FILES)

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    for demand in (outputs.demand_file, lambda path: outputs.demand_folder(path.parent, FILES)):
        with pytest.raises(OSError, match="No space left") as caught:
            demand(tmp_path / "new" / "x.json")
        assert caught.value.filename == str(tmp_path / "new")


def test_a_current_folder_that_is_gone_is_said(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for demand in (outputs.demand_file, lambda path: outputs.demand_folder(path, FILES)):
        with pytest.raises(InputError, match="current folder: got one that was removed"):
            demand(Path("reports"))
    os.chdir(tmp_path)


def test_a_file_is_whole_or_as_it_was(tmp_path, monkeypatch):
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_text("old")
    link.symlink_to(target)
    outputs.write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    outputs.write_atomically(Path(os.devnull), "gone")  # a device stays one
    assert Path(os.devnull).is_char_device()
    stopped = failure(lambda: outputs.write_atomically(Path("/dev/full"), "more"))
    assert stopped is not None
    assert "No space left" in str(stopped)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for path in (target, tmp_path / "more.md"):
        with pytest.raises(OSError, match="No space left") as caught:
            outputs.write_atomically(path, "newer")
        assert caught.value.filename == str(path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.md", "target.md"]
    assert target.read_text() == "new"


def test_what_is_partial_never_takes_the_place_of_what_is_finished(tmp_path):
    record = tmp_path / "report.json"
    places = {
        None: tmp_path,
        "{": tmp_path,
        '{"partial": {}}': tmp_path,
        '{"schema_version": "2.0"}': tmp_path / "partial",
    }
    for text, place in places.items():
        if text is not None:
            record.write_text(text)
        assert outputs.place_of_partial(tmp_path, record.name) == place
    assert outputs.beside(tmp_path / "new.json") == tmp_path / "new.json"
    for name, other in (
        ("a.b.json.gz", "a.b-partial.json.gz"),
        ("a.b.json", "a.b-partial.json"),
        ("proof", "proof-partial"),
    ):
        (tmp_path / name).touch()
        assert outputs.beside(tmp_path / name) == tmp_path / other
