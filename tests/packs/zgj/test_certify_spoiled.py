"""Certificates proved anew, and every way to spoil one: deleted, moved, resealed, senseless."""

import copy
import math
import re
from fractions import Fraction

import numpy as np
import pytest
from region_kit import CLAIMS, certified, check

from lcnn_verify import processes
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.region import check as region_check
from lcnn_verify.packs.zgj.proofs.region import checker, search, split_tree
from lcnn_verify.packs.zgj.proofs.region.page import render


def certificate(name="one", **options):
    return copy.deepcopy(certified(name, **options).document)


def resealed(document):
    """The document as a forger leaves it: seals and digest made anew."""
    text, first, sealed = document["tree"], 0, ""
    root = np.array(document["root"])
    lower, upper = root[:, :1], root[:, 1:]
    while lower.shape[1]:
        level = np.array(list(text[first : first + lower.shape[1]]))
        sealed += split_tree.seals(lower, upper, level)
        inner = np.char.isdigit(level)
        first += len(level)
        lower, upper = split_tree.halves(lower[:, inner], upper[:, inner], level[inner].astype(int))
    document |= {"tree": text, "seals": sealed}
    return document | {"digest": documents.digest(document)}


def test_a_good_certificate_passes():
    document, seen = certificate(), []
    boxes = document["boxes"]
    assert check(document, lambda done, total: seen.append((done, total))) == boxes
    assert seen[-1] == (boxes, boxes)
    assert check(certificate("two", inner=Fraction(1, 2))) > 3000
    assert check(resealed(certificate())) == document["boxes"]


def test_with_as_many_students_nothing_is_left_out():
    document = certificate("one")
    assert check(document) == document["boxes"]
    assert document["reasons"].keys() == {"a", "b", "g"}
    assert document["zero"].keys() == {"radius", "least", "most"}
    assert document["statement"].endswith("in the plane with L ≤ ε₀")
    with pytest.raises(Rejected, match=r"^box \d+"):
        check(resealed(document | {"multiple": "6"}))
    smaller = document["zero"] | {"radius": document["zero"]["radius"] / 10}
    with pytest.raises(Rejected, match="the neighbourhood of V: "):
        check(resealed(document | {"zero": smaller}))


@pytest.mark.parametrize("name", ["two", "pair-three"])
def test_a_proved_violation_passes_and_a_moved_one_does_not(name):
    document = certificate(name, multiple=20)
    assert check(document) == 1
    document["point"]["coordinates"][0] += 0.2
    with pytest.raises(Rejected, match="its point: its loss is not proved"):
        check(document)
    weaker = certificate(name, multiple=20) | {"multiple": "3"}
    with pytest.raises(Rejected, match="its point: its gradient is not proved"):
        check(weaker | {"digest": documents.digest(weaker)})


def halved(document):
    return next(k for k, code in enumerate(document["tree"]) if code.isdigit() and k > 10)


def first(document, letter):
    return document["tree"].index(letter)


def replaced(document, at, code):
    text = document["tree"]
    return document | {"tree": text[:at] + code + text[at + 1 :]}


def other_axis(document):
    at = halved(document)
    return replaced(document, at, "10"[int(document["tree"][at])])


SPOILED = {
    "a box deleted": lambda d: replaced(d, first(d, "g"), ""),
    "the last box deleted": lambda d: d | {"tree": d["tree"][:-1]},
    "a split deleted": lambda d: replaced(d, halved(d), "g"),
    "a box moved": other_axis,
    "a coordinate that is none": lambda d: replaced(d, halved(d), "5"),
    "a box split": lambda d: replaced(d, first(d, "g"), "0"),
    "another reason": lambda d: replaced(d, first(d, "a"), "g"),
    "no reason": lambda d: replaced(d, first(d, "g"), "?"),
    "an axis that is none": lambda d: replaced(d, halved(d), "2"),
    "the root shrunk": lambda d: d | {"root": [[0.7, d["root"][0][1]], d["root"][1]]},
    "the root moved": lambda d: d | {"root": [d["root"][0], [0.01, 1.6]]},
    "the root grown": lambda d: d | {"root": [[0.5, d["root"][0][1]], d["root"][1]]},
    "the root out of range": lambda d: d | {"root": [[-1.7e308, 1.7e308]] * 2},
    "a seal changed": lambda d: (
        d | {"seals": ("1" if d["seals"][0] == "0" else "0") + d["seals"][1:]}
    ),
    "a box too many": lambda d: d | {"tree": d["tree"] + "g"},
    "no tree": lambda d: d | {"tree": ""},
}


@pytest.mark.filterwarnings("error")  # of NumPy, for sizes out of range
@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_tree_is_rejected_naming_the_box(spoil):
    with pytest.raises(Rejected, match=r"^box \d+"):
        check(spoil(certificate()))


FORGED = {
    "a reason that is false": lambda d: replaced(d, first(d, "a"), "g"),
    "below for gradient": lambda d: replaced(d, first(d, "g"), "b"),
    "elsewhere for gradient": lambda d: replaced(d, first(d, "g"), "e"),
    "an open box": lambda d: replaced(d, first(d, "g"), "?"),
    "κ twenty times": lambda d: d | {"multiple": "40"},
    "another teacher": lambda d: d | {"teacher": {"norms": ["11/10"], "separation": "90"}},
    "the root shrunk": lambda d: d | {"root": [[0.7, d["root"][0][1]], d["root"][1]]},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forger_who_reseals_is_rejected_naming_the_box(forge):
    """Seals only help to say what changed; what is false is not proved."""
    with pytest.raises(Rejected, match=r"^box \d+"):
        check(resealed(forge(certificate())))


def test_several_processes_reject_what_one_does_whichever_part_it_is_in(monkeypatch):
    monkeypatch.setattr(checker, "BATCH", 16)
    document, started, start = certificate(), [], processes.pool
    outer = [k for k, code in enumerate(document["tree"]) if code == "g"]
    cases = [[outer[0]], [outer[len(outer) // 2]], [outer[-1]], [outer[-1], outer[len(outer) // 3]]]

    def pool(jobs):
        started.append(jobs)
        return start(jobs)

    monkeypatch.setattr(region_check, "processors", lambda: 2)
    monkeypatch.setattr(search.processes, "pool", pool)
    assert check(document) == document["boxes"]
    assert started == [2]
    with search.workers(2) as team:
        for boxes in cases:
            forged = document
            for box in boxes:
                forged = replaced(forged, box, "a")
            with pytest.raises(checker.Rejected) as alone:
                checker.check(forged)
            with pytest.raises(checker.Rejected, match=f"^{re.escape(str(alone.value))}$"):
                checker.check(forged, each=team.map)
            assert str(alone.value).startswith(f"box {min(boxes)}, ")


def test_a_forger_who_moves_the_inner_edge_is_rejected():
    document = certificate("two", inner=Fraction(1, 2))
    assert "b" in document["reasons"]
    with pytest.raises(Rejected, match=r"^box \d+, .*reason b is not proved"):
        check(resealed(document | {"inner": "1/1000"}))


def test_every_number_counts():
    """Changed anywhere, also where the proof does not look, the file is rejected."""
    document = certificate()
    spots = [
        (key, document[key] + 1)
        for key in ("level", "boxes", "excluded_below", "students", "dimension")
    ]
    spots += [
        ("multiple", "201/100"),
        ("inner", "1/999999"),
        ("verdict", "REFUTED"),
        ("digest", ""),
    ]
    for key, value in spots:
        with pytest.raises(Rejected):
            check(document | {key: value})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"students": 5}, "malformed: 5 is greater than the maximum of 3"),
        ({"students": 1.0}, "malformed: 1.0 is not of type 'integer'"),
        ({"teacher": {"norms": ["1", "1"], "separation": "90"}}, "out of reach: students"),
        ({"dimension": 3}, "malformed: 2 was expected"),
        ({"multiple": "-28/-5"}, "malformed: '-28/-5' does not match"),
        ({"multiple": "1/0"}, "'1/0' where a rational number belongs"),
        ({"inner": "1000000"}, "a claim out of reach: inner: got 1000000"),
        ({"teacher": {"norms": "12", "separation": "90"}}, "malformed: '12' is not of type"),
        ({"teacher": {"norms": ["1" * 9], "separation": "90"}}, "a claim out of reach: norms"),
        ({"teacher": None}, "malformed: None is not of type 'object'"),
        ({"claim": "zgj.rate"}, "something is proved, but not that claim is 'zgj.rate'"),
        ({"verdict": "REFUTED"}, "malformed: 'point' is a required property"),
        ({"tree": 5}, "malformed: 5 is not of type 'string'"),
        ({"tree": "g\x1b"}, "malformed: .* does not match"),
        ({"seals": None}, "malformed: None is not of type 'string'"),
        ({"seals": "x"}, "malformed: 'x' does not match"),
        ({"root": [0.6, 1.4, -1.6, 1.6]}, r"malformed: .* at \$\.root"),
        ({"root": [[0.6, 1.4]]}, "malformed: .* is too short"),
        ({"root": [[0.6, 1.4, 2.0], [-1.6, 1.6]]}, "malformed: "),
        ({"zero": 5}, "malformed: 5 is not of type 'object'"),
        ({"zero": {"radius": 1, "least": 1, "most": 1}}, "the neighbourhood of V: .*finite floats"),
        (
            {"zero": {"radius": 1e-4, "least": 1e-9, "most": 4.1}},
            "neighbourhood of V: .*too little",
        ),
        (
            {"zero": {"radius": 1e-4, "least": 0.9, "most": 99.0}},
            "neighbourhood of V: .*too little",
        ),
        ({"zero": {"radius": -1.0, "least": 1.0, "most": 1.0}}, "malformed: -1.0 is less than"),
    ],
)
def test_a_document_that_makes_no_sense_is_rejected(change, reason):
    with pytest.raises(Rejected, match=reason):
        check(certificate() | change)


@pytest.mark.parametrize(
    ("coordinates", "reason"),
    [
        (["a", 0.0, 0.0, 0.0], "malformed: 'a' is not of type 'number'"),
        ([1.0, 0.0], "2 coordinates for 2 students"),
        (1.0, "malformed: 1.0 is not of type 'array'"),
        ([10**400, 0.0, 0.0, 0.0], "malformed: 10"),
        ([math.inf, 0.0, 0.0, 0.0], "malformed: inf is not of type 'number'"),
        ([1, 0.0, 0.0, 0.0], "coordinates that are not finite floats"),
        ([-1.0, 0.0, 0.0, 0.0], "a student without a positive mass"),
        ([1.0, 0.3, 1e308, 0.0], "its point: "),
    ],
)
def test_a_point_that_makes_no_sense_is_rejected(coordinates, reason):
    document = certificate("two", multiple=20)
    document["point"]["coordinates"] = coordinates
    with pytest.raises(Rejected, match=reason):
        check(document)


def test_an_unfinished_certificate_proves_nothing():
    document = certificate("two", multiple=2, budget=2000)
    with pytest.raises(Rejected, match=r"^box \d+, .*open: nothing is proved there"):
        check(document)


def test_it_says_what_it_has_read():
    assert region_check.statement(certificate()) == (
        "‖∇L‖ ≥ 2·κ·L holds for one unit teacher and any one student in the plane with L ≤ ε₀"
    )
    acute = CLAIMS["acute"].to_json()
    about = "two unit teachers 60° apart and any two students in the plane with L between ε₁ = "
    assert f"{about}1·10⁻⁶·ε₀ and ε₀" in region_check.statement(acute)
    unequal = acute | {"teacher": {"norms": ["1", "2"], "separation": "90"}}
    assert "two teachers of norms 1, 2, 90° apart" in region_check.statement(unequal)
    assert "fails somewhere for two unit teachers" in region_check.statement(acute | {"point": {}})


LIES = {
    "statement": "‖∇L(W)‖_F ≥ 1000·κ(V)·L(W) for all W",
    "level": 99.0,
    "excluded_below": 1.0,
    "boxes": 5,
    "reasons": {"g": 1},
    "coordinates": ["mass", "angle"],
}


@pytest.mark.parametrize("key", LIES)
def test_a_forger_who_lies_beside_the_proof_is_rejected(key):
    with pytest.raises(Rejected, match=f"something is proved, but not that {key} is"):
        check(resealed(certificate() | {key: LIES[key]}))


def test_nor_may_the_root_be_larger_than_the_claim_needs():
    document = certificate()
    zero = document["zero"]
    wider = {"radius": 1e-4, "least": 0.99 * zero["least"], "most": 1.01 * zero["most"]}
    root = [[low - 1e-9, high + 1e-9] for low, high in document["root"]]
    with pytest.raises(Rejected, match="something is proved, but not that root is"):
        check(resealed(document | {"root": root, "zero": wider}))


def test_without_the_proof_at_zero_the_statement_is_of_the_shell():
    document = certificate()
    document.pop("zero")
    with pytest.raises(Rejected, match="something is proved, but not that statement is"):
        check(resealed(document))


def test_the_multiple_is_never_rounded():
    """5.67821, to which %g would round it, is false: the smallest ratio is 5.678206969…."""
    exact = certificate("one", multiple="5678206569/1000000000")
    assert exact["verdict"] == "CERTIFIED"
    assert "≥ (5678206569/1000000000)·κ(V)·L(W)" in exact["statement"]
    assert check(exact) == exact["boxes"]
    assert "≥ (5678206569/1000000000)·κ·L holds" in region_check.statement(exact)
    found = certified("one", multiple="5678206569/1000000000")
    assert "<strong>(5678206569/1000000000)</strong>" in render(found.told)


def test_a_tree_without_end_is_refused():
    document = resealed(certificate() | {"tree": "0" + "0g" * 600 + "gg"})
    with pytest.raises(Rejected, match="more than 500 levels"):
        check(document)


def test_a_file_nested_too_deep_is_rejected():
    document, nested = certificate(), []
    for _ in range(5000):
        nested = [nested]
    with pytest.raises(Rejected, match=r"malformed: .*'more' was unexpected"):
        check(document | {"more": nested})
