"""Messages between an implementation's process and ours: a JSON header and raw array bytes."""

from __future__ import annotations

import json
import math
import socket
import struct
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
