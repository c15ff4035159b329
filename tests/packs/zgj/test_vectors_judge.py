"""The judge of results: right ones pass, wrong ones are named, a file that is none is refused."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import population, vectors
from lcnn_verify.packs.zgj.vectors import results, vector
from lcnn_verify.packs.zgj.vectors.judge import judge
from lcnn_verify.packs.zgj.vectors.results import Entry, NotANumber, number, parse, read

VECTORS = {one.id: one for one in vectors.load()}
SOME = [one for one in VECTORS.values() if one.W.size <= 6][:120]


def computed(one, dtype=np.float64):
    """Our own float64 values, rounded to a dtype: as good as a result in it can be."""
    loss, gradient = population.loss_and_gradient(one.W, one.V, model=one.model)
    return {"id": one.id, "loss": float(dtype(loss)), "gradient": gradient.astype(dtype).tolist()}


def file(entries, **changes):
    header = {"vectors_version": vector.version(), "implementation": "mine", "dtype": "float64"}
    return {**header, "results": entries, **changes}


def judged(entries, **changes):
    return judge(
        parse(file(entries, **changes), "results"), list(VECTORS.values()), vector.version()
    )


def test_right_results_pass_and_the_rest_is_not_covered():
    verdict = judged([computed(one) for one in SOME])
    assert verdict.passed
    assert verdict.failures == ()
    assert verdict.patterns == verdict.groups == ()
    assert verdict.judged == len(SOME)
    assert set(verdict.not_covered) == set(VECTORS) - {one.id for one in SOME}
    assert 0.0 < verdict.worst < 0.1
    assert json.loads(json.dumps(verdict.to_json()))["passed"] is True


def test_float32_is_judged_by_its_own_floor():
    singles = [one for one in SOME if "float32" in one.tolerances]
    entries = [computed(one, np.float32) for one in singles]
    assert judged(entries, dtype="float32").passed
    verdict = judged(entries)
    assert len(verdict.failures) > len(singles) / 2
    others = [computed(one) for one in SOME if "float32" not in one.tolerances]
    verdict = judged(others, dtype="float32")
    assert verdict.judged == 0
    assert not verdict.passed
    assert verdict.not_judged == tuple(entry["id"] for entry in others)


def test_the_exact_value_passes_as_a_decimal_and_a_miss_just_beyond_the_tolerance_fails():
    def beyond(one, percent):
        far = Fraction(one.loss) + Fraction(one.tolerances["float64"].loss) * percent / 100
        return {"id": one.id, "loss": f"{far.numerator * 10**400 // far.denominator}e-400"}

    massive = [one for one in SOME if one.tolerances["float64"].loss > 0.0]
    assert judged([beyond(one, 0) for one in massive]).passed
    assert judged([beyond(one, 99) for one in massive]).passed
    assert len(judged([beyond(one, 101) for one in massive]).failures) == len(massive)


def test_failures_are_grouped_by_what_the_cases_have_in_common():
    entries = [computed(one) for one in SOME]
    for one, entry in zip(SOME, entries, strict=True):
        if "near-parallel" in one.flags:
            entry["gradient"][0][0] = "nan"
    verdict = judged(entries)
    near = [one.id for one in SOME if "near-parallel" in one.flags]
    (pattern,) = verdict.patterns
    assert pattern.flags == ("near-parallel",)
    assert pattern.judged == pattern.failed == len(near) >= 10
    assert {failure.id for failure in verdict.failures} == set(near)
    assert verdict.groups[0].flags == ("near-parallel",)
    assert all(group.failed <= group.judged for group in verdict.groups)


def test_two_flags_together_are_named_when_neither_says_it_alone():
    entries = [computed(one) for one in SOME]
    wrong = [one for one in SOME if {"clone", "relu"} <= set(one.flags)]
    for one, entry in zip(SOME, entries, strict=True):
        if one in wrong:
            entry["loss"] = float(entry["loss"]) + 1.0
    verdict = judged(entries)
    assert len(verdict.failures) == len(wrong) >= 5
    assert verdict.patterns[0].flags == ("clone", "relu")
    assert verdict.patterns[0].failed == len(wrong)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "nan"}, "got nan, which is not finite"),
        ({"loss": float("inf")}, "got Infinity, which is not finite"),
        ({"loss": 10**400}, "which is not finite"),
        ({"loss": "0x1p99999"}, "got 0x1p99999, which is not finite in float64"),
        ({"loss": "0.5.5"}, "got 0.5.5, which is not a number"),
        ({"loss": "1" * 2000}, "111…, which is not a number"),
        ({"loss": True}, "True is not of type 'number', 'string' at loss"),
        ({"loss": None}, "None is not of type 'number', 'string' at loss"),
        ({"loss": 0.75}, "times as far as allowed"),
        ({"gradient": [[0.0]]}, "1 entries, wanted d = 2"),
        ({"gradient": [[0.0, 0.0], [0.0, 0.0]]}, "2 rows, wanted m = 1"),
        ({"gradient": [None]}, "null, wanted d = 2"),
        ({"gradient": [[0.0, "-inf"]]}, "got -inf, which is not finite"),
        ({"gradient": [[0.0, {}]]}, "{} is not of type 'number', 'string' at gradient[0][1]"),
        ({"gradient": 3.0}, "3.0 is not of type 'array' at gradient"),
        ({"hessian": 3.0}, "'hessian' was unexpected"),
    ],
)
def test_a_bad_entry_is_a_failure_of_its_case_alone(change, message):
    good, bad = (computed(VECTORS[name]) for name in ("angle-10-tied-abs", "angle-30-tied-abs"))
    verdict = judged([good, {**bad, **change}])
    (failure,) = verdict.failures
    assert failure.id == "angle-30-tied-abs"
    assert message in failure.message
    assert verdict.judged == 2


def test_the_worst_quantity_of_a_case_is_the_one_named():
    entry = computed(VECTORS["clone-3-tied-abs"])
    entry["loss"] += 1e-6
    entry["gradient"][2][1] += 1e-3
    (failure,) = judged([entry]).failures
    assert failure.quantity == "gradient row 2"
    assert "got " in failure.message
    assert "exact " in failure.message
    assert failure.ratio > 1e6


def test_unknown_missing_and_repeated_ids():
    good = computed(VECTORS["angle-30-tied-abs"])
    verdict = judged([{**good, "id": "angle-30-tied-asb"}, good])
    (failure,) = verdict.failures
    assert failure.message == "there is no such case, did you mean 'angle-30-tied-abs'?"
    (failure,) = judged([good, good]).failures
    assert failure.message == "the case appears more than once"
    (failure,) = judged([{"id": good["id"]}]).failures
    assert "loss" in failure.message or "valid under any" in failure.message


def test_rows_without_a_derivative_are_not_judged():
    one = VECTORS["zero-student-unit-abs"]
    assert one.gradient[1] is None
    entry = computed(one)
    for row in (None, ["nan", "nan", "nan"], [7.0], []):
        entry["gradient"][1] = row
        assert judged([entry]).passed
    entry["gradient"][0] = None
    assert not judged([entry]).passed


def test_loss_and_gradient_are_each_enough_and_misses_may_be_vast():
    one = VECTORS["scale-1e-12-tied-abs"]
    both = computed(one)
    assert judged([{"id": one.id, "gradient": both["gradient"]}]).passed
    (failure,) = judged([{"id": one.id, "loss": 1.7e308}]).failures
    assert failure.ratio == float("inf")


def test_no_mass_means_no_room():
    entry = {"id": "zero-everything-tied-abs", "loss": 0.0, "gradient": [[0, 0], [0, 0]]}
    assert judged([entry]).passed
    (failure,) = judged([{**entry, "loss": 5e-324}]).failures
    assert failure.ratio is None
    assert "off by" in failure.message


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("0x1.8p+1", Fraction(3)),
        ("-0x.8P-1", Fraction(-1, 4)),
        ("0XA", Fraction(10)),
        (" 2.5e-1 ", Fraction(1, 4)),
        ("0.1", Fraction(1, 10)),
        ("1.", Fraction(1)),
        (0.1, Fraction(0.1)),
        (3, Fraction(3)),
    ],
)
def test_numbers_are_exact(text, exact):
    assert number(text) == exact


@pytest.mark.parametrize("text", ["", "0x", "1e", "1e99999", "١", "1_0", "0x1p", "nan(5)x", [1]])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumber):
        number(text)


GOOD = {"id": "angle-30-tied-abs", "loss": 1.0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "text that is not JSON"),
        ("{", "text that is not JSON"),
        ('{"results": [{"loss": nan}]}', "write nan and inf as strings"),
        ("[" * 100_000, "text that is not JSON"),
        (b"\x80abc", "a file that is not UTF-8 text"),
        ([1], "JSON that is not a results file"),
        ({"cases": []}, "JSON that is not a results file"),
        (file([]), "[] should be non-empty"),
        (file(3), "3 is not of type 'array' at $.results"),
        (file([3]), "3 is not of type 'object' at $.results[0]"),
        (file([{"loss": 3}]), "'id' is a required property at $.results[0]"),
        (file([{"id": 3, "loss": 3}]), "3 is not of type 'string' at $.results[0].id"),
        (file([GOOD], dtype="float16"), "'float16' is not one of ['float64', 'float32']"),
        (file([GOOD], dtype=None), "None is not one of"),
        (file([GOOD], more=1), "'more' was unexpected"),
        (file([GOOD], implementation=""), "at $.implementation"),
        (file([GOOD], vectors_version=1), "1 is not of type 'string' at $.vectors_version"),
    ],
)
def test_a_file_that_is_no_results_file_is_refused(tmp_path, content, message):
    path = tmp_path / "results.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError) as refused:
        read(path)
    assert refused.value.argument == str(path)
    assert message in str(refused.value)


def test_huge_integers_are_read_and_a_missing_file_is_named(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(file([GOOD])).replace("1.0}", "9" * 6000 + "}"))
    assert read(path).entries[GOOD["id"]] == Entry(loss=float("inf"))
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "none")


def test_results_for_other_vectors_are_refused():
    with pytest.raises(InputError, match=r"vectors_version: got '0\.9\.0', wanted"):
        judged([GOOD], vectors_version="0.9.0")


def test_the_results_schema_is_valid():
    from jsonschema import Draft202012Validator

    schema = json.loads(results.RESULTS_SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(file([GOOD]))
