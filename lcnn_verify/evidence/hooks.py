"""What a pack's numerics give the engine, and the JSON of what its properties are about.

A property's arguments may be plain data or **examples**: objects of a pack's own classes. An
example knows its JSON, how a person reads it, and how it is drawn; the engine only asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from lcnn_verify import packs
from lcnn_verify.errors import InputError, said
from lcnn_verify.evidence.attack import Attack
from lcnn_verify.evidence.benchmark import Benchmark
from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.ledger import Claim
from lcnn_verify.packs import Broken, Pack

SelfCheck = Callable[[], tuple[bool, str]]
"""Whether a check of the installation passed, and what it found."""
_TYPE = re.compile(rf"{packs.KEY.pattern}(\.[\w-]+)+")
Watch = Callable[[int, int], None]
"""Told how many steps of a check are done, and of how many; 0 where that is not known."""


class Proved(str):
    """What a checker proved once more, in words; ``said`` is what a document must say of it.

    ``said`` maps fields of the document to what was proved. The engine compares them, rejects a
    document that says something else, and prints them.
    """

    said: Mapping[str, Any]

    def __new__(cls, words: str, said: Mapping[str, Any] | None = None) -> Self:
        """The sentence ``words``."""
        made = super().__new__(cls, words)
        made.said = said or {}
        return made


class Refutation(Proved):
    """What a checker proved once more, where that is: a claim is false."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Proves what certificates of a kind say once more, trusting nothing but the claim they name.

    ``schema`` is a JSON Schema, or a file with one, that a document is held to before: it has no
    place for a field that the checker does not check. ``check(document, watch)`` yields what it
    proved, in words: a sentence for each proof, and at least one, as :class:`Proved` where the
    document says something of it, as a :class:`Refutation` where a claim is proved false. It raises
    ``documents.Rejected``, saying where, if a proof fails.
    """

    check: Callable[[dict[str, Any], Watch], Iterator[str]]
    schema: Path | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An example taken apart for people.

    ``words`` are a sentence as a person would describe it: "Two clones at ±5° from a target."
    ``parameters`` are the numbers one would write down to rebuild it, ``arrays`` its matrices by
    name, as lists of rows. ``draw(prefix, title)`` makes its drawing, where there is one.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Any] = field(default_factory=dict)
    draw: Callable[[str, str], Drawing] | None = None
    words: str = ""


class Example(Protocol):
    """What a property may take as an argument besides plain data. ``type`` is ``"<key>.<name>"``.

    A method ``classes()`` may name the kinds of example it is one of, which reports count.
    ``show`` takes what ``to_json`` wrote, maybe damaged: it raises ``ValueError`` or ``KeyError``
    for what it cannot read, as ``from_json`` does.
    """

    type: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data that makes the example again; ``type`` is added to it."""
        ...

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The example that ``to_json`` wrote."""
        ...

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The example for people, from its JSON."""
        ...


@dataclass(frozen=True, slots=True)
class Judge:
    """How a pack takes code under test, whose checks are claims that ``judges_subject``.

    ``context`` makes the ``subject`` of a run of a target named in text, or raises ``InputError``
    for what names none; nothing of the target is imported for that. ``lacking`` says, within such a
    run, why a check does not apply; empty if it does.
    """

    context: Callable[[str], Mapping[str, Any]]
    lacking: Callable[[Claim], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a pack's numerics give the engine.

    ``examples`` are the classes its properties take; ``warm_up`` takes every compiled route once,
    which fills or loads the compile cache; ``self_checks`` are what ``lcnn-verify doctor`` runs, by
    name; ``certificates`` maps what a document's field ``certificate`` says, ``"<key>.<name>"``, to
    its checker; ``judge`` takes code under test; ``attacks`` maps claims to what helps to attack
    them; ``benchmarks`` are what ``lcnn-verify bench`` times.
    """

    examples: tuple[type[Example], ...] = ()
    warm_up: Callable[[], None] = lambda: None
    self_checks: Mapping[str, SelfCheck] = field(default_factory=dict)
    certificates: Mapping[str, Checker] = field(default_factory=dict)
    judge: Judge | None = None
    attacks: Mapping[str, Attack] = field(default_factory=dict)
    benchmarks: tuple[Benchmark, ...] = ()


def hooks_of(pack_key: str) -> Hooks:
    """The hooks of the pack called ``pack_key``, whose numerics are imported for it.

    Raises ``InputError`` if there is no such pack, or if its hooks cannot be imported or are none.
    """
    pack = packs.pack_of(pack_key)
    if not pack.hooks:
        return Hooks()
    try:
        found = packs.resolve(pack.hooks)
    except (Exception, SystemExit) as error:
        got = f"{said(error)} on import of {pack.hooks}"
        raise InputError(f"hooks of {pack.key}", got, "a Hooks") from error
    if flaw := _flaw(pack.key, found):
        raise InputError(f"hooks of {pack.key}", flaw, "a Hooks")
    hooks: Hooks = found
    return hooks


def _flaw(key: str, found: Any) -> str:
    """What is wrong with the hooks of the pack ``key``; empty if nothing is."""
    if not isinstance(found, Hooks):
        return f"a {type(found).__name__}"
    for field_name in ("self_checks", "certificates", "attacks"):
        if not isinstance(value := getattr(found, field_name), Mapping):
            return f"a {type(value).__name__} as {field_name}"
    calls = {"warm_up": found.warm_up, **found.self_checks}
    if bad := [name for name, call in calls.items() if not callable(call)]:
        return f"{bad[0]}, which cannot be called"
    for kind, checker in found.certificates.items():
        if not isinstance(checker, Checker):
            return f"a {type(checker).__name__} for certificates {kind!r}"
    for claim, attack in found.attacks.items():
        if not isinstance(attack, Attack):
            return f"a {type(attack).__name__} for attacks on {claim!r}"
    for benchmark in found.benchmarks:
        if not isinstance(benchmark, Benchmark):
            return f"a {type(benchmark).__name__} among its benchmarks"
    types: list[Any] = [getattr(example, "type", None) for example in found.examples]
    timed = [benchmark.id for benchmark in found.benchmarks]
    for name in (*types, *found.certificates, *timed):
        if not isinstance(name, str) or not name.startswith(f"{key}."):
            return f"the type, kind or id {name!r}, which is not called {key}.NAME"
    for what, names in (("examples of the type", types), ("benchmarks of the id", timed)):
        if twice := [name for name in names if names.count(name) > 1]:
            return f"two {what} {twice[0]!r}"
    return ""


def every_pack(keys: Iterable[str] | None = None) -> Iterator[tuple[Pack, Hooks | InputError]]:
    """Each pack with its hooks, or with why it has none: the packs called ``keys``, or all."""
    for pack in packs.find() if keys is None else map(packs.pack_of, keys):
        try:
            yield pack, hooks_of(pack.key)
        except InputError as error:
            yield pack, error


def warm_up(pack_keys: Iterable[str] | None = None) -> None:
    """Have the packs called ``pack_keys`` (None: every pack) call their compiled functions.

    One whose hooks are broken has none to call. Takes a fraction of a second once compiled, a
    minute before. Raises the first error of a pack, after the others have had their turn.
    """
    failed: list[BaseException] = []
    for _, hooks in every_pack(pack_keys):
        try:
            if isinstance(hooks, Hooks):
                hooks.warm_up()
        except (Exception, SystemExit) as error:
            failed.append(error)
    if failed:
        raise failed[0]


def is_cold(keys: Iterable[str] | None = None) -> bool:
    """Whether the on-disk cache lacks compiled code of the packs (None: of all), to be made."""
    from lcnn_verify.numerics import compiled  # loads Numba, which a pack may not need

    for _ in every_pack(keys):
        pass  # imports their numerics, whose functions are then known
    return not all(map(compiled.is_cached, compiled.dispatchers()))


def without_hooks(keys: Iterable[str] | None = None) -> tuple[Broken, ...]:
    """The packs whose hooks cannot be used, and why, of those called ``keys`` (None: of all)."""
    return tuple(
        Broken(error.argument, f"got {error.got}, wanted {error.wanted}")
        for _, error in every_pack(keys)
        if isinstance(error, InputError)
    )


def judging(target: str) -> Judge:
    """The first pack's way to take the code under test named ``target``.

    Raises ``InputError`` if no pack takes any, and what the only one that does raises.
    """
    for _, hooks in every_pack():
        if isinstance(hooks, Hooks) and hooks.judge is not None:
            hooks.judge.context(target)
            return hooks.judge
    raise InputError("implementation", repr(target), "a pack that judges implementations")


def checker_of(kind: str) -> Checker:
    """What checks certificates of this kind; imports the numerics of the pack that has it only.

    Raises ``InputError`` if no pack checks them, or the one that does cannot be imported.
    """
    key = kind.partition(".")[0]
    if key in {pack.key for pack in packs.find()}:
        try:
            known = hooks_of(key).certificates
        except Exception as error:
            got = f"numerics that cannot be imported: {type(error).__name__}: {error}"
            raise InputError(f"pack {key}", got, f"those that check {kind!r}") from None
        if kind in known:
            return known[kind]
    usable = [hooks for _, hooks in every_pack() if not isinstance(hooks, Exception)]
    kinds = " or ".join(repr(kind) for hooks in usable for kind in hooks.certificates)
    wanted = f"one of kind {kinds}{packs.why_left_out(kind)}"
    raise InputError("FILE", f"a certificate of kind {kind[:60]!r}", wanted)


def example_type(value: Any) -> type[Example] | None:
    """The class of which JSON ``value`` is an example; None for plain data and unknown types."""
    if not isinstance(value, Mapping) or not isinstance(name := value.get("type"), str):
        return None
    key, dot, _ = name.partition(".")
    if not dot or key not in {pack.key for pack in packs.find()}:
        return None
    return next((known for known in hooks_of(key).examples if known.type == name), None)


def unknown_types(value: Any) -> Iterator[str]:
    """What the examples within JSON ``value`` call themselves whose types no pack knows."""
    if isinstance(value, Mapping):
        name = value.get("type")
        if isinstance(name, str) and _TYPE.fullmatch(name) and example_type(value) is None:
            yield name
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from unknown_types(item)


def to_json(value: Any) -> Any:
    """Encode a property's argument: an example, or plain data.

    Floats are kept exactly: JSON numbers written by Python round-trip.
    """
    if hasattr(value, "to_json") and isinstance(name := getattr(type(value), "type", None), str):
        return {"type": name, **to_json(value.to_json())}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "tolist"):  # NumPy arrays and scalars
        return to_json(value.tolist())
    raise TypeError(f"cannot write a {type(value).__name__} to JSON")


def from_json(value: Any) -> Any:
    """Decode what :func:`to_json` wrote. Raises ``ValueError`` or ``KeyError`` on anything else."""
    if (known := example_type(value)) is not None:
        return known.from_json(value)
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
