"""The plugin runs properties under a profile and a seed, and sums up what they earned."""

from __future__ import annotations

from types import SimpleNamespace

import campaign_kit as kit
import pytest

from lcnn_verify import ledger, pytest_plugin
from lcnn_verify.evidence import Recorder

pytestmark = pytest.mark.slow

FILES = {
    "lab.first": kit.HOLDS,
    "lab.second": kit.FALLS,
    "lab.third": kit.UNDECIDED,
    "lab.control.first": kit.FALLS,
}
PLAIN = "def test_plain():\n    assert True\n"


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_the_summary_names_claim_verdict_and_tightest(tmp_path, options):
    kit.write(tmp_path, FILES)
    (tmp_path / "test_plain.py").write_text(PLAIN)
    done = kit.run_pytest(tmp_path, *options)
    assert done.returncode == 1
    rows = [line.split() for line in done.stdout.splitlines()]
    table = rows[rows.index(["claim", "property", "verdict", "examples", "tightest"]) + 1 :][:4]
    assert [row[:3] for row in table] == [
        ["lab.control.first", "test_is_small", "REFUTED"],
        ["lab.first", "test_square_is_small", "SUPPORTED"],
        ["lab.second", "test_is_small", "REFUTED"],
        ["lab.third", "test_cannot_tell", "INCONCLUSIVE"],
    ]
    assert table[1][3] == "20"
    assert 0.0 < float(table[1][4]) <= 0.5
    assert table[3][3:] == ["(not", "as", "wanted)", "5"]
    assert "lab.second is REFUTED: " in done.stdout
    assert "2 failed, 3 passed" in done.stdout


def test_a_property_that_is_run_again_is_summed_up_once():
    """As plugins that rerun what failed do: reports of one test, its properties growing."""
    rows = [("lab.first", "test_x", verdict, "20", "0.5") for verdict in ("REFUTED", "SUPPORTED")]
    item = SimpleNamespace(user_properties=[])
    recorder = Recorder("lab.first", "test_x", examples=20)
    found = SimpleNamespace(claim=ledger.claim("lab.first"), name="test_x")
    for _ in range(3):
        pytest_plugin._keep(item, found, recorder)
    assert len(item.user_properties) == 1
    reports = [
        SimpleNamespace(nodeid="a", when="call", outcome=outcome, user_properties=[(key, row)])
        for key in ("lcnn-verify",)
        for outcome, row in zip(("rerun", "passed"), rows, strict=True)
    ]
    said = []
    reporter = SimpleNamespace(
        stats={"passed": reports[1:], "rerun": reports[:1]},
        section=said.append,
        write_line=said.append,
    )
    pytest_plugin.pytest_terminal_summary(reporter)
    assert [line.split()[0] for line in said] == ["claims", "claim", "lab.first"]
    assert "SUPPORTED" in said[-1]


def test_the_header_says_profile_seed_and_versions(tmp_path):
    kit.write(tmp_path, {"lab.first": kit.HOLDS})
    done = kit.run_pytest(tmp_path, "--lcnn-profile", "standard", "--lcnn-seed", "4")
    assert done.returncode == 0
    assert ": profile standard, seed 4; numpy " in done.stdout
    assert "160" in done.stdout  # 20 examples × the profile's factor 8


def test_a_session_without_properties_hears_nothing(tmp_path):
    (tmp_path / "test_plain.py").write_text(PLAIN)
    done = kit.run_pytest(tmp_path)
    assert done.returncode == 0
    assert "claims" not in done.stdout
    assert "seed" not in done.stdout.lower().replace("randomly-seed", "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--lcnn-profile", "quik"),
            "^--lcnn-profile: got 'quik', wanted .*, did you mean 'quick'",
        ),
        (("--lcnn-seed", "-1"), "^--lcnn-seed: got -1, wanted an integer ≥ 0"),
        (("--lcnn-seed", "x"), "--lcnn-seed: invalid int value: 'x'"),
    ],
)
def test_bad_options_are_usage_errors(options, message):
    def configure():
        parser = pytest.Parser(_ispytest=True)
        pytest_plugin.pytest_addoption(parser)
        given = parser.parse(options)
        pytest_plugin.pytest_configure(SimpleNamespace(getoption=lambda name: getattr(given, name)))

    with pytest.raises(pytest.UsageError, match=message):
        configure()
