"""The plugin runs properties under a profile and a seed, and sums up what they earned."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import campaign_kit as kit
import pytest

FILES = {
    "zgj.fact.euler": kit.HOLDS,
    "zgj.fact.scaling": kit.FALLS,
    "zgj.fact.moments": kit.UNDECIDED,
    "zgj.control.convexity": kit.FALLS,
}
PLAIN = "def test_plain():\n    assert True\n"


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, *options, str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=folder,
        env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / ".hypothesis")},
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_the_summary_names_claim_verdict_and_tightest(tmp_path, options):
    kit.write(tmp_path, FILES)
    (tmp_path / "test_plain.py").write_text(PLAIN)
    done = run_pytest(tmp_path, *options)
    assert done.returncode == 1
    rows = [line.split() for line in done.stdout.splitlines()]
    table = rows[rows.index(["claim", "property", "verdict", "examples", "tightest"]) + 1 :][:4]
    assert [row[:3] for row in table] == [
        ["zgj.control.convexity", "test_is_small", "REFUTED"],
        ["zgj.fact.euler", "test_square_is_small", "SUPPORTED"],
        ["zgj.fact.moments", "test_cannot_tell", "INCONCLUSIVE"],
        ["zgj.fact.scaling", "test_is_small", "REFUTED"],
    ]
    assert table[1][3] == "20"
    assert 0.0 < float(table[1][4]) <= 0.5
    assert table[2][3:] == ["(not", "as", "wanted)", "5"]
    assert "zgj.fact.scaling is REFUTED: " in done.stdout
    assert "2 failed, 3 passed" in done.stdout


def test_the_header_says_profile_seed_and_versions(tmp_path):
    kit.write(tmp_path, {"zgj.fact.euler": kit.HOLDS})
    done = run_pytest(tmp_path, "--lcnn-profile", "standard", "--lcnn-seed", "4")
    assert done.returncode == 0
    assert ": profile standard, seed 4; numpy " in done.stdout
    assert "160" in done.stdout  # 20 examples × the profile's factor 8


def test_a_session_without_properties_hears_nothing(tmp_path):
    (tmp_path / "test_plain.py").write_text(PLAIN)
    done = run_pytest(tmp_path)
    assert done.returncode == 0
    assert "claims" not in done.stdout
    assert "seed" not in done.stdout.lower().replace("randomly-seed", "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--lcnn-profile", "quik"), "ERROR: --lcnn-profile: got 'quik', wanted "),
        (("--lcnn-profile", "quik"), "did you mean 'quick'?"),
        (("--lcnn-seed", "-1"), "ERROR: --lcnn-seed: got -1, wanted an integer ≥ 0"),
        (("--lcnn-seed", "x"), "--lcnn-seed: invalid int value: 'x'"),
    ],
)
def test_bad_options_are_usage_errors(tmp_path, options, message):
    (tmp_path / "test_plain.py").write_text(PLAIN)
    done = run_pytest(tmp_path, *options)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert message in done.stderr
    assert "Traceback" not in done.stderr
