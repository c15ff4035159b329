"""Blocks of ROWS × LANES numbers that compiled code keeps in registers; outside of it, arrays.

With them a loop is written as it is to run, where a compiler would have to see through it: products
of matrices whose sums stay in registers, for one. Arrays are flat, places are counted from 0, and
compiled code checks none. ``a + b``, ``a - b`` and ``a * b`` are entry by entry.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import lower_builtin, models, register_model, type_callable

from lcnn_verify.numerics.arrays import FloatArray

ROWS = 4
"""With so many sums at once a processor need not wait for the one before."""
LANES = 8
"""As many numbers as the widest vector of today's processors holds."""
Block: TypeAlias = FloatArray
"""Numbers (ROWS, LANES)."""


def load(array: FloatArray, place: int, step: int) -> Block:
    """Rows that begin at a place of an array and every ``step`` further on."""
    return np.array([array[place + k * step :][:LANES] for k in range(ROWS)])


def store(array: FloatArray, place: int, step: int, block: Block) -> None:
    """Write rows where :func:`load` reads them."""
    for k in range(ROWS):
        array[place + k * step :][:LANES] = block[k]


def spread(number: float) -> Block:
    """One number everywhere."""
    return np.full((ROWS, LANES), number)


def column(array: FloatArray, place: int) -> Block:
    """Row by row, the ROWS numbers of an array from a place on."""
    return np.repeat(array[place : place + ROWS], LANES).reshape(ROWS, LANES)


def add_outer(total: Block, array: FloatArray, place: int, other: FloatArray, start: int) -> Block:
    """``total`` + the ROWS numbers of one array times the LANES of another, fused if possible."""
    return total + np.outer(array[place : place + ROWS], other[start : start + LANES])


def multiply_add(a: Block, b: Block, c: Block) -> Block:
    """a·b + c, rounded once where the processor can."""
    return a * b + c


def magnitude(a: Block) -> Block:
    """|a|."""
    return np.abs(a)


def least(a: Block, b: Block) -> Block:
    """The lesser of a and b; what is not a number stays so."""
    return np.minimum(a, b)


def root(a: Block) -> Block:
    """√a."""
    return np.sqrt(a)


def with_sign(a: Block, b: Block) -> Block:
    """|a| with the sign of b."""
    return np.copysign(a, b)


def where_at_most(a: Block, b: Block, chosen: Block, other: Block) -> Block:
    """``chosen`` where a ≤ b, elsewhere ``other``."""
    return np.where(a <= b, chosen, other)


def turn(source: FloatArray, place: int, step: int, target: FloatArray, to: int, by: int) -> None:
    """Write the transpose of a square of LANES rows, ``step`` apart, as rows ``by`` apart."""
    square = np.array([source[place + k * step :][:LANES] for k in range(LANES)])
    for k in range(LANES):
        target[to + k * by :][:LANES] = square[:, k]


_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_BLOCK = ir.ArrayType(_VECTOR, ROWS)
_UNKNOWN = ir.Constant(_VECTOR, ir.Undefined)
_Emit: TypeAlias = Callable[..., Any]


class _Type(types.Type):
    """What the compiler knows a block as."""

    def __init__(self) -> None:
        super().__init__(name="Block")


class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _BLOCK)


_TYPE = _Type()
register_model(_Type)(_Model)


def _register(function: Any, emit: _Emit, *kinds: Any, result: Any = _TYPE) -> None:
    """Have compiled code do what ``emit`` (context, builder, signature, values) writes."""

    def typer(_: Any) -> Callable[..., Any]:
        def typed(*got: Any) -> Any:
            fits = (isinstance(kind, wanted) for kind, wanted in zip(got, kinds, strict=True))
            return result if all(fits) else None

        vars(typed)["__signature__"] = inspect.signature(function)
        return typed

    type_callable(function)(typer)
    lower_builtin(function, *kinds)(emit)


def _by_rows(write: Callable[..., Any]) -> _Emit:
    """Write the same for each row; ``write`` (builder, *rows) returns a row."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        rows = ([builder.extract_value(it, k) for it in values] for k in range(ROWS))
        return _stacked(builder, [write(builder, *row) for row in rows])

    return emit


def _stacked(builder: Any, rows: list[Any]) -> Any:
    block = ir.Constant(_BLOCK, ir.Undefined)
    for k, row in enumerate(rows):
        block = builder.insert_value(block, row, k)
    return block


def _intrinsic(name: str) -> _Emit:
    """A function of LLVM's own, which every processor has in some form."""
    full = f"llvm.{name}.v{LANES}f64"

    def write(builder: Any, *rows: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * len(rows))
        known = builder.module.globals.get(full) or ir.Function(builder.module, kind, full)
        return builder.call(known, rows)

    return _by_rows(write)


def _whole(told: Sequence[Any], which: int) -> Any:
    context, builder, signature, values = told
    return context.cast(builder, values[which], signature.args[which], types.intp)


def _address(told: Sequence[Any], which: int) -> Any:
    """Where the number at place ``values[which + 1]`` of the array ``values[which]`` lies."""
    context, builder, signature, values = told
    array = context.make_array(signature.args[which])(context, builder, values[which])
    return builder.gep(array.data, [_whole(told, which + 1)])


def _addresses(told: Sequence[Any], which: int = 0, count: int = ROWS) -> list[Any]:
    """The same of rows ``values[which + 2]`` apart."""
    builder, first, step = told[1], _address(told, which), _whole(told, which + 2)
    return [builder.gep(first, [builder.mul(step, step.type(k))]) for k in range(count)]


def _read(builder: Any, address: Any) -> Any:
    value = builder.load(builder.bitcast(address, _VECTOR.as_pointer()))
    value.align = 8
    return value


def _write(builder: Any, address: Any, value: Any) -> None:
    builder.store(value, builder.bitcast(address, _VECTOR.as_pointer())).align = 8


def _shuffled(builder: Any, a: Any, b: Any, order: list[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), LANES), order))


def _repeated(builder: Any, number: Any) -> Any:
    first = builder.insert_element(_UNKNOWN, number, ir.IntType(32)(0))
    return _shuffled(builder, first, _UNKNOWN, [0] * LANES)


def _columns(told: Sequence[Any]) -> list[Any]:
    builder, first = told[1], _address(told, 0)
    places = (builder.gep(first, [ir.IntType(64)(k)]) for k in range(ROWS))
    return [_repeated(builder, builder.load(place)) for place in places]


def _load(*told: Any) -> Any:
    builder = told[1]
    return _stacked(builder, [_read(builder, place) for place in _addresses(told)])


def _store(*told: Any) -> Any:
    context, builder, _, values = told
    for k, place in enumerate(_addresses(told)):
        _write(builder, place, builder.extract_value(values[3], k))
    return context.get_dummy_value()


def _spread(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    number = context.cast(builder, values[0], signature.args[0], types.float64)
    return _stacked(builder, [_repeated(builder, number)] * ROWS)


def _column(*told: Any) -> Any:
    return _stacked(told[1], _columns(told))


def _add_outer(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    shifted = (context, builder, signature.replace(args=signature.args[1:]), values[1:])
    factors = _columns(shifted)
    row = _read(builder, _address(shifted, 2))
    product = _stacked(builder, factors)
    other = _stacked(builder, [row] * ROWS)
    return _FUSED(context, builder, signature, [product, other, values[0]])


def _turn(*told: Any) -> Any:
    """Exchange lanes a distance apart between rows that distance apart, for 1, 2 and 4."""
    context, builder = told[:2]
    rows = [_read(builder, place) for place in _addresses(told, count=LANES)]
    for distance in (1, 2, 4):
        low = [j & distance == 0 for j in range(LANES)]
        near = [j if low[j] else j - distance + LANES for j in range(LANES)]
        far = [j + distance if low[j] else j + LANES for j in range(LANES)]
        for k in (k for k in range(LANES) if low[k]):
            a, b = rows[k], rows[k + distance]
            rows[k], rows[k + distance] = (_shuffled(builder, a, b, it) for it in (near, far))
    for row, place in zip(rows, _addresses(told, which=3, count=LANES), strict=True):
        _write(builder, place, row)
    return context.get_dummy_value()


_PLACE = (types.Array, types.Integer)
_FUSED = _intrinsic("fmuladd")
_register(load, _load, *_PLACE, types.Integer)
_register(store, _store, *_PLACE, types.Integer, _Type, result=types.void)
_register(turn, _turn, *(*_PLACE, types.Integer) * 2, result=types.void)
_register(spread, _spread, types.Number)
_register(column, _column, *_PLACE)
_register(add_outer, _add_outer, _Type, *_PLACE * 2)
_register(operator.add, _by_rows(lambda builder, *rows: builder.fadd(*rows)), _Type, _Type)
_register(operator.sub, _by_rows(lambda builder, *rows: builder.fsub(*rows)), _Type, _Type)
_register(operator.mul, _by_rows(lambda builder, *rows: builder.fmul(*rows)), _Type, _Type)
_register(multiply_add, _FUSED, *(_Type,) * 3)
_register(magnitude, _intrinsic("fabs"), _Type)
_register(least, _intrinsic("minimum"), _Type, _Type)
_register(root, _intrinsic("sqrt"), _Type)
_register(with_sign, _intrinsic("copysign"), _Type, _Type)


def _where(builder: Any, a: Any, b: Any, chosen: Any, other: Any) -> Any:
    return builder.select(builder.fcmp_ordered("<=", a, b), chosen, other)


_register(where_at_most, _by_rows(_where), *(_Type,) * 4)
