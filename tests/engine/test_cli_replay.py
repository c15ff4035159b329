"""Bad files are one clear line, whatever is wrong with them; so is Ctrl-C before all else."""

from __future__ import annotations

import json
import sys

import campaign_kit as kit
import pytest

import lcnn_verify.cli
from lcnn_verify.cli.errors import ExitCode

REPLAY = {
    "replay": "2",
    "claim": "lab.first",
    "test": "test_is_small",
    "run": {"profile": "quick", "seed": 0, "shard": 0, "shards": 1},
    "arguments": {"x": 11},
}
PARTITION = {"type": "toy.partition", "parts": [2, 1]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "got text that is not JSON"),
        ('{"replay": "2", "cla', "got text that is not JSON"),
        ("[" * 100_000, "got text that is not JSON (it is nested too deep)"),
        ('{"replay": "2", "replay": "2"}', "got the key 'replay' twice in one object"),
        (b"\xff\xfe\x00", "got a file that is not UTF-8 text"),
        ([1, 2], "got JSON that is no replay file"),
        ({"schema_version": "1"}, "got JSON that is no replay file"),
        ({**REPLAY, "replay": "3"}, "of version '3', wanted version '2', or a newer lcnn-verify"),
        ({**REPLAY, "replay": None}, "of version None, wanted version '2', or the file of a new"),
        ({**REPLAY, "replay": "1"}, "of version '1', wanted version '2', or the file of a new run"),
        ({**REPLAY, "run": {**REPLAY["run"], "seed": True}}, "'seed': True, 'shard'"),
        ({"replay": "2"}, "got a replay file without them, wanted claim and test as strings"),
        ({**REPLAY, "claim": 3}, "got a replay file without them"),
        ({**REPLAY, "arguments": [3]}, "got a replay file without them"),
        ({**REPLAY, "run": {"seed": 0}}, "run: got {'seed': 0}, wanted profile, seed"),
        ({**REPLAY, "claim": "lab.frist"}, "claim: got 'lab.frist', wanted an id from"),
        ({**REPLAY, "claim": "lab.third"}, "property file: got nothing at"),
        ({**REPLAY, "test": "test_is_smal"}, "did you mean 'test_is_small'?"),
        ({**REPLAY, "arguments": {}}, "arguments: got no x, wanted those of test_is_small"),
        ({**REPLAY, "arguments": {"x": "abc"}}, "arguments: got ValueError: could not convert"),
        ({**REPLAY, "arguments": {"x": {"type": "toy.partition"}}}, "arguments: x: got an entry"),
        (
            {**REPLAY, "arguments": {"x": {**PARTITION, "parts": [1, 2]}}},
            "arguments: x.parts: got (1, 2), wanted integers > 0 in descending order",
        ),
        (
            {**REPLAY, "arguments": {"x": {**PARTITION, "parts": 3}}},
            "arguments: x: got an entry that does not decode (TypeError: ",
        ),
    ],
)
def test_a_bad_replay_file_is_one_line(tmp_path, capsys, content, message):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.FALLS})
    file = tmp_path / "replay.json"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    assert message in kit.refused(capsys, "replay", file, "--properties", folder)


def test_arguments_outside_the_setting_are_refused(tmp_path, capsys):
    text = """
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.draws import discard

@verifies("{claim}")
@given(x=st.integers())
def test_is_small(x):
    if x >= 100:
        discard("too large")
    if x < 0:
        raise InputError("x", "a negative number", "one that is none")
    check.at_most(float(x), 10.0)
"""
    folder, file = kit.write(tmp_path / "p", {"lab.first": text}), tmp_path / "replay.json"
    for x, message in (
        (1000, "arguments: got an instance outside the claim's setting, wanted a replay file"),
        (-1, "arguments: x: got a negative number, wanted one that is none"),
    ):
        file.write_text(json.dumps({**REPLAY, "arguments": {"x": x}}))
        assert message in kit.refused(capsys, "replay", file, "--properties", folder)


class Presses:
    """Ctrl-C while the command line is being loaded."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "lcnn_verify.cli.app":
            raise KeyboardInterrupt


def test_ctrl_c_before_anything_began(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "lcnn_verify.cli.app", raising=False)
    monkeypatch.delattr(lcnn_verify.cli, "app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Presses, *sys.meta_path])
    with pytest.raises(SystemExit) as stopped:
        lcnn_verify.cli.main(["doctor"])
    assert stopped.value.code == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "interrupted\n"
