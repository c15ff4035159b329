"""The gallery: correct implementations are correct, wrong ones differ from them in one step."""

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.gallery import catalogue, outline
from lcnn_verify.packs.zgj.model import as_model

ROWS = {
    "gaussian": (np.random.default_rng(5).standard_normal((5, 3)), np.diag([1.0, 2.0, 0.5])),
    "degenerate": (
        np.array([[0.0, 0.0], [1.0, 0.0], [-2.0, 0.0], [1.0, 1e-9], [0.5, 0.0]]),
        np.array([[1.0, 0.0], [1.0, 1e-7], [0.0, 3.0]]),
    ),
    "one dimension": (np.array([[2.0], [-1.0]]), np.array([[1.0], [-3.0], [0.5]])),
    "zero": (np.zeros((2, 3)), np.eye(3)),
}
REFERENCES = {entry.name: entry for entry in catalogue.references()}
MUTANTS = {entry.name: entry for entry in catalogue.mutants()}


def loaded(entry):
    if entry.missing:
        pytest.skip(entry.missing)
    module, _, name = entry.target.partition(":")
    return getattr(importlib.import_module(module), name)()


def given(implementation, rows):
    rows = np.array(rows, dtype=implementation.dtype)
    if implementation.arrays == "torch":
        return importlib.import_module("torch").from_numpy(rows)
    if implementation.arrays == "jax":
        return importlib.import_module("jax.numpy").asarray(rows)
    return rows


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("name", REFERENCES)
def test_references_agree_with_the_oracle(name, rows):
    implementation = loaded(REFERENCES[name])
    W, V = ROWS[rows]
    W, V = (np.array(part, dtype=implementation.dtype).astype(float) for part in (W, V))
    model = as_model(implementation.model)
    exact = np.array(oracle.gradient(W, V, dps=30, model=model).tolist(), dtype=float)
    power = model.mass_power
    total = sum(np.linalg.norm(row) ** power for row in (*W, *V))
    room = 32.0 * np.finfo(implementation.dtype).eps * total
    pair = implementation.loss_and_gradient(given(implementation, W), given(implementation, V))
    alone = (
        implementation.loss(given(implementation, W), given(implementation, V)),
        implementation.gradient(given(implementation, W), given(implementation, V)),
    )
    for value, gradient in (pair, alone):
        assert abs(float(value) - float(oracle.loss(W, V, model=model))) <= room * total
        moving = W.any(axis=1)  # with unit readout a zero student has no gradient
        gaps = np.linalg.norm(np.asarray(gradient, dtype=float) - exact, axis=1)[moving]
        assert (gaps <= room * np.linalg.norm(W[moving], axis=1) ** (power - 1)).all()


def test_batches_are_their_members():
    batched = loaded(REFERENCES["numpy-batched"])
    single = loaded(REFERENCES["numpy-direct"])
    W = np.random.default_rng(1).standard_normal((3, 4, 2))
    V = np.eye(2)
    assert batched.loss(W, V).tolist() == [single.loss(member, V) for member in W]
    assert np.array_equal(batched.gradient(W, V), [single.gradient(member, V) for member in W])


def test_there_are_enough_mutants_and_all_have_a_name_and_a_sentence():
    every = catalogue.select([])
    assert len(MUTANTS) >= 40
    assert len({entry.name for entry in every}) == len(every)
    assert len({entry.says for entry in every}) == len(every)
    for entry in every:
        assert entry.says.endswith(".")
        assert len(entry.says) < 110


@pytest.mark.parametrize("topic", catalogue.TOPICS)
def test_mutants_do_few_steps_differently(topic):
    module = importlib.import_module(f"{catalogue.__package__}.mutants.{topic}")
    for entry in MUTANTS.values():
        if entry.topic == topic:
            mutant = getattr(module, entry.target.partition(":")[2])
            changed = [name for name in vars(mutant) if name != "__init__" and name[:2] != "__"]
            own = [name for name in changed if callable(getattr(mutant, name))]
            assert len(own) <= 3, entry.name
            assert all(hasattr(mutant.__mro__[1], name) for name in changed), entry.name
            assert mutant.__doc__.splitlines()[0] == entry.says


def test_the_catalogue_lists_every_class_of_every_file():
    folder = Path(catalogue.__file__).parent / "mutants"
    assert {path.stem for path in folder.glob("*.py")} == {*catalogue.TOPICS, "__init__"}
    classes = [
        f"{path.stem}:{node.name}"
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted(classes) == sorted(e.target.rpartition(".")[2] for e in MUTANTS.values())


def test_what_needs_a_framework_says_so(monkeypatch):
    entry = REFERENCES["jax-autodiff"]
    monkeypatch.setattr(catalogue.importlib.util, "find_spec", lambda name: None)
    assert entry.missing == "jax is not installed"
    assert REFERENCES["numpy-direct"].missing == ""


def test_entries_are_selected_by_name_topic_or_kind():
    assert [e.name for e in catalogue.select(["no-half", "numpy-direct"])] == [
        "numpy-direct",
        "no-half",
    ]
    assert {e.topic for e in catalogue.select(["layout"])} == {"layout"}
    assert all(e.is_reference for e in catalogue.select(["references"]))
    assert catalogue.select(["mutants"]) == catalogue.mutants()
    assert len(catalogue.select([])) == len(REFERENCES) + len(MUTANTS)
    with pytest.raises(InputError, match="did you mean 'no-half'"):
        catalogue.select(["no-hal"])


def test_the_list_names_each_topic_by_what_selects_it():
    topics = [line for line in outline.listing(catalogue.select([])) if line[0] != " "]
    ids = [line.partition(":")[0] for line in topics]
    assert ids == [*catalogue.REFERENCES, *catalogue.TOPICS]
    listed = list(outline.listing(catalogue.select(ids)))
    assert len(listed) == len(catalogue.select([])) + len(ids)
    assert "  no-half                      The loss lacks its factor ½." in listed
