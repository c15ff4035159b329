"""How a command ends: its exit code, and one clear line for whatever stopped it."""

from __future__ import annotations

import functools
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum
from typing import Any, ParamSpec

import typer

from lcnn_verify.errors import InputError, clean, did_you_mean, heard
from lcnn_verify.outputs import Unwritable, demand_current_folder

P = ParamSpec("P")


class ExitCode(IntEnum):
    """The exit codes of every command (README, "On the command line")."""

    AS_WANTED = 0
    NOT_AS_WANTED = 1
    USAGE = 2
    INTERRUPTED = 3
    INTERNAL = 70
    """A defect of lcnn-verify; the number is that of ``sysexits.h``."""
    BROKEN_PIPE = 141
    """What a shell reports for a program whose reader has gone."""


def say(text: str) -> None:
    """Write one line to stderr, whatever line ends ``text`` holds, if there still is a stderr."""
    with suppress(OSError):  # a terminal that was closed
        print(clean(" ".join(text.split())), file=sys.stderr, flush=True)


def deafen() -> None:
    """Hear no signal that ends a process: Ctrl-C was heard, and another would change the exit code.

    It would even in the last moments of Python, which hands signals back to the system. And where
    it came while a string was executed, as dataclasses do while they are imported, Python would end
    by it though it was caught, unless it executes another (``run_eval_code_obj`` in its sources).
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    exec("")


def say_left_out(entries: Iterable[tuple[str, str]]) -> None:
    """Say of each pack that is left out, by name, why; a line each."""
    for name, reason in entries:
        say(f"left out: {name}: {reason}; see lcnn-verify doctor")


def failure(write: Callable[[], object]) -> OSError | None:
    """Call ``write``; returns what stopped it, to be raised once the results are shown."""
    try:
        write()
    except OSError as error:
        return error
    return None


def reported(command: Callable[P, int]) -> Callable[P, int]:
    """Turn whatever stops a command into one line and an exit code.

    A closed pipe is silent. What nobody expected is called internal; ``LCNN_DEBUG=1`` shows its
    traceback.
    """

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> int:
        try:
            with heard():
                code = command(*arguments, **options)
            if code == ExitCode.INTERRUPTED:
                deafen()
            sys.stdout.flush()
        except InputError as error:
            say(f"error: {error}")
            return ExitCode.USAGE
        except (BrokenPipeError, SystemExit) as ended:
            # The libraries that print tables and help turn a closed pipe into exit code 1.
            cause = ended if isinstance(ended, BrokenPipeError) else ended.__context__
            if not isinstance(cause, BrokenPipeError):
                raise
            _silence_stdout()
            return ExitCode.BROKEN_PIPE
        except OSError as error:
            with suppress(OSError, ValueError):
                sys.stdout.flush()  # results that are there already
            _silence_stdout()
            say(_lack(error) or _refused(error))
            return ExitCode.USAGE
        except KeyboardInterrupt as stop:
            deafen()
            say(interruption(stop))
            return ExitCode.INTERRUPTED
        except Exception as error:
            if lack := _lack(error):
                say(lack)
                return ExitCode.USAGE
            if hasattr(error, "format_message"):
                say(usage_line(error))
                return ExitCode.USAGE
            if os.environ.get("LCNN_DEBUG") == "1":
                traceback.print_exc()
            hint = "please report, set LCNN_DEBUG=1 for the traceback"
            say(f"error: internal: {type(error).__name__}: {error}; {hint}")
            return ExitCode.INTERNAL
        return code

    return run


_LIMITS = "see ulimit -a and the limits of the job or container"
_UNMAPPED = re.compile("failed to map segment|find/load shared object|annot allocate memory")


def _lack(error: Exception) -> str:
    """The line for memory or processes that the machine does not give; empty for other errors."""
    if isinstance(error, MemoryError):
        return f"error: memory: got too little, wanted more: {_LIMITS}"
    if _UNMAPPED.search(str(error)):
        return f"error: memory: got too little to load a library ({error}), wanted more: {_LIMITS}"
    if "can't start new thread" in str(error):
        return f"error: processes: got too few, wanted fewer --jobs, or more: {_LIMITS}"
    return ""


def interruption(stop: BaseException | None) -> str:
    """What to say of a command that ended early: also why, where nobody pressed Ctrl-C."""
    why = str(stop or "")
    return f"interrupted: {why}" if why else "interrupted"


def _refused(error: OSError) -> str:
    """The line for a file that the system does not let us read or write."""
    try:
        demand_current_folder()
    except InputError as gone:
        return f"error: {gone}"
    writes = isinstance(error, Unwritable) or error.filename is None
    got, act = error.strerror or str(error), "write" if writes else "read or write"
    return f"error: {error.filename or 'output'}: got {got!r}, wanted to {act} it"


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about a stdout that takes no more, again at exit."""
    with suppress(OSError, ValueError):  # a stand-in without a descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def usage_line(error: Any) -> str:
    """The line for a usage error of the command-line parser, in the words of our other errors.

    What is wrong is told by the error's class and fields: typer parses with click, or with its own
    copy of it, whose classes are others.
    """
    context: Any = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context else ""
    if isinstance(error, typer.BadParameter):
        name = told(error.param) if error.param else "value"
        return f"error: {name}: {error.message.rstrip('.') or _NO_VALUE}{hint}"
    if (option := getattr(error, "option_name", None)) is None:
        got = error.format_message()
        return f"error: usage: got {got!r}, wanted what the usage says{hint}"
    params = {
        name: param
        for param in context.command.params
        for name in param.opts
        if name.startswith("-")
    }
    if option not in params:
        wanted = f"one of {', '.join(params)}{did_you_mean(option, list(params))}"
        return f"error: option: got {option!r}, wanted {wanted}{hint}"
    flag = "got a value, wanted the bare option"
    return f"error: {option}: {flag if params[option].is_flag else _NO_VALUE}{hint}"


_NO_VALUE = "got nothing, wanted a value"


def told(param: Any) -> str:
    """A parameter by the name people know it by: ``--seed``, or ``FILE`` for an argument."""
    if param.param_type_name == "option":
        return str(param.opts[0])
    return str(param.metavar or param.name).strip("[]….")
