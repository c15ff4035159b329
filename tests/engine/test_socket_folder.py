"""The folder of the fork server's sockets: short, private, removed by whoever comes next."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import campaign_kit as kit
import pytest

from lcnn_verify.campaign import executor
from lcnn_verify.errors import InputError
from lcnn_verify.processes import FOLDER

UNIT = """
from lcnn_verify.doctor import processes
import os
print(*processes(), os.getpid())
"""


@pytest.fixture(autouse=True)
def _a_folder_of_its_own() -> Iterator[None]:
    """What is made here is gone afterwards: units of other tests need another."""
    executor._folder_of.cache_clear()
    yield
    executor._folder_of.cache_clear()


def gone() -> int:
    """A process number that nothing has."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_what_the_dead_left_is_removed_and_what_the_living_have_stays(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="s-") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        dead, alive = (Path(place, f"lcnn-verify-run-{pid}-x") for pid in (gone(), os.getpid()))
        other = Path(place, "lcnn-verify-run-other")
        for folder in (dead / "pymp-y", alive, other):
            folder.mkdir(parents=True)
        with executor.short_folder():
            mine = Path(tempfile.gettempdir())
            assert mine.name.startswith(f"lcnn-verify-run-{os.getpid()}-")
            assert mine.stat().st_mode & 0o777 == 0o700
        with executor.short_folder() as again:
            assert again == str(mine)
        assert tempfile.gettempdir() == place
        assert set(Path(place).iterdir()) == {alive, other, mine}


def test_a_fork_server_ends_whose_run_was_killed_before_it_looked(tmp_path):
    folder = tmp_path / f"lcnn-verify-run-{gone()}-x"
    folder.mkdir()
    done = kit.python("-c", "import lcnn_verify.preload", env={FOLDER: str(folder)})
    assert (done.returncode, folder.exists()) == (1, False)


def test_a_fork_server_needs_no_home():
    nowhere = {"XDG_CACHE_HOME": "~nobody-of-this-name"}
    kit.python("-c", "import lcnn_verify.preload", env=nowhere, check=True)


def test_a_unit_starts_whatever_the_length_of_tmpdir(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    done = kit.python("-c", UNIT, check=True, env={"TMPDIR": str(long)})
    assert done.stdout.startswith("True a unit was started, and answered ")
    assert done.stderr == ""
    assert not list(long.iterdir())
    pid = int(done.stdout.split()[-1])
    assert not list(Path("/tmp").glob(f"lcnn-verify-run-{pid}-*"))
    monkeypatch.setattr(executor, "_OTHERS", ())
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with (
        pytest.raises(InputError, match=r"TMPDIR: got .* at most 45 bytes"),
        executor.short_folder(),
    ):
        pass
