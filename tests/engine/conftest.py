"""What several tests of the engine share: a report, the folder it was written to, a site."""

from __future__ import annotations

from pathlib import Path

import pytest
import reporting_fixtures as fixtures

from lcnn_verify import doctor
from lcnn_verify.reporting.report import Report


@pytest.fixture(scope="session")
def report() -> Report:
    """The report of all claims of the fixtures, hostile ones among them; not to be changed."""
    return fixtures.build()


@pytest.fixture(scope="session")
def written(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The same, written into a folder that was not there."""
    return report.write(tmp_path_factory.mktemp("report") / "not" / "there" / "of <run>")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of distributions, found once the test enters ``distributions.installed``."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def quick_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A doctor that leaves out what takes long: self-checks of packs, compiling, a process."""
    monkeypatch.setattr(doctor, "every_pack", lambda: ())
    for check in ("compiled_code", "processes"):
        monkeypatch.setattr(doctor, check, lambda: (True, "left out"))
