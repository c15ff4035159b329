"""One process of someone else's code: how it is started, asked, listened to and ended."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import lcnn_verify
from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.conformance.faults import Fault
from lcnn_verify.packs.zgj.conformance.process.server import (
    DEAF,
    STACK_SIGNAL,
    Garbled,
    Message,
    Reader,
)
from lcnn_verify.packs.zgj.conformance.target import is_below, line_at
from lcnn_verify.processes import last_line, signal_name

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3]); "
    "from lcnn_verify.packs.zgj.conformance.process.server import main; "
    "main(int(sys.argv[1]), int(sys.argv[2]))"
)
_TICK_SECONDS = 0.05  # how soon an end is seen that closes nothing
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


class NoProcess(InputError):
    """None could be started, which is no fault of the code under test."""


class Lost(Exception):
    """The process is of no more use, and why."""

    def __init__(self, kind: Fault, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


class Process:
    """A fresh Python that runs the server, and the three connections to it.

    The last of them is its lifeline, which is never spoken through: it only closes.
    """

    def __init__(self, output_bytes: int, directory: str, environment: Mapping[str, str]) -> None:
        """Start it in ``directory``; ``output_bytes`` is how much it may print in one call.

        Raises :class:`NoProcess` where the system gives none.
        """
        self.closed, self._owner = False, os.getpid()
        self._output_bytes, self._tail = output_bytes, b""
        self._channel, channel = socket.socketpair()
        held, self._lifeline = os.pipe()
        listening, output = os.pipe()
        self._output = os.fdopen(listening, "rb", buffering=0)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, f"{channel.fileno()}", f"{held}", _our_path()],
                cwd=directory,
                # Equal runs want equal orders of sets of strings.
                env={**environment, "PYTHONHASHSEED": "0"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(channel.fileno(), held),
                start_new_session=True,  # so that everything the code starts can be killed with it
            )
        except OSError as error:
            self.closed = True
            self._let_go()
            wanted = "room for another, which the code under test runs in: see ulimit -a"
            raise NoProcess("processes", f"no more of them ({error})", wanted) from None
        finally:
            channel.close()
            os.close(held)
            os.close(output)
        self._reader = Reader(self._channel)
        self._poll = select.poll()
        for connection in (self._channel, self._output):
            self._poll.register(connection, select.POLLIN)

    def exchange(self, request: bytes, seconds: float, most: float, shared: float) -> Message:
        """Send ``request`` and wait for its answer, listening to what is printed meanwhile.

        The answer holds ``most`` bytes of arrays at most. ``shared`` is how many bytes of memory it
        may have mapped for others as well, which no limit of the system counts. Raises
        :class:`Lost` at the time limit, when too much is printed, and when it ends.
        """
        deadline, self._tail = time.monotonic() + seconds, b""
        self._channel.settimeout(seconds)
        try:
            self._channel.sendall(request)
            return self._answer(deadline, most, shared)
        except TimeoutError:
            self._show_stack()
            raise Lost(Fault.HANG, f"no answer within {seconds:g} s") from None
        except Garbled:
            raise Lost(Fault.CRASH, _NOT_ITS_OWN) from None
        except (EOFError, OSError):
            raise self._ended() from None

    def _answer(self, deadline: float, most: float, shared: float) -> Message:
        """The next message; ``EOFError`` if the process ends, ``TimeoutError`` if it is late."""
        printed = 0
        while True:
            patience = deadline - time.monotonic()
            ended = self._process.poll() is not None
            ready = self._ready(0.0 if ended else min(max(0.0, patience), _TICK_SECONDS))
            if self._output.fileno() in ready:
                printed += self._listen()
            if not ready and self._shared() > shared:
                raise Lost(Fault.MEMORY, f"{self._shared():,} bytes of shared memory")
            message = self._reader.read(most) if self._channel.fileno() in ready else None
            if message is not None and self._output.fileno() in self._ready(0.0):
                printed += self._listen()
            if printed > self._output_bytes:
                raise Lost(Fault.OUTPUT, f"more than {self._output_bytes:,} bytes in one call")
            if message is not None:
                return message
            if ended and self._channel.fileno() not in ready:
                raise EOFError
            if patience <= 0.0:
                raise TimeoutError

    def _shared(self) -> int:
        """Bytes of shared memory the process has in use; 0 where that is not known."""
        with suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
            return int(status.partition("RssShmem:")[2].split()[0]) * 1024
        return 0

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
        self._process.send_signal(STACK_SIGNAL)
        deadline = time.monotonic() + _STACK_SECONDS
        while (left := deadline - time.monotonic()) > 0.0:
            # It comes in pieces, of which the last is followed by silence.
            patience = _SILENCE_SECONDS if _STACK.search(self._tail) else left
            if self._output.fileno() not in self._ready(patience):
                break
            self._listen()

    def _ended(self) -> Lost:
        """Why the process ended."""
        code = self._exit_code(_LAST_WORDS_SECONDS)
        if self._output.fileno() in self._ready(0.0):
            self._listen()
        if code is None or code == DEAF:
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
        if os.getpid() == self._owner:  # a forked child of ours lets go, and ends nothing
            self._end(_PATIENCE_SECONDS if not kill else 0.0)
        self._let_go()

    def _end(self, patience: float) -> None:
        self._exit_code(patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # and whatever it started
        self._exit_code(_PATIENCE_SECONDS)

    def _exit_code(self, patience: float) -> int | None:
        """The exit code, waited for ``patience`` seconds at most; None if it lives on."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(patience)
        return None

    def _let_go(self) -> None:
        self._channel.close()
        os.close(self._lifeline)
        self._output.close()


def _our_path() -> str:
    """Where this process imports from, and where this very package is, as JSON."""
    # "" means the current folder, whose modules must not pass for others.
    ours = Path(lcnn_verify.__file__).parent.parent
    return json.dumps([str(entry) for entry in (*sys.path, ours) if entry])
