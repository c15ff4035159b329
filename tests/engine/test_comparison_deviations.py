"""The file of expected deviations: what is read, what is refused, and what is excused where."""

from __future__ import annotations

from datetime import date

import comparison_fixtures as pairs
import pytest
from packaging.specifiers import SpecifierSet

from lcnn_verify.comparison.deviation_file import load
from lcnn_verify.comparison.deviations import (
    Deviation,
    Platform,
    Status,
    expected,
    matching,
    unexpected,
)
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Verdict

LINK = "https://example.org/issues/7"
KNOWN = ("demo.rate", "demo.fact.scaling", "a.b")
ENTRY = f'[[deviation]]\nid = "demo.rate"\nreason = "known"\nlink = "{LINK}"\n'
WHOLE = (
    ENTRY
    + """verdict = "INCONCLUSIVE"
expires = 2027-06-30

[deviation.platform]
system = "linux"
machine = "x86_64"
python = ">=3.11"
packages = { NumPy = "<2", python-flint = "~=0.7" }

[[deviation]]
id = "demo.fact.scaling"
reason = "a
 line"
link = "http://example.org"
""".replace("a\n line", "a  line")
)


@pytest.fixture(scope="module")
def report():
    """A report in which one claim is refuted and another is inconclusive."""
    edits = {
        "demo.rate": pairs.verdict("REFUTED", as_wanted=False),
        "demo.fact.scaling": pairs.verdict("INCONCLUSIVE", as_wanted=False),
    }
    return pairs.edited(pairs.friendly(), edits).data


def write(tmp_path, text):
    path = tmp_path / "expected.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_whole_file(tmp_path):
    first, second = load(write(tmp_path, WHOLE), KNOWN)
    platform = Platform(
        "Linux",
        "x86_64",
        SpecifierSet(">=3.11"),
        (("numpy", SpecifierSet("<2")), ("python-flint", SpecifierSet("~=0.7"))),
    )
    verdict, expires = Verdict.INCONCLUSIVE, date(2027, 6, 30)
    assert first == Deviation("demo.rate", "known", LINK, verdict, platform, expires)
    assert second == Deviation("demo.fact.scaling", "a line", "http://example.org")
    assert first.to_json()["platform"]["packages"] == {"numpy": "<2", "python-flint": "~=0.7"}
    assert first.to_json()["expires"] == "2027-06-30"


def test_a_file_without_deviations_is_one(tmp_path):
    assert load(write(tmp_path, "# none any more\n"), KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"\xff\xfe", "got a file that is not UTF-8 text"),
        ("[[deviation]\n", "got text that is not TOML"),
        ("[[deviations]]\n", "got the key 'deviations', wanted only deviation, did you mean"),
        ("[deviation]\nid = 'a.b'\n", "deviation: got a single table"),
        ("deviation = [1]\n", "deviation 1: got 1, wanted a table"),
        ("[[deviation]]\nid = 'a.b'\nlink = 'https://x'\n", "deviation 1: reason: got nothing"),
        ("[[deviation]]\nid = 'a.b'\nreason = 'x'\n", "deviation 1: link: got nothing"),
        ("[[deviation]]\nreason = 'x'\nlink = 'https://x'\n", "deviation 1: id: got nothing"),
        (ENTRY.replace('"known"', '" "'), "deviation 1: reason: got ' ', wanted text"),
        (ENTRY.replace('"known"', "[1]"), "deviation 1: reason: got a list, wanted text"),
        (ENTRY.replace("https://", "ftp://"), "deviation 1: link: got 'ftp:"),
        (ENTRY + "verdict = 'REFUTE'\n", "did you mean 'REFUTED'"),
        (ENTRY + "verdict = [1]\n", "verdict: got a list, wanted one of CERTIFIED"),
        (ENTRY + "expires = '2027-01-01'\n", "wanted a date such as 2027-06-30, without quotes"),
        (ENTRY + "expires = 2027-01-01T00:00:00\n", "expires: got a datetime"),
        (ENTRY + "expire = 2027-01-01\n", "got the key 'expire', wanted only id, reason"),
        (ENTRY + "platform = 'Linux'\n", "deviation 1: platform: got 'Linux', wanted a table"),
        (ENTRY + "platform = { os = 'Linux' }\n", "platform: got the key 'os'"),
        (ENTRY + "platform = { system = 'Linus' }\n", "did you mean 'Linux'"),
        (ENTRY + "platform = { machine = 1 }\n", "platform: machine: got 1, wanted text"),
        (ENTRY + "platform = { python = 'new' }\n", "platform: python: got 'new', wanted version"),
        (ENTRY + "platform = { packages = '<2' }\n", "packages: got '<2', wanted a table"),
        (ENTRY + "platform = { packages = { jax = 2 } }\n", "packages: jax: got 2, wanted text"),
        (ENTRY.replace("rate", "rates"), "deviation 1: id: got 'demo.rates', wanted the id of a"),
        (ENTRY.replace("rate", "rates"), "did you mean 'demo.rate'?"),
        (ENTRY * 2, "deviation 2: got 'demo.rate' once more, as in deviation 1"),
        (ENTRY + "cases = []\n", "deviation 1: cases: got an empty list, wanted a list of names"),
        (ENTRY + "cases = ['a', 2]\n", "cases, item 2: got 2, wanted names of cases"),
        (ENTRY + "domain = 'n >= 2'\n", "domain: got 'n >= 2', wanted a list of conditions"),
        (ENTRY + "domain = []\n", "domain: got an empty list, wanted a list of conditions"),
        (ENTRY + "domain = ['n >= 2', 'n != 9']\n", "domain, item 2: got 'n != 9', wanted cond"),
        (ENTRY + "domain = ['n >= nan']\n", "domain, item 1: got 'n >= nan'"),
        (ENTRY + "domain = ['n >= 9x']\n", "domain, item 1: got 'n >= 9x'"),
        (ENTRY + "domain = ['n >= ']\n", "domain, item 1: got 'n >= '"),
    ],
)
def test_what_is_refused_is_named(tmp_path, text, line):
    path = write(tmp_path, text)
    with pytest.raises(InputError) as refused:
        load(path, KNOWN)
    assert str(refused.value).startswith(str(path))
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_claim_may_deviate_differently_elsewhere(tmp_path):
    text = ENTRY + "platform = { system = 'Linux' }\n" + ENTRY + "platform = {system = 'macOS'}\n"
    assert [item.platform.system for item in load(write(tmp_path, text), KNOWN)] == [
        "Linux",
        "macOS",
    ]


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.toml", KNOWN)


def status(report, **fields):
    (match,) = matching(
        [Deviation(**{"id": "demo.rate", "reason": "r", "link": LINK, **fields})], report
    )
    return match.status, match.detail


def test_what_becomes_of_a_deviation(report):
    assert status(report) == (Status.EXPECTED, "REFUTED")
    assert status(report, verdict=Verdict.REFUTED)[0] is Status.EXPECTED
    assert status(report, verdict=Verdict.INCONCLUSIVE) == (
        Status.ANOTHER_VERDICT,
        "REFUTED, expected INCONCLUSIVE",
    )
    assert status(report, id="demo.existence") == (Status.NO_LONGER_NEEDED, "SUPPORTED, as wanted")
    # A control that is refuted is as wanted, whatever the file says.
    assert (
        status(report, id="demo.control.small", verdict=Verdict.REFUTED)[0]
        is Status.NO_LONGER_NEEDED
    )


def test_a_deviation_counts_up_to_its_last_day(report):
    assert report["timings"]["started"].startswith("2026-01-02")
    assert status(report, expires=date(2026, 1, 2))[0] is Status.EXPECTED
    assert status(report, expires=date(2026, 1, 1)) == (Status.EXPIRED, "on 2026-01-01")
    undated = {**report, "timings": {**report["timings"], "started": "once"}}
    assert status(undated)[0] is Status.EXPECTED
    with pytest.raises(InputError, match=r"timings\.started: got 'once'"):
        status(undated, expires=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("platform", "detail"),
    [
        (Platform("Linux", "X86_64", SpecifierSet("==3.11.*")), "REFUTED"),
        (Platform("macOS"), "system is Linux, not macOS"),
        (Platform(machine="aarch64"), "machine is x86_64, not aarch64"),
        (Platform(python=SpecifierSet(">3.12")), "python is 3.11.0, not >3.12"),
        (Platform(packages=(("numpy", SpecifierSet("<3")),)), "REFUTED"),
        (Platform(packages=(("numpy", SpecifierSet("<2")),)), "numpy is 2.0.0, not <2"),
        (Platform(packages=(("jax", SpecifierSet(">0")),)), "the report records no package jax"),
    ],
)
def test_conditions_on_the_platform(report, platform, detail):
    wanted = Status.EXPECTED if detail == "REFUTED" else Status.ELSEWHERE
    assert status(report, platform=platform) == (wanted, detail)


def test_platforms_are_called_by_their_names_and_versions_may_be_odd(report):
    place = {**report["environment"], "platform": "Darwin-20.1", "packages": {"Py_Flint": "odd"}}
    mac = {**report, "environment": place}
    assert status(mac, platform=Platform("macOS"))[0] is Status.EXPECTED
    flint = Platform(packages=(("py-flint", SpecifierSet(">0")),))
    assert status(mac, platform=flint) == (Status.ELSEWHERE, "py-flint is odd, not >0")
    early = {**report, "environment": {**place, "python": "3.14.0rc1"}}
    assert status(early, platform=Platform(python=SpecifierSet(">=3.13")))[0] is Status.EXPECTED


def test_a_claim_that_is_known_and_not_there(report):
    assert status(report, id="a.b") == (Status.ABSENT, "")


def test_a_check_that_is_not_offered_says_why(report):
    subject = {**report, "subject": pairs.SUBJECT}
    (match,) = matching([Deviation("demo.fact.euler", "r", LINK)], subject)
    assert (match.status, match.detail) == (Status.ABSENT, "it offers no slope")


def test_expected_ones_by_claim(report):
    deviations = [
        Deviation("demo.rate", "elsewhere", LINK, platform=Platform("Windows")),
        Deviation("demo.rate", "here", LINK),
        Deviation("demo.existence", "once", LINK),
    ]
    found = expected(matching(deviations, report))
    assert list(found) == ["demo.rate"]
    assert unexpected(report, found.values()) == ("demo.fact.scaling",)
    assert unexpected(report, ()) == ("demo.rate", "demo.fact.scaling")
    assert found["demo.rate"].to_json() == {
        **deviations[1].to_json(),
        "status": "expected",
        "detail": "REFUTED",
    }
