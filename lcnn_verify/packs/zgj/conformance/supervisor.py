"""One process of someone else's code: how it is asked, waited for, listened to and ended."""

from __future__ import annotations

import atexit
import os
import re
import select
import socket
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from lcnn_verify.packs.zgj.conformance.faults import Fault
from lcnn_verify.packs.zgj.conformance.fork_server import SHOW_STACK, Nursery
from lcnn_verify.packs.zgj.conformance.messages import Garbled, Message, Reader
from lcnn_verify.packs.zgj.conformance.places import is_below, line_at
from lcnn_verify.packs.zgj.conformance.server import DEAF
from lcnn_verify.processes import last_line, signal_name

_CHUNK = 1 << 16  # all that a pipe holds
_TAIL_BYTES = 1 << 14  # room for the deepest stack that faulthandler prints
_PATIENCE_SECONDS = 1.0
# What a busy machine may take to say why a process is lost: short of it the reason is guessed.
_LAST_WORDS_SECONDS = 5.0
_STACK_SECONDS = 2.0
_SILENCE_SECONDS = 0.25
# What faulthandler prints: the frames, innermost first.
_STACK = re.compile(
    rb"(?:Fatal Python error: .*\n\n)?(?:Stack|Current thread \S+(?: \[.*\])?)"
    rb" \(most recent call first\):\n((?:  .*\n)*)(?:\nExtension modules: .*\n?)?"
)
_FRAME = re.compile(rb'^  File "(.+)", line (\d+)', re.MULTILINE)
_NOT_ITS_OWN = "it closed or wrote into file descriptors that are not its own"


class Lost(Exception):
    """The process is of no more use, and why."""

    def __init__(self, kind: Fault, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


@cache
def _nursery(pid: int) -> Nursery:
    """The fork server of this process; ``pid`` keeps a forked child from using its parent's."""
    nursery = Nursery()
    atexit.register(nursery.close)
    return nursery


class Process:
    """A process of the fork server, and the three connections to it."""

    def __init__(self, output_bytes: int) -> None:
        """``output_bytes`` is how much it may print in one call. Raises ``OSError``."""
        self.closed = False
        self._output_bytes, self._tail = output_bytes, b""
        self._channel, channel = socket.socketpair()
        self._lifeline, lifeline = socket.socketpair()
        listening, output = os.pipe()
        self._output = os.fdopen(listening, "rb", buffering=0)
        with channel, lifeline, os.fdopen(output, "wb", buffering=0):
            try:
                _nursery(os.getpid()).fork(channel, output, lifeline)
            except OSError:  # the fork server was killed; another will do
                _nursery.cache_clear()
                _nursery(os.getpid()).fork(channel, output, lifeline)
        self._reader = Reader(self._channel)
        self._poll = select.poll()
        for connection in (self._channel, self._lifeline, self._output):
            self._poll.register(connection, select.POLLIN)

    def exchange(self, request: bytes, seconds: float) -> Message:
        """Send ``request`` and wait for its answer, listening to what is printed meanwhile.

        Raises :class:`Lost` at the time limit, when too much is printed, and when it ends.
        """
        deadline, self._tail = time.monotonic() + seconds, b""
        self._channel.settimeout(seconds)
        try:
            self._channel.sendall(request)
            return self._answer(deadline)
        except TimeoutError:
            self._show_stack()
            raise Lost(Fault.HANG, f"no answer within {seconds:g} s") from None
        except Garbled:
            raise Lost(Fault.CRASH, _NOT_ITS_OWN) from None
        except (EOFError, OSError):
            raise self._ended() from None

    def _answer(self, deadline: float) -> Message:
        """The next message; ``EOFError`` if the process ends, ``TimeoutError`` if it is late."""
        printed = 0
        while True:
            patience = deadline - time.monotonic()
            ready = self._ready(max(0.0, patience))
            if self._output.fileno() in ready:
                printed += self._listen()
            message = self._reader.read() if self._channel.fileno() in ready else None
            if message is not None and self._output.fileno() in self._ready(0.0):
                printed += self._listen()
            if printed > self._output_bytes:
                raise Lost(Fault.OUTPUT, f"more than {self._output_bytes:,} bytes in one call")
            if message is not None:
                return message
            if self._lifeline.fileno() in ready and self._channel.fileno() not in ready:
                raise EOFError
            if patience <= 0.0:
                raise TimeoutError

    def _ready(self, seconds: float) -> set[int]:
        return {descriptor for descriptor, _ in self._poll.poll(1000.0 * seconds)}

    def _listen(self) -> int:
        """Take what has been printed, keep the end of it, and return how much it was."""
        chunk = os.read(self._output.fileno(), _CHUNK)
        if not chunk:  # nobody holds the other end any more
            self._poll.unregister(self._output)
        self._tail = (self._tail + chunk)[-_TAIL_BYTES:]
        return len(chunk)

    def _show_stack(self) -> None:
        """Have the hanging process print where it is."""
        with suppress(OSError):  # it has ended this very moment
            self._lifeline.sendall(SHOW_STACK)
        deadline = time.monotonic() + _STACK_SECONDS
        while (left := deadline - time.monotonic()) > 0.0:
            # It comes in pieces, of which the last is followed by silence.
            patience = _SILENCE_SECONDS if _STACK.search(self._tail) else left
            if self._output.fileno() not in self._ready(patience):
                break
            self._listen()

    def _ended(self) -> Lost:
        """Why the process ended, in the words of the fork server, which knows its exit code."""
        ended = self._has_ended(_LAST_WORDS_SECONDS)
        last_words = self._lifeline.recv(_CHUNK) if ended else b""
        if self._output.fileno() in self._ready(0.0):
            self._listen()
        if last_words.startswith(b"!"):
            problem = last_words[1:].decode(errors="replace")
            return Lost(Fault.CRASH, f"no process could be started ({problem})")
        if ended and not last_words:
            return Lost(Fault.CRASH, "killed from outside, with the process that starts all others")
        code = int(last_words) if ended else DEAF
        if code == DEAF:
            return Lost(Fault.CRASH, _NOT_ITS_OWN)
        if (name := signal_name(code)) is None:
            return Lost(Fault.EXIT, f"the process ended with exit code {code}")
        if b"bad_alloc" in self._tail:
            return Lost(Fault.MEMORY, f"{name} after std::bad_alloc")
        hint = ", which the system also sends when memory runs out" if name == "SIGKILL" else ""
        return Lost(Fault.CRASH, name + hint)

    def last_seen(self, home: Path | None) -> str:
        """Where in the user's code, below ``home``, it said it was, and what it last printed."""
        place, tail = "", self._tail
        if (stack := _STACK.search(tail)) is not None:
            tail = tail[: stack.start()] + tail[stack.end() :]
            for path, number in _FRAME.findall(stack[1]) if home else ():
                if home and is_below(os.fsdecode(path), home):
                    place = f" ({line_at(os.fsdecode(path), int(number))})"
                    break
        return place + last_line(tail)

    def close(self, *, kill: bool = False) -> None:
        """End the process. Unless it is to be killed it may go by itself, if it still listens."""
        if self.closed:
            return
        self.closed = True
        self._channel.close()
        if kill or not self._has_ended(_PATIENCE_SECONDS):
            self._lifeline.shutdown(socket.SHUT_WR)
            self._has_ended(_PATIENCE_SECONDS)
        self._lifeline.close()
        self._output.close()

    def _has_ended(self, patience: float) -> bool:
        """Whether the process ends within ``patience`` seconds."""
        poll = select.poll()
        poll.register(self._lifeline, select.POLLIN)
        return bool(poll.poll(1000.0 * patience))
