"""Snippets run, floors and sharper routes belong to the values they are for."""

from __future__ import annotations

import json
import runpy

import conformance_subjects as subjects
import mpmath
import numpy as np
import pytest

from lcnn_verify.evidence import Recorder, recording
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.answers import Call
from lcnn_verify.packs.zgj.conformance.arrays import LAYOUTS, Guarded
from lcnn_verify.packs.zgj.conformance.declaration import Declaration
from lcnn_verify.packs.zgj.conformance.snippet import snippet
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_ABS
from lcnn_verify.packs.zgj.networks import rotation
from lcnn_verify.packs.zgj.population import gradient, loss
from lcnn_verify.profiles import RunContext, running

X = examples.of_shape(3, 2, 3)
G = gradient(X.W, X.V)


def program(said, call, target="conformance_subjects:Honest"):
    with running(RunContext(subject={"target": target})):
        return snippet(said, call)


def outcome(code, capsys):
    exec(compile(code, "snippet", "exec"), {})
    return capsys.readouterr().out


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_snippet_lays_arrays_out_as_the_call_did(layout, capsys):
    said = Declaration("conformance_subjects:Honest", ("loss",))
    code = program(said, Call("loss", X, layout))
    space = {}
    exec(code.replace("implementation.loss(W, V)", "(W, V)"), space)
    capsys.readouterr()
    for name, rows in (("W", X.W), ("V", X.V)):
        ours = Guarded(name, rows, layout).view
        theirs = space[name]
        assert np.array_equal(theirs, rows)
        assert theirs.dtype == ours.dtype
        assert theirs.flags.writeable is ours.flags.writeable
        signs = [np.sign(strides).tolist() for strides in (theirs.strides, ours.strides)]
        assert signs[0] == signs[1]
        assert theirs.flags.c_contiguous is ours.flags.c_contiguous


def test_a_snippet_prints_what_came_and_what_is_right(capsys):
    said = Declaration("conformance_subjects:Honest", ("loss_and_gradient",))
    both = program(said, Call("loss_and_gradient", X, "C"))
    lines = outcome(both, capsys)
    assert lines.count("wanted") == 2
    rows = np.array(json.loads(lines.splitlines()[-1].removeprefix("wanted")))
    assert rows == pytest.approx(G, rel=1e-13)
    digits = both.partition('float("')[2].partition('"')[0]
    with mpmath.workdps(45):
        assert abs(mpmath.mpf(digits) - oracle.loss(X.W, X.V, dps=45)) < mpmath.mpf(10) ** -38


def test_a_snippet_of_a_batch_has_every_member(capsys):
    members = (X, Instance(X.W[::-1], X.V))
    said = Declaration("conformance_subjects:Honest64Batched", ("loss",), batch=True)
    printed = outcome(program(said, Call("loss", X, "C", batch=members)), capsys)
    got, wanted = printed.split("wanted")
    assert np.fromstring(got[5:].strip().strip("[]"), sep=" ") == pytest.approx(
        json.loads(wanted.replace("'", ""))
    )


def test_large_arrays_are_read_from_the_replay_file_wherever_it_is(tmp_path, capsys):
    x = examples.of_shape(30, 20, 10)
    said = Declaration("conformance_subjects:Honest", ("loss", "gradient"))
    with recording(Recorder("zgj.conform.shapes", "test")):
        code = program(said, Call("loss", x, "C"))
        off = gradient(x.W, x.V) * np.where(np.arange(30) == 7, 2.0, 1.0)[:, None]
        worst = program(said, Call("gradient", x, "C", gradient=off))
        assert 'print("wanted in row 7", [' in worst
    record = {"arguments": {"instance": {"W": x.W.tolist(), "V": x.V.tolist()}}}
    (tmp_path / "zgj.conform.shapes.json").write_text(json.dumps(record))
    (tmp_path / "zgj.conform.shapes.py").write_text(code)
    runpy.run_path(str(tmp_path / "zgj.conform.shapes.py"))
    lines = capsys.readouterr().out.splitlines()
    got, wanted = (float(line.split()[1]) for line in lines)
    assert got == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.b:C", "implementation = importlib.import_module('a.b').C"),
        ("a.b:C.d", "implementation = importlib.import_module('a.b').C.d"),
        ("a.b", "implementation = importlib.import_module('a.b')"),
        ("y.py:C", "implementation = SimpleNamespace(**runpy.run_path('HERE/y.py')).C"),
        ("y.py:C.d", "implementation = SimpleNamespace(**runpy.run_path('HERE/y.py')).C.d"),
        ("y.py", "implementation = SimpleNamespace(**runpy.run_path('HERE/y.py'))"),
        ("a.b:C,d", "implementation = SimpleNamespace(loss=module.C, gradient=module.d)"),
    ],
)
def test_a_snippet_finds_the_target_from_any_folder(name, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "y.py").write_text("")
    line = line.replace("HERE", str(tmp_path))
    assert f"sys.path.insert(0, {str(tmp_path)!r})" in program(
        Declaration(name, ("loss",)), Call("loss", X, "C"), name
    )
    code = program(Declaration(name, ("loss",)), Call("loss", X, "C"), name)
    assert line in code.splitlines()
    compile(code, "snippet", "exec")


@pytest.mark.parametrize(
    ("arrays", "dtype", "words"),
    [
        ("jax", "float64", 'jax.config.update("jax_enable_x64", True)'),
        ("jax", "float32", "W, V = jnp.asarray(W), jnp.asarray(V)"),
        ("torch", "float32", "W, V = torch.from_numpy(W), torch.from_numpy(V)"),
    ],
)
def test_a_snippet_speaks_the_library_of_the_arrays(arrays, dtype, words):
    said = Declaration("a:b", ("gradient",), dtype=dtype, arrays=arrays)
    code = program(said, Call("gradient", X, "C"), "a:b")
    assert words in code
    assert f"dtype=np.{dtype})" in code


def test_norms_are_brought_into_the_range_of_the_dtype():
    W = np.array([[1e-150, 0.0], [3e50, 4e50], [0.0, 0.0], [0.5, 0.25]])
    V = np.array([[1e60, 0.0]])
    x = quantities.fitted(Instance(W, V), UNIT_ABS, "float32")
    assert x.model == UNIT_ABS
    norms = np.linalg.norm(np.concatenate((x.W, x.V)), axis=1)
    assert 0.0 < norms[0] < 1e-8
    assert np.all(norms < 2.0**21)
    assert x.W[1, 1] / x.W[1, 0] == pytest.approx(4 / 3, rel=1e-7)
    assert np.array_equal(x.W[2:], W[2:])
    wide = quantities.fitted(Instance(W[1:], V), TIED_ABS, "float64")
    assert np.array_equal(wide.W, W[1:])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_floor_has_room_for_the_honest_and_none_for_more(dtype):
    honest = subjects.Honest32() if dtype == "float32" else subjects.Honest()
    worst = 0.0
    for case in examples.DEGENERATE:
        x = quantities.fitted(examples.degenerate(case), TIED_ABS, dtype)
        W, V = x.W.astype(dtype), x.V.astype(dtype)
        for layout_call in (
            Call("loss", x, "C", loss=float(honest.loss(W, V))),
            Call("gradient", x, "C", gradient=honest.gradient(W, V).astype(np.float64)),
        ):
            worst = max(worst, layout_call.misses(dtype))
    assert 0.0 < worst < 0.5
    off = Call("loss", X, "C", loss=loss(X.W, X.V) * (1.0 + 2000 * quantities.EPSILON[dtype]))
    assert off.misses(dtype) > 1.0


def test_a_gradient_moves_with_all_its_routes():
    R = rotation([30.0, 70.0, 20.0], 3)
    rows = quantities.gradient(X)
    moved = rows.rearranged("moved", [2, 0, 0], [2.0, -1.0, 0.5], R)
    wanted = np.array([2.0, -1.0, 0.5])[:, None] * (G[[2, 0, 0]] @ R.T)
    assert moved.values == pytest.approx(wanted)
    for i, k in np.ndindex(3, 3):
        entry = moved.entry(i, k)
        assert abs(float(entry.exact(30)) - entry.value) <= entry.error
        assert abs(float(entry.enclosed(128).mid()) - entry.value) <= entry.error
    for quantity in (rows.norm(1), rows.inner(X.W, "⟨∇L, W⟩")):
        assert abs(float(quantity.exact(30)) - quantity.value) <= quantity.error
        assert abs(float(quantity.enclosed(128).mid()) - quantity.value) <= quantity.error


def test_where_the_loss_has_no_gradient_nothing_is_asked_of_it():
    x = Instance([[0.0, 0.0], [1.0, 2.0]], [[1.0, 0.0]], UNIT_ABS)
    floors = quantities.reference(x).gradient_floors("float64")
    assert floors[0] == np.inf
    assert 0.0 < floors[1] < 1e-12
    product = quantities.gradient(x).inner(np.array([[0.0, 0.0], [1.0, 1.0]]), "p")
    assert np.isfinite(product.error)


def test_every_shape_is_among_the_shapes():
    for rounds in (1, 3):
        found = examples.shapes(rounds)
        assert len(found) == 40 * rounds <= 120
        for axis in range(3):
            assert {shape[axis] for shape in found} == set(range(1, 41))
        assert {(m + r) % 8 for m, r, _ in found} == set(range(8))
