"""The self-check passes here, and fails by name when something is planted."""

from __future__ import annotations

import sys

import campaign_kit as kit
import pytest
from toy_pack import counting

from lcnn_verify import doctor, ledger, packs
from lcnn_verify.evidence.hooks import is_cold, warm_up
from lcnn_verify.numerics import compiled
from lcnn_verify.reporting.environment import MISSING, environment


def checked(*checks: str, properties: object = None) -> list[doctor.Finding]:
    """The findings of these names."""
    return [entry for entry in doctor.findings(properties) if entry.check in checks]


def test_a_sound_installation_is_ready():
    done = kit.lcnn_verify("doctor")
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[-1]) == (0, "lcnn-verify is ready"), done.stdout
    names = [line.partition(":")[0] for line in lines[:-1]]
    assert names[:4] == ["ok   versions", "ok   packs", "ok   properties", "ok   compiled code"]
    assert "ok   counts (toy)" in names
    named = environment(pack.key for pack in packs.find())["packages"]
    assert all(f", {name} {version}" in lines[0] for name, version in named.items())
    assert "lab (lab-pack), toy (toy-pack)" in lines[1]


def test_what_is_needed_and_not_installed_is_a_finding(monkeypatch):
    assert doctor.versions()[0]
    monkeypatch.setattr(doctor, "software", lambda keys: {"numpy": "2.0", "gmpy2": MISSING})
    passed, told = doctor.versions()
    assert not passed
    assert told.endswith(", numpy 2.0, gmpy2 unknown")


def test_missing_and_mismatched_properties_are_named(tmp_path):
    claims = (*ledger.claims(), *ledger.checks(), *ledger.studies())
    files = {claim.id: kit.HOLDS for claim in claims if claim.id != "lab.fifth"}
    files["lab.first"] = kit.HOLDS.replace("{claim}", "lab.second")
    files["lab.third"] = kit.BAD_SYNTAX
    files["lab.fourth"] = "raise SystemExit('no more\\nof this')"
    (finding,) = checked("properties", properties=kit.write(tmp_path, files))
    assert not finding.passed
    total = len(claims)
    assert finding.detail.startswith(f"{total - 4} of {total} claims have theirs in {tmp_path}; ")
    flaws = finding.detail.split("; ")[1:]
    assert flaws[0] == "lab/test_first.py does not state lab.first"
    assert flaws[1].startswith("lab/test_third.py cannot be loaded: SyntaxError: invalid syntax")
    assert flaws[2] == "lab/test_fourth.py cannot be loaded: SystemExit: no more of this"
    assert flaws[3] == "lab.fifth has no lab/test_fifth.py"


def test_a_self_check_of_a_pack_that_fails_or_raises_is_a_finding(monkeypatch):
    (finding,) = checked("counts (toy)")
    assert finding == doctor.Finding("counts (toy)", True, "201 of 201 numbers agree")
    monkeypatch.setattr(counting, "known", lambda: (1, 1, 3))
    assert checked("counts (toy)")[0].detail == "2 of 3 numbers agree"
    monkeypatch.setattr(counting, "known", lambda: 1 / 0)
    (finding,) = checked("counts (toy)")
    assert (finding.passed, finding.detail) == (False, "ZeroDivisionError: division by zero")
    monkeypatch.setattr(counting, "known", lambda: sys.exit(3))
    (finding,) = checked("counts (toy)")
    assert (finding.passed, finding.detail) == (False, "SystemExit: 3")


def test_warming_up_calls_every_pack_and_raises_what_one_of_them_does(monkeypatch):
    called: list[str] = []
    monkeypatch.setattr(counting, "partitions", lambda n: called.append("toy"))
    warm_up()
    assert called == ["toy"]
    monkeypatch.setattr(counting, "partitions", lambda n: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        warm_up()
    (finding,) = checked("compiled code")
    assert not finding.passed


def test_compiled_functions_are_counted_those_of_packs_included():
    warm_up()
    loaded, anew = doctor.compile_counts()
    assert bool(compiled.dispatchers()) == (loaded + anew > 0)
    functions = [function.__name__ for function in compiled.dispatchers()]
    assert bool(functions) == ("pentagonal_recurrence" in functions)
    assert not is_cold()


@pytest.mark.parametrize(("disabled", "cold"), [("0", True), ("1", False)])
def test_an_empty_cache_is_noticed(tmp_path, disabled, cold):
    probe = "from lcnn_verify.evidence import hooks; print(hooks.is_cold())"
    env = {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DISABLE_JIT": disabled}
    done = kit.python("-c", probe, env=env, check=True)
    assert done.stdout == f"{cold}\n"
