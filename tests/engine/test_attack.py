"""The adversary finds what random examples miss, says so where it finds nothing, and pins it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from functools import partial
from itertools import count, pairwise
from types import SimpleNamespace

import campaign_kit as kit
import distributions
import pytest

from lcnn_verify.campaign import attack as attacking
from lcnn_verify.campaign.attack import attack
from lcnn_verify.campaign.properties import load
from lcnn_verify.errors import InputError

NEEDLE = """
@verifies("{claim}", examples=200)
@given(x=st.integers(0, 10**6), y=st.integers(0, 10**6))
def test_no_needle(x, y):
    distance = (x - 271828) ** 2 + (y - 314159) ** 2
    check.exactly(distance + HAY, ">=", 5)
"""

WELL = """
from fractions import Fraction
from hypothesis import given, strategies as st
from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard

@verifies("{claim}", examples=20)
@given(x=st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0)))
def test_no_well(x):
    u, v = map(Fraction, x)
    if u * u + v * v > 1:
        discard("outside the disc")
    depth = (u - Fraction({at})) ** 2 + v * v
    check.exactly(depth, ">=", Fraction(1, 10**6))
"""

HOOKS = """
import math
import numpy as np
from lcnn_verify.evidence.attack import Attack
from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.numerics.constrained import Point

class Terrain:
    scene = "a well in the plane"

    def __init__(self, x, at):
        self.start, self.at = np.array(x), np.array((at, 0.0))

    def look(self, z):
        gap, size = z - self.at, float(z @ z)
        depth = float(gap @ gap) + 1e-9
        value, level = math.log(depth / 1e-6), math.log(size)
        return Point(value, 2.0 * gap / depth, level, 2.0 * z / size)

    def polish(self, z):
        return z

    def arguments(self, z):
        return {"x": tuple(z.tolist())}

def helped(at):
    def starts(rng):
        while True:
            yield {"x": tuple(rng.uniform(-1.0, 1.0, 2))}
    return Attack(
        test="test_no_well",
        starts=starts,
        terrain=lambda arguments: Terrain(arguments["x"], at),
        identity=lambda arguments: 0.1 * round(arguments["x"][0]),
        value="depth",
        level="|x|²",
        highest=9.0,
        polish=lambda arguments: f"at {arguments['x'][0]:.2f} to more digits",
    )

def broken(rng):
    raise LookupError("no starts")

HOOKS = Hooks(attacks={"wells.near": helped(0.5), "wells.far": helped(2.0)})
"""


@pytest.fixture
def wells(site):
    """A pack with a narrow well within its setting, one beyond it, and derivatives of both."""
    names, hooks = ("near", "far"), 'hooks="wells_pack.helper:HOOKS"'
    package = distributions.write_pack(site, "wells", names, more=hooks)
    (package / "helper.py").write_text(HOOKS)
    for name, at in {"near": 0.5, "far": 2.0}.items():
        text = WELL.format(claim=f"wells.{name}", at=at)
        (package / "properties" / "wells" / f"test_{name}.py").write_text(text)
    with distributions.installed(site):
        yield package


@pytest.fixture
def needle(tmp_path):
    """Where the needle of lab.first breaks the claim, and that of the control lab.second only."""
    files = {"lab.first": NEEDLE.replace("HAY", "0"), "lab.second": NEEDLE.replace("HAY", "5")}
    return kit.write(tmp_path / "p", {**files, "lab.control.first": files["lab.first"]})


def test_a_narrow_violation_that_random_examples_miss_is_found(needle, capsys):
    (item,) = load(needle, "lab/test_first.py")
    assert item.run().counterexample is None
    words = ("--properties", needle, "--seed", "1")
    assert kit.call("attack", "lab.first", *words) == 1
    shown = capsys.readouterr().out
    assert "VIOLATED: lab.first: " in shown
    assert "; x = 2718" in shown
    assert kit.call("attack", "lab.control.first", "--quiet", *words) == 0


def test_of_a_true_claim_it_says_that_none_was_found(needle):
    found = attack("lab.second", properties=needle, rounds=4)
    assert found.counterexample is None
    assert found.as_wanted
    assert found.examples["test_no_needle"] > 200
    assert found.tightest[0].tightness == 1.0
    assert found.tightest[0].arguments == {"x": 271828, "y": 314159}
    assert found.polished[0] == f"1.{'0' * 29} to 30 digits, enclosed; 15 in float64"
    assert len(found.polished) == 4
    near = [seen.tightness for seen in found.tightest]
    assert len(near) > 1
    assert all(after < 0.991 * before for before, after in pairwise(near))
    assert attack("lab.second", properties=needle, rounds=4).to_json() == found.to_json()
    other = attack("lab.second", properties=needle, rounds=4, seed=1)
    assert other.tightest != found.tightest


def test_every_case_of_a_finite_list_is_tried_once():
    found = attack("toy.growth")
    assert found.examples == {"test_the_root_bounds_the_logarithm": 100}
    assert found.tightest[0].arguments == {"n": 1}


def test_local_search_finds_a_well_within_the_setting(wells):
    (item,) = load(wells / "properties", "wells/test_near.py")
    assert item.run().counterexample is None
    found = attack("wells.near", rounds=1)
    assert found.counterexample is not None
    assert found.counterexample.arguments["x"] == pytest.approx([0.5, 0.0], abs=1e-3)
    assert not found.as_wanted


def test_beyond_the_setting_the_lowest_failure_is_pinned(wells, tmp_path, capsys, monkeypatch):
    out, words = tmp_path / "out", ("attack", "wells.far", "--seconds", "600")
    monkeypatch.setattr(attacking, "attack", partial(attack, rounds=1))  # however long they take
    assert kit.call(*words, "--out", out) == 0
    shown = capsys.readouterr().out
    assert "Fails beyond the setting, at |x|² with depth:" in shown
    assert "\n           at 2.00 to more digits\n" in shown
    assert re.search(r"\n  9.99.*\n           9\.99\d*e-7 to 30 digits, enclosed; 15 in", shown)
    assert "No violation found: a search proves nothing." in shown
    place = out / "wells.far" / "pinned.json"
    pinned = json.loads(place.read_text())
    (failure,) = pinned["failures"]
    nearest = (2.0 - 1e-3) ** 2  # of the disc in which the depth is below 10⁻⁶
    assert nearest - 1e-5 <= failure["level"] <= 1.002 * nearest
    assert pinned["tightest"][0]["tightness"] == pytest.approx(1e-6, rel=1e-3)
    assert kit.call("replay", place.with_name("tightest-1.json")) == 0

    # What is pinned is tried first: it stands, and one that is beaten is told.
    same = attack("wells.far", rounds=1, pinned=pinned)
    assert not same.beaten
    failure["arguments"]["x"] = [2.0009, 0.0]
    pinned["tightest"][0]["arguments"]["x"] = [0.9, 0.0]
    place.write_text(json.dumps(pinned))
    capsys.readouterr()
    assert kit.call(*words, "--out", out) == 0
    shown = capsys.readouterr().out
    assert "Beaten: |x|² 3.99" in shown
    assert "pinned was 4.0036: a well in the plane" in shown
    assert "pinned was 8.26446·10⁻⁷" in shown
    assert json.loads(place.read_text())["failures"][0]["level"] < 1.002 * nearest


def test_a_search_goes_on_after_its_last_round_and_ends_as_one_without_a_break(wells, tmp_path):
    place, kept = tmp_path / "kept", []
    place.mkdir()
    with pytest.raises(InputError, match=r"resume: got none, wanted a search"):
        attack("wells.far", rounds=1, resume=True)
    first = attack("wells.far", rounds=1, keep=lambda found: found.write(place))
    bare = [asdict(replace(failure, polished="")) for failure in first.failures]
    unpolished = {"failures": bare, "polished": []}
    assert json.loads((place / "pinned.json").read_text()) == {**first.to_json(), **unpolished}
    whole = attack("wells.far", rounds=2, keep=lambda found: kept.append(found.rounds))
    assert kept == [1, 2]
    resumed = attack("wells.far", rounds=2, pinned=place, resume=True)
    early = {**json.loads((place / "pinned.json").read_text()), "searched": {}}
    assert attack("wells.far", rounds=1, pinned=early, resume=True).rounds == 1
    assert {**resumed.to_json(), "beaten": []} == whole.to_json()
    with pytest.raises(InputError, match=r"resume: got one with seed 0, wanted a search .* seed 1"):
        attack("wells.far", seed=1, pinned=place, resume=True)
    done = first.to_json()["searched"]
    for searched in ({"rounds": 1}, *({**done, "rounds": rounds} for rounds in ("x", -1, 10**30))):
        spoiled = {**early, "searched": searched}
        with pytest.raises(InputError, match=r"of the search: got|resume: got|got a search that"):
            attack("wells.far", rounds=2, pinned=spoiled, resume=True)
    words = ("attack", "wells.far", "--seconds", "0.2", "--resume")
    assert kit.call(*words) == 2
    assert kit.call(*words, "--out", tmp_path / "new") == 2


def test_what_a_pack_ships_is_tried_first(wells):
    shipped = attack("wells.near", rounds=1).to_json()
    x = shipped["counterexample"]["arguments"]["x"]
    fallen = {**shipped, "tightest": [shipped["counterexample"]], "counterexample": None}
    (wells / "pinned").mkdir()
    (wells / "pinned" / "wells.near.json").write_text(json.dumps(fallen))
    found = attack("wells.near", rounds=1)
    assert found.counterexample.arguments["x"] == x
    assert found.examples.total() == 1
    (wells / "pinned" / "wells.near.json").write_text("{}")
    with pytest.raises(InputError, match=r"wells\.near\.json: got JSON that is none of ours"):
        attack("wells.near", rounds=1)


@pytest.mark.parametrize("polish", ["", "polish=lambda arguments: arguments['y'],"])
def test_a_failure_that_its_pack_does_not_polish_says_so(wells, polish):
    (wells / "helper.py").write_text(re.sub(r"polish=lambda.*", polish, HOOKS))
    found = attack("wells.far", rounds=1)
    assert found.failures[0].polished == ("" if polish else "its pack offers no more digits")
    assert found.notes == ["the pack's polishing broke: KeyError: 'y'"] * bool(polish)


def test_what_breaks_is_told_and_the_rest_goes_on(wells, tmp_path, capsys):
    (wells / "helper.py").write_text(HOOKS.replace("starts=starts", "starts=broken"))
    found = attack("wells.far", rounds=2)
    assert found.notes == ["the pack's attack broke: LookupError: no starts"]
    assert found.examples["test_no_well"] > 0
    folder = kit.write(tmp_path / "p", {"lab.first": NEEDLE.replace("HAY", "None")})
    assert kit.call("attack", "lab.first", "--properties", folder, "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["tightest"] == []
    assert "test_no_needle broke: TypeError" in err


def test_a_defect_ends_the_search(tmp_path):
    text = """
from lcnn_verify.evidence import Quantity

@verifies("{claim}")
@given(x=st.integers(1, 9))
def test_off(x):
    off = Quantity("x", x + 0.5, 1e-9, exact=lambda digits: x)
    check.at_most(off, 20.0)
"""
    folder = kit.write(tmp_path / "p", {"lab.first": text})
    found = attack("lab.first", properties=folder)
    assert found.examples.total() == 1
    assert "a defect of the numerics: " in found.notes[0]


def test_what_is_found_before_ctrl_c_is_told_and_kept(tmp_path, capsys):
    text = NEEDLE.replace("HAY", "5") + "    if distance % 7 == 0: raise KeyboardInterrupt\n"
    words = ("--properties", kit.write(tmp_path / "p", {"lab.first": text}), "--out", tmp_path)
    assert kit.call("attack", "lab.first", *words) == 3
    assert ", interrupted\n" in capsys.readouterr().out
    assert json.loads((tmp_path / "lab.first" / "pinned.json").read_text())["tightest"]


def test_ctrl_c_that_others_turn_into_an_error_ends_the_search(tmp_path):
    text = NEEDLE.replace("HAY", "5") + SWALLOWED
    found = attack("lab.first", properties=kit.write(tmp_path / "p", {"lab.first": text}))
    assert found.interrupted
    assert not found.notes


DIES = """
@verifies("{claim}", examples=200)
@given(x=st.integers(0, 10**6))
def test_dies(x):
    check.at_most(float(x), 1e9)
    if x > 1000:
        FATAL
"""


def test_a_property_that_kills_its_process_or_hangs_is_told_and_what_was_found_kept(
    tmp_path, monkeypatch, capsys
):
    hung, ticks = tmp_path / "hung", count(0.0, 10.0)
    # Time passes with each look once it hangs: what it told before is heard meanwhile.
    clock = SimpleNamespace(monotonic=lambda: next(ticks) if hung.exists() else 0.0)
    monkeypatch.setattr(attacking, "time", clock)
    monkeypatch.setattr(attacking, "_PATIENCE", 0.5)
    for fatal, told in (
        ("os.kill(os.getpid(), 11)", "test_dies: unit crashed with SIGSEGV"),
        (f"open({str(hung)!r}, 'w'); time.sleep(60)", "test_dies: killed 0.5 s after its time"),
    ):
        text = DIES.replace("FATAL", fatal)
        words = ("--properties", kit.write(tmp_path / fatal[:2], {"lab.first": text}))
        assert kit.call("attack", "lab.first", *words, "--json") == 1
        out, err = capsys.readouterr()
        assert told in err
        assert json.loads(out)["tightest"]


def test_ctrl_c_ends_the_child_and_keeps_what_it_told(needle, monkeypatch):
    def interrupted(child):
        yield "found", {**known.state(), "seed": 7}
        raise KeyboardInterrupt

    known = attack("lab.second", properties=needle, rounds=1)
    monkeypatch.setattr(attacking.Child, "messages", interrupted)
    found = attack("lab.second", properties=needle, isolated=True)
    assert found.interrupted
    assert found.tightest == known.tightest
    assert found.examples == known.examples
    assert not found.notes


def test_an_attack_that_is_none_is_a_flaw_of_its_pack(wells):
    (wells / "helper.py").write_text(HOOKS.replace("helped(2.0)", "[2.0]"))
    with pytest.raises(InputError, match=r"a list for attacks on 'wells\.far', wanted a Hooks"):
        attack("wells.near")


UNORDERED = """
@verifies("{claim}")
@given(parts=st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_sums(parts):
    from toy_pack.partition import Partition
    drawn = Partition(tuple(sorted(parts, reverse=True)))
    check.exactly(sum(parts), "RELATION", sum(drawn.parts), partition=drawn)
"""


def test_an_example_is_told_in_its_own_terms_and_what_has_no_ratio_is_said(tmp_path, capsys):
    files = {"lab.first": "=", "lab.second": "≤"}
    texts = {claim: UNORDERED.replace("RELATION", sign) for claim, sign in files.items()}
    words = ("--properties", kit.write(tmp_path / "p", texts), "--seconds", "0.2")
    assert kit.call("attack", "lab.first", *words) == 0
    assert "\nNo comparison has a ratio to climb" in capsys.readouterr().out
    assert kit.call("attack", "lab.second", *words) == 0
    assert "\n  1  n = 1, parts = [1]\n" in capsys.readouterr().out


SWALLOWED = """    import signal
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise SystemError("in compiled code") from None
"""
TAKEN = ("--properties", "{p}", "--out", "{p}/taken")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lab.frist"], "CLAIM: got 'lab.frist', wanted an id from"),
        (["lab"], "CLAIM: got 'lab', wanted an id from"),
        (["toy.worth"], "CLAIM: got 'toy.worth', not to be attacked: it speaks of what"),
        (["toy.euler"], "CLAIM: got 'toy.euler', whose properties draw nothing, wanted a claim"),
        (
            ["lab.first", "--seconds", "0"],
            "--seconds: got 0.0, wanted a finite real number above 0",
        ),
        (
            ["lab.first", "--seconds", "-1"],
            "--seconds: got -1.0, wanted a finite real number above 0",
        ),
        (["lab.first", "--seconds", "nan"], "--seconds: got 'nan', wanted a number"),
        (["lab.first", "--seed", "-1"], "--seed: got -1, wanted an integer ≥ 0"),
        (["lab.second", "--properties", "{p}"], "CLAIM: got 'lab.second', without a property"),
        (["lab.third", "--properties", "{p}"], "property file: got nothing at"),
        (["lab.first", *TAKEN], "--out: got {p}/taken/lab.first/pinned.json, a file"),
        (["lab.fourth", *TAKEN], "got lab.first, version 1, wanted examples of lab.f"),
        (["lab.fifth", *TAKEN], "got JSON that is none of ours, wanted examples"),
    ],
)
def test_bad_input_is_one_line(tmp_path, capsys, words, message):
    drawn = {f"lab.{name}": NEEDLE for name in ("first", "fourth", "fifth")}
    files = {**drawn, "lab.second": kit.NO_PROPERTY}
    folder, taken = kit.write(tmp_path / "p", files), tmp_path / "p" / "taken"
    other = {"attack": "1", "claim": "lab.first", "tightest": [], "failures": []}
    texts = "somebody's", json.dumps(other), json.dumps({**other, "failures": 1})
    for name, text in zip(("first", "fourth", "fifth"), texts, strict=True):
        (taken / f"lab.{name}").mkdir(parents=True)
        (taken / f"lab.{name}" / "pinned.json").write_text(text)
    words = [word.replace("{p}", str(folder)) for word in words]
    words = words if "--out" in words else [*words, "--out", str(tmp_path / "new")]
    assert message.replace("{p}", str(folder)) in kit.refused(capsys, "attack", *words)
    assert not (tmp_path / "new").exists()


def test_a_pinned_example_that_cannot_be_read_is_refused(wells):
    pinned = {"tightest": [], "failures": [{"arguments": {"y": 1}}]}
    with pytest.raises(InputError, match=r"an example that cannot be read \(KeyError: 'x'\)"):
        attack("wells.far", pinned=pinned)
