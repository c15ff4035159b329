"""A few lines of Python that show a failure to someone who has NumPy and their own object only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

from lcnn_verify.evidence.recorder import current
from lcnn_verify.packs.zgj.conformance.answers import Call
from lcnn_verify.packs.zgj.conformance.arrays import Layout
from lcnn_verify.packs.zgj.conformance.declaration import Declaration
from lcnn_verify.packs.zgj.conformance.quantities import exact_gradient, exact_loss, reference
from lcnn_verify.packs.zgj.conformance.target import parse
from lcnn_verify.profiles import active

_MOST_NUMBERS = 400  # longer arrays are read from the replay file
_DIGITS = 40
_LAID_OUT: dict[Layout, str] = {
    "F": "W, V = np.asfortranarray(W), np.asfortranarray(V)",
    "strided": "W, V = (a.repeat(2, 0).repeat(2, 1)[::2, ::2] for a in (W, V))",
    "reversed": "W, V = (a[::-1, ::-1].copy()[::-1, ::-1] for a in (W, V))",
    "byteswapped": "W, V = (a.astype(a.dtype.newbyteorder()) for a in (W, V))",
    "readonly": "W.flags.writeable = V.flags.writeable = False",
}
_CONVERTED = {
    "jax": ("import jax.numpy as jnp", "W, V = jnp.asarray(W), jnp.asarray(V)"),
    "torch": ("import torch", "W, V = torch.from_numpy(W), torch.from_numpy(V)"),
}


def snippet(said: Declaration, call: Call) -> str:
    """Code that repeats ``call`` and prints what it gives and what is right.

    Entries are written so that they come back to the last bit; the right values are the oracle's at
    40 digits, a gradient's rounded.
    """
    lines = ["import numpy as np"]
    if said.arrays == "jax" and said.dtype == "float64":
        lines += ["import jax", 'jax.config.update("jax_enable_x64", True)']
    into, converted = _CONVERTED.get(said.arrays, ("", ""))
    lines += [into] if into else []
    lines += [*_imported(said.name), "", *_arrays(call, said.dtype)]
    lines += [_LAID_OUT[call.layout]] if call.layout in _LAID_OUT else []
    lines += [converted] if converted else []
    lines += ["", f'print("got   ", implementation.{call.operation}(W, V))']
    members = [reference(x) for x in call.batch or (call.x,)]
    wanted: list[list[str]] = []
    if call.operation != "gradient":
        wanted.append([_number(exact_loss(right, _DIGITS)) for right in members])
    if call.operation != "loss" and not _is_large(call):
        gradients = (exact_gradient(right, _DIGITS) for right in members)
        wanted.append([repr([[float(e) for e in row] for row in rows]) for rows in gradients])
    elif call.gradient is not None:
        gaps = np.linalg.norm(call.gradient - members[0].gradient, axis=1)
        row = int(np.argmax(gaps))
        right_row = [float(entry) for entry in exact_gradient(members[0], _DIGITS)[row]]
        lines.append(f'print("wanted in row {row}", {right_row!r})')
    for each in wanted:
        shown = f"[{', '.join(each)}]" if call.batch else each[0]
        lines.append(f'print("wanted", {shown})')
    return "\n".join(lines) + "\n"


def _is_large(call: Call) -> bool:
    """Whether the arrays are read from the replay file, which holds no batches."""
    return call.x.W.size + call.x.V.size > _MOST_NUMBERS and not call.batch


def _number(exact: Any) -> str:
    """A number of the oracle with all its digits, which a program reads as the nearest float."""
    return f'float("{mpmath.nstr(exact, _DIGITS)}")'


def _imported(name: str) -> Iterator[str]:
    """Lines that bind ``implementation``, from whatever folder they are run."""
    if "target" not in (active().subject or {}):
        yield f"implementation = ...  # your object, {name}"
        return
    target = parse(name)
    paths = target.attribute.split(",")
    if target.file is not None:
        loaded = f"SimpleNamespace(**runpy.run_path({str(target.file)!r}))"
        yield "import runpy"
    else:
        loaded = f"importlib.import_module({target.module!r})"
        yield "import importlib"
    yield "import sys"
    if target.file is not None or len(paths) > 1:
        yield "from types import SimpleNamespace"
    yield f"sys.path.insert(0, {str(target.folder)!r})"
    if len(paths) > 1:
        yield f"module = {loaded}"
        functions = zip(("loss", "gradient"), paths, strict=True)
        pairs = ", ".join(f"{operation}=module.{path}" for operation, path in functions)
        yield f"implementation = SimpleNamespace({pairs})"
        return
    yield f"implementation = {loaded}{'.' * bool(paths[0])}{paths[0]}"
    if target.attribute:
        yield "if isinstance(implementation, type):"
        yield "    implementation = implementation()"


def _arrays(call: Call, dtype: str) -> Iterator[str]:
    """Lines that bind ``W`` and ``V``."""
    W = [x.W.tolist() for x in call.batch] if call.batch else call.x.W.tolist()
    if _is_large(call):
        yield "import json"
        yield "from pathlib import Path"
        yield f"# {current().claim}.json, the replay file, which stands beside this one"
        yield 'with Path(__file__).with_suffix(".json").open() as file:'
        yield '    instance = json.load(file)["arguments"]["instance"]'
        yield f'W, V = (np.array(instance[name], dtype=np.{dtype}) for name in ("W", "V"))'
        return
    for name, rows in (("W", W), ("V", call.x.V.tolist())):
        yield f"{name} = np.array({rows!r}, dtype=np.{dtype})"
