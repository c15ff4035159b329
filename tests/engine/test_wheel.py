"""The wheel holds what an installation needs, and nothing of the workshop."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from lcnn_verify import packs
from lcnn_verify.ledger import Kind

pytestmark = pytest.mark.slow

pytest.importorskip("hatchling")
ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "toy_pack"
KINDS = {".py", ".json", ".html", ".css", ".js", ".j2", ".md", ".c"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The wheels of this checkout and of the toy pack, in one folder."""
    out = tmp_path_factory.mktemp("wheels")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "wheel", ROOT, TOY, *options, "--wheel-dir", out]
    subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=out)
    return out


@pytest.fixture(scope="module")
def names(wheels):
    """The file names in our wheel."""
    (wheel,) = wheels.glob("lcnn_verify-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory):
    """A fresh environment with both wheels, which borrows what they need from this one."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    (site,) = home.glob("lib/python*/site-packages")
    options = ("--no-deps", "--no-index", "--disable-pip-version-check", "--target", site)
    command = [sys.executable, "-m", "pip", "install", *options, *wheels.glob("*.whl")]
    subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=home)
    # At the end of the path: what is installed here comes first.
    borrowed = sysconfig.get_path("purelib")
    (site / "borrowed.pth").write_text(f"import sys; sys.path.append({borrowed!r})\n")
    return home


def run(home, *words):
    """Run ``lcnn-verify`` of the environment, away from this checkout, and without compiling."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["NUMBA_DISABLE_JIT"] = "1"
    return subprocess.run(
        [home / "bin" / "python", "-m", "lcnn_verify", *words],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        cwd=home,
        env=environment,
    )


def test_an_installation_of_the_wheels_is_ready(installed):
    done = run(installed, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "lcnn-verify is ready"
    assert "toy (toy-pack)" in lines[1]
    assert str(installed) in lines[2]
    assert str(ROOT) not in done.stdout


def test_an_installation_runs_a_claim_of_ours_and_all_of_the_toy_pack(installed):
    ours = next(claim.id for claim in packs.find()[0].claims if claim.kind is Kind.IDENTITY)
    done = run(installed, "run", "--claims", f"{ours},toy", "--out", "out", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert {claim["id"]: claim["verdict"] for claim in report["claims"]} == {
        ours: "SUPPORTED",
        "toy.growth": "SUPPORTED",
        "toy.euler": "CERTIFIED",
        "toy.control.conjugate": "REFUTED",
    }
    assert report["environment"]["packages"]["toy-pack"] == "1.0"
    page = (installed / "out" / "index.html").read_text()
    assert "Partitions of integers" in page
    assert run(installed, "partitions", "5").stdout.startswith("p(5) = 7, at most ")
    replayed = run(installed, "replay", "out/counterexamples/toy.control.conjugate.json")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout.endswith(
        "REPRODUCED: toy.control.conjugate, test_the_conjugate_has_distinct_parts\n"
    )


def test_a_certificate_of_the_toy_pack_is_written_and_checked(installed):
    written = run(installed, "certify", "toy.euler", "--of", "9", "--out", "nine.json")
    assert written.returncode == 0, written.stderr
    checked = run(installed, "certify", "--check", "nine.json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "9 has 8 partitions into odd and as many into distinct parts" in checked.stdout


def test_every_property_ships_inside_the_package(names):
    properties = {
        f"lcnn_verify/_properties/{path.relative_to(ROOT / 'properties').as_posix()}"
        for path in (ROOT / "properties").rglob("*.py")
    }
    assert len(properties) > 50
    assert properties <= names


def test_every_file_of_the_package_ships(names):
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lcnn_verify").rglob("*")
        if path.is_file() and path.suffix in KINDS
    }
    assert "lcnn_verify/reporting/report.schema.json" in package
    assert {Path(name).suffix for name in package} == KINDS - {".js", ".j2"}
    assert package <= names


def test_nothing_else_ships(names):
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lcnn_verify"}
    ours = {name for name in names if not name.startswith("lcnn_verify/scaffold/")}
    assert not [name for name in ours if "/tests/" in name or "__pycache__" in name]


def test_the_model_of_new_packs_ships(names):
    scaffold = ROOT / "lcnn_verify" / "scaffold"
    files = [path for path in scaffold.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(ROOT).as_posix() for path in files} <= names
    assert "lcnn_verify/scaffold/gitignore" in names
