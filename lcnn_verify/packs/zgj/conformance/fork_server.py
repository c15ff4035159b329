"""A small fork server: each implementation's process starts with NumPy loaded, in milliseconds.

It runs only code of ours and has one thread, so it can always be trusted to end and to reap what
it forked. When its client goes, however that happens, every process it forked goes with it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Never

import lcnn_verify
from lcnn_verify.packs.zgj.conformance.server import STACK_SIGNAL, serve
from lcnn_verify.processes import ONE_THREAD

SHOW_STACK = b"s"

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from lcnn_verify.packs.zgj.conformance.fork_server import main; main(int(sys.argv[1]))"
)


class Nursery:
    """The client's side: starts the fork server and asks it for processes."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        # "" means the current folder, whose modules must not pass for others.
        ours = Path(lcnn_verify.__file__).parent.parent
        path = [str(entry) for entry in (*sys.path, ours) if entry]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, str(theirs.fileno()), json.dumps(path)],
                # Equal runs want equal orders of sets of strings.
                env={**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # out of reach of Ctrl-C, and of the end of our group
            )

    def fork(self, channel: socket.socket, output: int, lifeline: socket.socket) -> None:
        """Start a process that serves ``channel``; its exit code will come through ``lifeline``.

        It is told SHOW_STACK through ``lifeline``, whose end kills it. Raises ``OSError`` if the
        fork server has gone.
        """
        socket.send_fds(self._control, [b"f"], [channel.fileno(), output, lifeline.fileno()])

    def close(self) -> None:
        """End the fork server and all its processes, and wait for it."""
        self._control.close()
        self._process.wait()


def main(control: int) -> Never:
    """The fork server's life; ends when the client's side of ``control`` closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Server(socket.socket(fileno=control)).run()


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lifelines: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def run(self) -> Never:
        """Serve until the client has gone."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    self._fork()
                elif key.fileobj is self._woken:
                    self._reap()
                else:
                    self._obey(key.data)

    def _fork(self) -> None:
        order, descriptors, _, _ = socket.recv_fds(self._control, 1, 3)
        if not order:
            for pid in self._lifelines:
                _kill_group(pid)
            os._exit(0)
        channel, output, line = descriptors
        lifeline = socket.socket(fileno=line)
        try:
            parent, pid = os.getpid(), os.fork()
        except OSError as error:  # no process to be had
            lifeline.sendall(f"!{error}".encode())
            lifeline.close()
            pid = -1
        if pid == 0:
            self._forget(lifeline)
            serve(socket.socket(fileno=channel), output, parent)
        os.close(channel)
        os.close(output)
        if pid > 0:
            self._lifelines[pid] = lifeline
            self._selector.register(lifeline, selectors.EVENT_READ, pid)

    def _forget(self, lifeline: socket.socket) -> None:
        """In the child: let go of everything that is the fork server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        held = [self._control, self._woken, self._waker, lifeline, *self._lifelines.values()]
        for connection in held:
            connection.close()

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)  # whatever it started
                if (lifeline := self._lifelines.pop(pid, None)) is not None:
                    with suppress(KeyError):  # already let go
                        self._selector.unregister(lifeline)
                    with suppress(OSError):
                        lifeline.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                    lifeline.close()

    def _obey(self, pid: int) -> None:
        """An order through the lifeline of process ``pid``; its end is the order to kill."""
        if (lifeline := self._lifelines.get(pid)) is None:  # reaped in this very round
            return
        try:
            order = lifeline.recv(1)
        except OSError:
            order = b""
        if order == SHOW_STACK:
            os.kill(pid, STACK_SIGNAL)
        else:
            self._selector.unregister(lifeline)
            _kill_group(pid)


def _kill_group(pid: int) -> None:
    """Kill a process that is not yet reaped, and its group if it has made one already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
