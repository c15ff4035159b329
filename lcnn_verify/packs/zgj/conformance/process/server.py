"""The foreign code's own process: cut off from ours, it loads the target and answers calls.

A message, either way, is a JSON header and raw array bytes.
"""

from __future__ import annotations

import faulthandler
import fcntl
import io
import json
import math
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Never, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.conformance import target as targets
from lcnn_verify.packs.zgj.conformance.adapter import Adapter
from lcnn_verify.packs.zgj.conformance.declaration import to_json
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.target import describe, home_of
from lcnn_verify.processes import GIGABYTE, bound

DEAF = os.EX_PROTOCOL
"""The exit code of a process whose channel was closed or garbled from within."""
STACK_SIGNAL = signal.SIGUSR1
"""Makes the process write where it is to stderr, even in the middle of a loop in C."""


def main(channel: int, lifeline: int) -> Never:
    """Answer messages from descriptor ``channel`` until it closes.

    The first message loads the target. On Linux the kernel kills this process, and all that the
    foreign code started in its group, when the other end of ``lifeline`` closes. Never returns.
    """
    code = DEAF
    try:
        _cut_off(lifeline)
        code = _answer(socket.socket(fileno=channel))
    finally:
        os._exit(code)


def _cut_off(lifeline: int) -> None:
    if sys.platform == "linux":  # else a hang in C outlives a client that is killed
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpid())
        flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):  # what was printed before a crash is a clue
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    bound(resource.RLIMIT_CORE, 0)
    faulthandler.enable()
    faulthandler.register(STACK_SIGNAL, all_threads=False)


def _answer(channel: socket.socket) -> int:
    """Serve one request after the other; the exit code once the other side has gone."""
    reader, adapter, us = Reader(channel), None, os.getpid()
    while True:
        try:
            while (message := reader.read()) is None:
                pass
        except EOFError:
            return os.EX_OK
        except (OSError, Garbled):
            return DEAF
        if adapter is None:
            adapter, reply = _load(message[0])
        else:
            reply = _called(adapter, message)
        if os.getpid() != us:  # the code forked: the child's answer would be a second one
            return os.EX_OK
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # replaced or closed by the foreign code
                stream.flush()
        try:
            channel.sendall(reply)
        except OSError:
            return DEAF


def _load(request: dict[str, Any]) -> tuple[Adapter | None, bytes]:
    """Import the target, which finds what the client would."""
    gigabytes = request["memory_gigabytes"]
    try:
        sys.path[:], sys.argv[:] = request["path"], [request["target"]]
        _limit_memory(gigabytes)
        target = targets.parse(request["target"])
        loaded = targets.load(target)
        adapter = Adapter(loaded, own_process=True)
        _limit_memory(gigabytes)
    except InputError as error:
        return None, pack({"refused": (error.argument, error.got, error.wanted)})
    except BaseException as error:
        detail = describe(error, None)
        return None, pack({"fault": Fault.EXCEPTION, "operation": "loading", "detail": detail})
    home = home_of(loaded.module)
    return adapter, pack({"facts": to_json(adapter.facts), "home": home and str(home)})


def _called(adapter: Adapter, message: Message) -> bytes:
    header, arrays = message
    operation = header.get("operation", "call")
    results: tuple[NDArray[Any], ...]
    try:
        if header["do"] == "probe":
            came_as, only_float32 = adapter.probe(header["given_as"])
            return pack({"came_as": came_as, "only_float32": only_float32})
        W, V = arrays
        results = adapter.call(operation, W, V, header["given_as"], header["layout"])
    except Misbehaviour as misbehaviour:
        kind, results = misbehaviour.kind, misbehaviour.result or ()
        fault = {"fault": kind, "operation": misbehaviour.operation, "detail": misbehaviour.detail}
        return pack(fault, *results)
    except MemoryError:  # none was left even to say so
        return pack({"fault": Fault.MEMORY, "operation": operation, "detail": "MemoryError"})
    return pack({}, *results)


def _limit_memory(gigabytes: float) -> None:
    """Allow ``gigabytes`` more than this process holds now; a stricter limit stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = _held() + int(gigabytes * GIGABYTE)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _held() -> int:
    """Bytes of private writable memory mapped now, what RLIMIT_DATA counts; 0 if unknown."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 0


Message: TypeAlias = tuple[dict[str, Any], tuple[NDArray[Any], ...]]

_FRAME = struct.Struct("<8sII")  # the mark, the header's length, the payload's
_MARK = b"lcnnwire"
_CHUNK = 1 << 20


class Garbled(Exception):
    """What came through the channel is no message of ours."""


def pack(header: dict[str, Any], *arrays: NDArray[Any]) -> bytes:
    """One message; ``arrays`` may have any layout, and arrive C-contiguous in native order."""
    native = [array.astype(array.dtype.newbyteorder("="), copy=False) for array in arrays]
    forms = [(array.dtype.str, array.shape) for array in native]
    text = json.dumps({**header, "arrays": forms}).encode()
    payload = b"".join(array.tobytes() for array in native)
    return b"".join((_FRAME.pack(_MARK, len(text), len(payload)), text, payload))


class Reader:
    """Puts messages together from a stream socket."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self._buffer = channel, bytearray()

    def read(self, most: float = math.inf) -> Message | None:
        """Receive once: a message if one is now complete.

        Raises ``EOFError`` when the other side has gone and :class:`Garbled` on foreign bytes, or
        where arrays of more than ``most`` bytes are announced.
        """
        chunk = self._channel.recv(_CHUNK)
        if not chunk:
            raise EOFError
        self._buffer += chunk
        if len(self._buffer) < _FRAME.size:
            return None
        mark, words, size = _FRAME.unpack_from(self._buffer)
        if mark != _MARK or words > _CHUNK or size > most:
            raise Garbled
        end = _FRAME.size + words + size
        if len(self._buffer) < end:
            return None
        whole, self._buffer = bytes(self._buffer[:end]), self._buffer[end:]
        try:
            return _unpack(whole, _FRAME.size, _FRAME.size + words)
        except Exception as error:  # whatever foreign bytes may come to
            raise Garbled from error


def _unpack(whole: bytes, start: int, payload: int) -> Message:
    header = json.loads(whole[start:payload])
    arrays = []
    for name, shape in header.pop("arrays"):
        dtype, count = np.dtype(name), math.prod(shape)
        arrays.append(np.frombuffer(whole, dtype, count, payload).reshape(shape))
        payload += count * dtype.itemsize
    if payload != len(whole):
        raise ValueError("arrays of another size than was announced")
    return header, tuple(arrays)
