"""The file of vectors: what it promises about itself is so."""

from __future__ import annotations

import json
import math
from collections import Counter

import mpmath
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from lcnn_verify.packs.zgj import oracle, population, vectors
from lcnn_verify.packs.zgj.conformance.examples import cosines
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, TIED_RELU, UNIT_ABS, UNIT_RELU
from lcnn_verify.packs.zgj.vectors import flags, vector
from lcnn_verify.packs.zgj.vectors.decimals import AGREEMENT, DIGITS
from lcnn_verify.packs.zgj.vectors.document import build
from lcnn_verify.packs.zgj.vectors.flags import exactly_zero

DOCUMENT = vector.document()
CASES = {case["id"]: case for case in DOCUMENT["cases"]}
VECTORS = {one.id: one for one in vectors.load()}


def schema():
    return json.loads(vector.SCHEMA.read_text(encoding="utf-8"))


def complaints(document):
    return [error.json_path for error in Draft202012Validator(schema()).iter_errors(document)]


def objects(node):
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


def test_the_file_obeys_its_schema_which_admits_nothing_else():
    Draft202012Validator.check_schema(schema())
    assert all(node["additionalProperties"] is False for node in objects(schema()))
    assert complaints(DOCUMENT) == []
    case = DOCUMENT["cases"][0]
    for wrong in (
        {**case, "more": 1},
        {**case, "loss": "1.5"},
        {**case, "loss": 1.5},
        {**case, "W": [[1.5]]},
        {**case, "flags": []},
        {key: case[key] for key in case if key != "tolerances"},
        {**case, "agreement": {**case["agreement"], "loss": 39}},
    ):
        assert complaints({**DOCUMENT, "cases": [wrong]})


def test_the_header_says_what_the_code_does():
    assert f"agree to {AGREEMENT} significant digits" in DOCUMENT["routes"]["rule"]
    assert f"values to {DIGITS} significant digits" in DOCUMENT["description"]
    assert DOCUMENT["number_of_cases"] == len(CASES) == len(DOCUMENT["cases"]) >= 300
    assert vector.VECTORS.stat().st_size < 1_500_000


def test_every_model_is_there_and_sizes_up_to_forty():
    models = Counter(one.model for one in VECTORS.values())
    assert all(models[model] >= 80 for model in MODELS)
    shapes = [(len(one.W), *one.V.shape) for one in VECTORS.values()]
    for axis in range(3):
        seen = {shape[axis] for shape in shapes}
        assert seen >= {*range(1, 18), 40}


def test_flags_are_explained_used_and_true():
    used = Counter(flag for case in CASES.values() for flag in case["flags"])
    assert set(used) == set(DOCUMENT["flags"])
    assert min(used.values()) >= 4
    for one in VECTORS.values():
        facts = flags.of_arrays(one.instance)
        of_values = {"cancellation", "below-threshold"}
        assert set(one.flags) - flags.PURPOSES - of_values == facts, one.id
        assert ("exact-zero-loss" in one.flags) == (one.loss == "0"), one.id
        below = one.threshold is not None and float(one.loss) <= float(one.threshold)
        assert ("below-threshold" in one.flags) == (below and len(one.W) >= len(one.V)), one.id
        power = one.model.mass_power
        mass = sum(math.hypot(*row) ** power for row in (*one.W, *one.V))
        assert ("cancellation" in one.flags) == (0.0 < float(one.loss) < 1e-6 * mass**2), one.id


def test_cosines_round_past_both_ends_in_every_form_and_dimension(model):
    found = set()
    for one in VECTORS.values():
        if one.model == model and "past-one" in one.flags:
            rows = np.concatenate((one.W, one.V))
            for form, values in cosines(rows, "float64").items():
                crossed = values[: len(one.W), len(one.W) :]
                ends = {1: crossed.max() > 1.0, -1: crossed.min() < -1.0}
                found |= {(form, end, rows.shape[1]) for end, past in ends.items() if past}
    forms = cosines(np.eye(2), "float64")
    assert found >= {(form, end, d) for form in forms for end in (1, -1) for d in (2, 3)}


def test_declared_flags_are_true():
    for one in VECTORS.values():
        found = flags.PURPOSES & set(one.flags)
        if found & {"right-angle", "obtuse"}:
            dot = float(one.W[0] @ one.V[0])
            assert dot < 0.0 if "obtuse" in found else dot == 0.0
        if "saddle" in found:
            gradient = population.gradient(one.W, one.V)
            assert np.linalg.norm(gradient) < 1e-14 < 0.05 < float(one.loss)
        if "split" in found:
            assert len(one.W) > 1
        if "merged-pair" in found:
            assert np.linalg.matrix_rank(one.W, tol=1e-9) == 1
            assert len(one.V) == 2


def test_an_unexplained_flag_is_refused():
    with pytest.raises(KeyError, match="peculiar"):
        flags.ordered({"planar", "peculiar"}, DOCUMENT["flags"])


def test_what_is_missing_says_why():
    for case in CASES.values():
        for name in ("hessian", "separation", "threshold"):
            assert (case[name] is None) == (name in case["absent"]), case["id"]
            assert (case[name] is None) == (name not in case["agreement"]), case["id"]
        gone = [row is None for row in case["gradient"]]
        zero = [not any(float.fromhex(entry) for entry in row) for row in case["W"]]
        unit = case["model"]["readout"] == "unit"
        assert gone == [unit and nothing for nothing in zero], case["id"]
    given = [case["hessian"] is not None for case in CASES.values()]
    assert sum(given) > 300


def test_the_parameters_of_each_case_build_its_inputs():
    for case in CASES.values():
        built, one = build(case), VECTORS[case["id"]]
        # Another C library may round a cosine otherwise.
        np.testing.assert_allclose(built.W, one.W, rtol=1e-14, atol=0.0)
        np.testing.assert_allclose(built.V, one.V, rtol=1e-14, atol=0.0)
        assert json.loads(json.dumps(dict(built.parameters))) == one.parameters


def test_the_file_is_written_afresh_from_what_a_person_writes(tmp_path):
    """Six fields of a case are its source; all others come back as they are."""
    from lcnn_verify.packs.zgj.vectors import __main__ as program

    written = ("id", "comment", "source", "model", "parameters")
    names = (
        "clone-2-unit-relu",
        "zero-student-unit-abs",
        "line-5-3-tied-abs",
        "saddle-4-2-tied-abs",
    )
    new = [
        {key: CASES[name][key] for key in written}
        | {"flags": [flag for flag in CASES[name]["flags"] if flag in flags.PURPOSES]}
        for name in names
    ]
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps({**DOCUMENT, "cases": new}), encoding="utf-8")
    program.main([str(file)], jobs=1)
    afresh = json.loads(file.read_text(encoding="utf-8"))
    assert complaints(afresh) == []
    assert afresh["number_of_cases"] == len(names)
    for case in afresh["cases"]:
        assert {**case, "agreement": None} == {**CASES[case["id"]], "agreement": None}


def test_our_own_float64_is_within_every_tolerance():
    for one in VECTORS.values():
        loss, gradient = population.loss_and_gradient(one.W, one.V, model=one.model)
        allowed = one.tolerances["float64"]
        assert abs(mpmath.mpf(loss) - one.exact_loss) <= allowed.loss, one.id
        for row, exact, room in zip(gradient, one.gradient, allowed.gradient, strict=True):
            if exact is not None:
                gap = row - np.array([float(entry) for entry in exact])
                assert math.hypot(*gap) <= room + 1e-15 * math.hypot(*row), one.id


def test_separation_threshold_and_hessian_agree_with_the_library():
    from lcnn_verify.packs.zgj.geometry import separation
    from lcnn_verify.packs.zgj.threshold import loss_threshold

    for one in VECTORS.values():
        if one.separation is not None:
            assert separation(one.V) == pytest.approx(float(one.separation), rel=1e-15, abs=0.0)
        if one.threshold is not None:
            assert loss_threshold(one.V) == pytest.approx(float(one.threshold), rel=1e-14, abs=0.0)
        if one.hessian is not None:
            values = np.linalg.eigvalsh(population.hessian(one.W, one.V, model=one.model))
            ends = [float(entry) for entry in one.hessian]
            size = max(abs(values))
            assert values[[0, -1]] == pytest.approx(ends, rel=0.0, abs=1e-10 * size), one.id


def test_the_tolerances_are_those_of_the_conformance_checks():
    from lcnn_verify.packs.zgj.conformance.quantities import reference

    for one in VECTORS.values():
        if "extreme" not in one.flags and one.loss != "0":
            right = reference(one.instance)
            for dtype, tolerance in one.tolerances.items():
                assert tolerance.loss == pytest.approx(right.loss_floor(dtype), rel=0.02), one.id
                rows = [
                    (mine, theirs)
                    for mine, theirs in zip(
                        tolerance.gradient, right.gradient_floors(dtype), strict=True
                    )
                    if math.isfinite(theirs) and mine > 1e-300
                ]
                assert all(mine == pytest.approx(theirs, rel=0.02) for mine, theirs in rows)


def test_single_precision_cases_are_float32_numbers():
    count = 0
    for one in VECTORS.values():
        single = "float32" in one.tolerances
        assert single == ("single-precision" in one.flags)
        if single:
            count += 1
            for rows in (one.W, one.V):
                assert np.array_equal(rows, rows.astype(np.float32).astype(np.float64))
            double, tolerance = one.tolerances["float64"].loss, one.tolerances["float32"].loss
            assert tolerance == double == 0.0 or 2.0**18 < tolerance / double < 2.0**30
    assert count > 250


def test_vectors_cannot_be_changed():
    first = vectors.load()[0]
    assert repr(first) == f"Vector({first.id!r})"
    with pytest.raises(ValueError, match="read-only"):
        first.W[0, 0] = 1.0
    assert vectors.load() is vectors.load()


def zero(W, V, model=TIED_ABS):
    return exactly_zero(Instance(np.array(W), np.array(V), model))


def test_zero_loss_is_decided_exactly():
    assert zero([[3.0, 0.0], [-4.0, 0.0]], [[5.0, 0.0]])
    assert zero([[0.3, 0.9], [0.0, 0.0]], [[0.3, 0.9]])
    assert not zero([[0.3, 0.9]], [[0.3, 0.9000000000000001]])
    assert not zero([[3.0, 0.0], [4.0, 0.0]], [[5.000000000000001, 0.0]])
    assert not zero([[3.0, 0.0], [4.0, 0.0]], [[5.0, 0.0]], UNIT_ABS)
    assert zero([[1.0, 0.0], [-4.0, 0.0]], [[5.0, 0.0]], UNIT_ABS)
    assert not zero([[3.0, 0.0], [-4.0, 0.0]], [[5.0, 0.0]], TIED_RELU)
    assert zero([[1e-320, 2e-320]], [[-1e-320, -2e-320]])
    assert zero([[0.0, 0.0]], [[0.0, 0.0]])


def test_zero_loss_of_relu_needs_the_first_moment_to_vanish_too():
    """Three rays at 0, 120, 240 degrees carry Σσ(v·x) = ½Σ|v·x|: W = −V then has no loss."""
    flat = [[2.0, 0.0], [-1.0, 1.75], [-1.0, -1.75]]
    assert zero(np.negative(flat), flat, UNIT_RELU)
    assert not zero(np.negative(flat), flat, TIED_RELU)
    square = [[3.0, 4.0], [-3.0, 4.0], [-3.0, -4.0], [3.0, -4.0]]
    assert zero(np.negative(square), square, TIED_RELU)
    # Tied, ‖a‖a of rows on (1, 1), (1, -1), (1, 7) has roots √2, √2, √50 = 5√2, and
    # 20·(1, 1) - 15·(1, -1) - 5·(1, 7) = 0, with 20 = 4² + 2² and 15 = 3² + 2² + 1² + 1².
    fan = [[4, 4], [2, 2], [-3, 3], [-2, 2], [-1, 1], [-1, 1], [-1, -7]]
    assert zero(np.negative(fan), fan, TIED_RELU)
    assert not zero(np.negative(fan[:-1]), fan[:-1], TIED_RELU)
    with mpmath.workdps(30):
        rows = np.array(fan, dtype=float)
        assert oracle.loss(-rows, rows, dps=30, model=TIED_RELU) < 1e-50
