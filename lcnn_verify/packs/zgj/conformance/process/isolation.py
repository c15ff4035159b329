"""An implementation in a process of its own: asked, watched, and started again when it is lost."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.conformance import declaration
from lcnn_verify.packs.zgj.conformance.arrays import Layout
from lcnn_verify.packs.zgj.conformance.declaration import Arrays, Facts
from lcnn_verify.packs.zgj.conformance.faults import DEFAULT_LIMITS, Fault, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.process.client import Lost, NoProcess, Process
from lcnn_verify.packs.zgj.conformance.process.server import Message, pack
from lcnn_verify.packs.zgj.conformance.target import Target
from lcnn_verify.processes import GIGABYTE, ONE_THREAD

_PROBE = "probe"
_ENOUGH = 0.5  # gigabytes, compilers of frameworks included
_ROOM = 1 << 12  # for the losses of a batch of the smallest members


def _roomy(limits: Limits) -> Limits:
    return replace(limits, memory_gigabytes=DEFAULT_LIMITS.memory_gigabytes)


class Isolated:
    """The service of an implementation that runs apart: same answers as an ``Adapter``'s.

    Raises ``InputError`` when the target cannot be loaded, crashes or hangs while it is.
    """

    def __init__(self, target: Target, limits: Limits) -> None:
        self._target, self._limits = target, limits
        self._home: Path | None = target.file or target.folder
        self._directory, self._environment = str(Path.cwd()), {**os.environ, **ONE_THREAD}
        self._request_to_load = {
            "target": target.text,
            "path": [str(target.folder), *map(str, sys.path)],
            "memory_gigabytes": limits.memory_gigabytes,
        }
        self._impatient: set[str] = set()
        self._one_at_a_time = threading.Lock()
        try:
            self._start()
        except InputError:
            if self._is_tight():
                with suppress(InputError):
                    Isolated(target, _roomy(limits)).close()
                    raise self._too_tight("loading the target") from None
            raise

    def _start(self) -> None:
        """Load the target in a fresh process."""
        wanted = "code that can be imported"
        try:
            self._process = Process(self._limits.output_bytes, self._directory, self._environment)
            reply, _ = self._exchange(self._limits.first_call_seconds, self._request_to_load)
        except Lost as lost:
            got = f"{self._target.text!r}, which {lost.kind.meaning} while loading: {lost.detail}"
            raise InputError("target", got, wanted) from None
        match reply:
            case {"refused": [str(argument), str(got), str(wanted)]}:
                self.close()
                raise InputError(argument, got, wanted)
            case {"facts": dict(facts), "home": home}:
                self.facts: Facts = declaration.from_json(facts)
                self._home = Path(home) if home else None
                slow = {*self.facts.offers, _PROBE} if self.facts.compiles else set()
                self._cold = slow - self._impatient
            case _:
                self.close()
                got = f"{self._target.text!r}, but loading it gave {reply.get('detail', reply)}"
                raise InputError("target", got, wanted)

    def enable_x64(self) -> None:
        """Load the target again with JAX in float64 from the start, as if the user had set it."""
        self.close()
        self._environment["JAX_ENABLE_X64"] = "1"
        self._start()

    def probe(self, arrays: Arrays) -> tuple[Arrays, bool]:
        """As :meth:`Adapter.probe`."""
        reply, _ = self._request(_PROBE, {"do": "probe", "given_as": arrays})
        came_as: Arrays = reply["came_as"]
        return came_as, bool(reply["only_float32"])

    def call(
        self, operation: str, W: NDArray[Any], V: NDArray[Any], arrays: Arrays, layout: Layout
    ) -> tuple[NDArray[Any], ...]:
        """As :meth:`Adapter.call`, and raises ``Misbehaviour`` for a lost process too."""
        header = {"do": "call", "operation": operation, "given_as": arrays, "layout": layout}
        with self._one_at_a_time:
            return self._request(operation, header, W, V)[1]

    def forget(self) -> bool:
        """End the process: the next call starts another."""
        self.close()
        return True

    def close(self) -> None:
        """End the process, if it still lives."""
        self._process.close()

    def _request(self, operation: str, header: dict[str, Any], *arrays: NDArray[Any]) -> Message:
        if self._process.closed:
            try:
                self._start()
            except NoProcess:
                raise
            except InputError as error:
                detail = f"could not be loaded again: {error.got}"
                raise Misbehaviour(Fault.EXCEPTION, operation, detail) from None
        limits = self._limits
        seconds = limits.first_call_seconds if operation in self._cold else limits.call_seconds
        try:
            reply, results = self._exchange(seconds, header, *arrays)
        except Lost as lost:
            self._blame(lost.kind, operation, header, *arrays)
            if lost.kind is Fault.HANG:  # it has been waited for long enough
                self._impatient.add(operation)
            raise Misbehaviour(lost.kind, operation, lost.detail) from None
        self._cold.discard(operation)
        if "fault" not in reply:
            return reply, results
        kind, detail = Fault(reply["fault"]), str(reply["detail"])
        self._blame(kind, operation, header, *arrays)
        if kind is Fault.MEMORY:
            detail += f"; allowed: {limits.memory_gigabytes:g} GB more than after loading"
        if kind.loses_process:
            self.close()
        raise Misbehaviour(kind, str(reply["operation"]), detail, results or None)

    def _is_tight(self) -> bool:
        """Whether the limit of memory is less than any library may need to compute at all."""
        return self._limits.memory_gigabytes < _ENOUGH

    def _too_tight(self, act: str) -> InputError:
        got = f"{self._limits.memory_gigabytes:g}"
        enough = f"the default, {DEFAULT_LIMITS.memory_gigabytes:g}, is enough"
        wanted = f"more: {act} needs it, and {enough}"
        return InputError("memory_gigabytes", got, wanted)

    def _blame(self, kind: Fault, operation: str, header: dict[str, Any], *arrays: Any) -> None:
        """Ask once more under the usual limit; raises ``InputError`` if only ours was too tight.

        Without memory, libraries end their process in ways of their own.
        """
        if not self._is_tight() or kind not in (Fault.MEMORY, Fault.CRASH, Fault.EXIT):
            return
        self.close()
        roomy = Isolated(self._target, _roomy(self._limits))
        try:
            roomy._request(operation, header, *arrays)
        except Misbehaviour:
            return
        finally:
            roomy.close()
        raise self._too_tight(f"{operation} at shapes {[list(it.shape) for it in arrays]}")

    def _exchange(self, seconds: float, header: dict[str, Any], *arrays: NDArray[Any]) -> Message:
        """Ask and wait for the answer; a process that is lost is closed."""
        try:
            # No answer is larger than what it is an answer to.
            most = _ROOM + sum(array.nbytes for array in arrays)
            shared = self._limits.memory_gigabytes * GIGABYTE
            return self._process.exchange(pack(header, *arrays), seconds, most, shared)
        except Lost as lost:
            self._process.close(kill=True)
            raise Lost(lost.kind, lost.detail + self._process.last_seen(self._home)) from None
        except BaseException:  # an interrupt of ours: its answer must not be the next one's
            self._process.close(kill=True)
            raise
