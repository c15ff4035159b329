"""A property's recorded arguments, taken apart for people: parameters, arrays, a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lcnn_verify.errors import said
from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.evidence.hooks import Shown, example_type
from lcnn_verify.numerics.digits import number, whole

_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Array:
    """A matrix as text: its name with shape, its rows, and a note where even they are cut."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """What to show of one example: (name, value) pairs, arrays, and how the first is drawn.

    ``words`` describe the examples, a sentence each. ``notes`` say which of them their packs could
    not show, and why; these are shown as JSON.
    """

    parameters: tuple[tuple[str, str], ...]
    arrays: tuple[Array, ...]
    draw: Callable[[str, str], Drawing] | None
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def picture(self, prefix: str, title: str) -> Drawing | str | None:
        """The drawing, or a line on why the pack's code for it fails; None where there is none."""
        if self.draw is None:
            return None
        try:
            made: Any = self.draw(prefix, title)
            if not isinstance(made, Drawing):
                raise TypeError(f"draw returned a {type(made).__name__}, no Drawing")
            made.demand_form()
        except (Exception, SystemExit) as error:  # a pack may raise anything
            return f"not drawn: {said(error)}"
        return made


def take_apart(arguments: Mapping[str, Any]) -> Arguments:
    """Read recorded arguments; anything that is not what it claims to be is shown as plain text."""
    parameters: list[tuple[str, str]] = []
    arrays: list[Array] = []
    painters: list[Callable[[str, str], Drawing]] = []
    words: list[str] = []
    examples: dict[str, Arguments] = {}
    notes: list[str] = []
    for name, value in arguments.items():
        try:
            if (found := _example(value)) is not None:
                examples[name] = found
        except (Exception, SystemExit) as error:  # a report, or a pack, may come from anyone
            notes.append(f"{name} not shown by its pack: {said(error)}")
    for name, value in arguments.items():
        if (shown := examples.get(name)) is None:
            parameters.append((name, written(value)))
            continue
        label = f"{name}." if len(examples) > 1 else ""
        parameters += [(f"{label}{key}", text) for key, text in shown.parameters]
        arrays += [replace(array, name=f"{label}{array.name}") for array in shown.arrays]
        painters += [shown.draw] if shown.draw else []
        words += shown.words
    # A property may draw a number and pass it on into an example's parameters: show it once.
    distinct = tuple(dict.fromkeys(parameters))
    draw = painters[0] if painters else None
    return Arguments(distinct, tuple(arrays), draw, tuple(notes), tuple(dict.fromkeys(words)))


def _example(value: Any) -> Arguments | None:
    """An example as its own class shows it; None for plain data. Raises what the class does."""
    if (known := example_type(value)) is None:
        return None
    found: Any = known.show(value)
    if not isinstance(found, Shown):
        raise TypeError(f"show returned a {type(found).__name__}, no Shown")
    parameters = tuple((str(key), written(item)) for key, item in found.parameters.items())
    if not (found.draw is None or callable(found.draw)):
        raise TypeError(f"show returned a {type(found.draw).__name__} as draw")
    if not isinstance(found.words, str):
        raise TypeError(f"show returned a {type(found.words).__name__} as words")
    words = (found.words,) if found.words else ()
    return Arguments(parameters, tuple(_arrays(found.arrays)), found.draw, words=words)


def written(value: Any) -> str:
    """A parameter as a person would write it, whole; a long number to six digits."""
    if isinstance(value, float):
        exact = whole(value)
        return exact if len(exact) <= 9 else number(value, 6)
    if isinstance(value, list):
        items = (f"({written(i)})" if isinstance(i, Mapping) else written(i) for i in value)
        return f"[{', '.join(items)}]"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {written(item)}" for key, item in value.items())
    return str(value)


def _arrays(arrays: Mapping[str, Any]) -> Iterator[Array]:
    for name, rows in arrays.items():
        if _is_matrix(rows):
            yield _array(name, rows)


def _is_matrix(rows: Any) -> bool:
    return (
        isinstance(rows, list)
        and bool(rows)
        and all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows)
        and len(rows[0]) > 0
    )


def _array(name: str, rows: Sequence[Sequence[Any]]) -> Array:
    count, width = len(rows), len(rows[0])
    most = max(1, _MOST_ENTRIES // width)
    shown = tuple(tuple(map(written, row[:_MOST_ENTRIES])) for row in rows[:most])
    cut = count > most or width > _MOST_ENTRIES
    return Array(
        f"{name} ({count} × {width})", shown, "cut; all of it is in report.json" if cut else ""
    )
