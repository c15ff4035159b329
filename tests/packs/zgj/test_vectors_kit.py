"""The kit stands on its own: its text says what its JSON says, its C program needs no Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import vectors
from lcnn_verify.packs.zgj.vectors import vector
from lcnn_verify.packs.zgj.vectors.judge import judge
from lcnn_verify.packs.zgj.vectors.results import RESULTS_SCHEMA, read
from lcnn_verify.packs.zgj.vectors.vector import VECTORS

FILES = {
    "vectors.json",
    "vectors.schema.json",
    "vectors.txt",
    "results.schema.json",
    "example.c",
    "README.md",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("kit") / "deep" / "kit"
    assert {path.name for path in vector.export(out)} == FILES
    return out


def test_the_kit_is_complete_and_may_be_written_again(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    assert (folder / "vectors.json").read_bytes() == VECTORS.read_bytes()
    before = (folder / "vectors.txt").read_bytes()
    (folder / "vectors.txt").write_text("lcnn-vectors 1 old")
    vector.export(folder)
    assert (folder / "vectors.txt").read_bytes() == before
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert all(name in readme for name in FILES - {"README.md"})
    assert f'"vectors_version": "{vector.version()}"' in readme


def test_the_documents_count_right():
    root = Path(__file__).parents[3]
    count = len(vectors.load())
    guide = (root / "docs" / "vectors.md").read_text(encoding="utf-8")
    assert f"a kit of {count} theory vectors" in guide
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"Theory vectors: {count} cases" in changes


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("precious")
    for place in ("file", "file/under"):
        with pytest.raises(InputError, match=r"out: got .*cannot be written"):
            vector.export(tmp_path / place)
    assert (tmp_path / "file").read_text() == "precious"


def words(text):
    yield from text.split()


def test_the_text_says_what_the_json_says(folder):
    """Read as a program without a JSON library would: word by word."""
    stream = words((folder / "vectors.txt").read_text(encoding="ascii"))

    def take(count):
        return [next(stream) for _ in range(count)]

    def rows(count, d):
        return np.array([[float.fromhex(entry) for entry in take(d)] for _ in range(count)])

    loaded = vectors.load()
    assert take(4) == ["lcnn-vectors", "1", vector.version(), str(len(loaded))]
    for one in loaded:
        assert take(4) == ["case", one.id, one.model.activation, one.model.readout]
        m, r, d = (int(word) for word in take(3))
        assert take(1) == ["W"]
        assert np.array_equal(rows(m, d), one.W)
        assert take(1) == ["V"]
        assert np.array_equal(rows(r, d), one.V)
        double, single = one.tolerances["float64"], one.tolerances.get("float32")
        name, tolerance, tolerance32, value = take(4)
        assert (name, float(tolerance), value) == ("loss", double.loss, one.loss)
        assert tolerance32 == "nan" if single is None else float(tolerance32) == single.loss
        for i, exact in enumerate(one.gradient):
            name, tolerance, tolerance32 = take(3)
            assert (name, float(tolerance)) == ("gradient", double.gradient[i])
            assert tuple(take(d)) == (exact or ("nan",) * d)
        assert take(3) == ["hessian", *(one.hessian or ("nan", "nan"))]
        assert take(2) == ["separation", one.separation or "nan"]
        assert take(2) == ["threshold", one.threshold or "nan"]
    assert next(stream, None) is None


def compiled(folder, *options):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    strict = ("-O2", "-Wall", "-Wextra", "-Werror", "-std=c11")
    program = folder / "-".join(["example", *(option.strip("-") for option in options)])
    command = ["gcc", *strict, *options, "example.c", "-o", str(program), "-lm"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    done = subprocess.run(
        [program, "vectors.txt"], cwd=folder, check=True, capture_output=True, timeout=120
    )
    results = program.with_suffix(".json")
    results.write_bytes(done.stdout)
    return results, done.stderr.decode()


def test_the_example_in_c_passes_every_vector(folder):
    results, said = compiled(folder)
    schema = json.loads(RESULTS_SCHEMA.read_text(encoding="utf-8"))
    assert Draft202012Validator(schema).is_valid(json.loads(results.read_text()))
    verdict = judge(read(results), vectors.load(), vector.version())
    assert verdict.passed
    assert verdict.judged == len(vectors.load())
    assert verdict.not_covered == ()
    assert said == f"0 of {verdict.judged} vectors outside their tolerance\n"


def test_a_bug_planted_in_the_example_is_caught_and_localized(folder):
    """It folds the angle of ReLU neurons as |·| allows: every obtuse ReLU case is wrong."""
    results, said = compiled(folder, "-DPLANTED_BUG")
    verdict = judge(read(results), vectors.load(), vector.version())
    relu = {one.id for one in vectors.load() if one.model.activation == "relu"}
    failed = {failure.id for failure in verdict.failures}
    assert failed < relu
    assert len(failed) > 50
    assert said.startswith(f"{len(failed)} of ")
    assert all("relu" in pattern.flags for pattern in verdict.patterns)
    assert ("antiparallel", "relu") in {pattern.flags for pattern in verdict.patterns}


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "ends too early"), ("lcnn-vectors 2 x 1", "vectors.txt: 1"), ("other", "lcnn-vectors")],
)
def test_the_example_refuses_what_is_no_file_of_vectors(folder, tmp_path, text, message):
    compiled(folder)
    (tmp_path / "vectors.txt").write_text(text)
    done = subprocess.run(
        [folder / "example", tmp_path / "vectors.txt"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert message in done.stderr
    missing = subprocess.run([folder / "example"], check=False, capture_output=True, text=True)
    assert missing.returncode == 2
    assert "usage:" in missing.stderr
