"""``lcnn-verify new-pack``: a small pack that runs, to be made into one's own."""

from __future__ import annotations

import importlib.util
import keyword
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify import packs
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import WHERE, folder, option
from lcnn_verify.cli.streams import tell
from lcnn_verify.errors import InputError

TEMPLATE = Path(__file__).parent.parent / "scaffold"
"""The pack as it is written, under the name ``mypaper``."""
_MODEL = "mypaper"


def new_pack(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The pack's key, and its package's name.")
    ],
    out: Annotated[
        Path | None,
        option(
            WHERE, "DIR", "Where to; an empty folder or a new one. Default: NAME.", parser=folder
        ),
    ] = None,
) -> int:
    """Write a small pack that runs: one claim, one control, their properties and numerics, a test.

    It is a distribution of its own, which `pip install -e DIR` makes known to lcnn-verify.

    Examples:
    lcnn-verify new-pack mypaper
    lcnn-verify new-pack mypaper --out ~/packs/mypaper
    """
    _demand_free(name)
    target = (out or Path(name)).expanduser()
    try:
        write(name, target)
    except OSError as error:
        got = f"{error.filename or target} ({error.strerror or error})"
        raise InputError("out", got, "a folder with room to write") from None
    tell(f"written to {target}; next:")
    tell(f"pip install -e {target}")
    print(f"lcnn-verify run --claims {name}")
    return ExitCode.AS_WANTED


def write(name: str, target: Path) -> None:
    """Write the pack ``name`` into the folder ``target``, all of it or nothing.

    Raises ``InputError`` for a ``target`` that is there and not an empty folder, and ``OSError``.
    """
    if target.exists() or target.is_symlink():
        flaw = "not empty" if target.is_dir() else "not a folder"
        if flaw == "not a folder" or any(target.iterdir()):
            raise InputError("out", f"{target}, which is {flaw}", "a new or an empty folder")
    target = target.resolve()
    known = next(place for place in target.parents if place.exists())
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=known) as scratch:
        place = Path(scratch, target.relative_to(known))
        for file in sorted(TEMPLATE.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                named = file.relative_to(TEMPLATE).as_posix().replace(_MODEL, name)
                path = place / (".gitignore" if named == "gitignore" else named)
                path.parent.mkdir(parents=True, exist_ok=True)
                text = file.read_text(encoding="utf-8").replace(_MODEL, name)
                path.write_text(text, encoding="utf-8")
        if target.exists():
            for child in place.iterdir():
                child.rename(target / child.name)
        else:
            first = target.relative_to(known).parts[0]
            Path(scratch, first).rename(known / first)


def _demand_free(name: str) -> None:
    """Raise ``InputError`` unless ``name`` can be a key and a package, and is neither yet."""
    if not packs.KEY.fullmatch(name) or keyword.iskeyword(name) or name == "tests":
        wanted = "a-z, 0-9 and _, a letter first, and neither a word of Python's nor 'tests'"
        raise InputError("name", repr(name), wanted)
    if name in {pack.key for pack in packs.find()}:
        raise InputError("name", repr(name), "a name no pack has: one of that name is there")
    module = importlib.util.find_spec(name)
    if module and module.origin:  # else there is but a folder of that name
        raise InputError("name", repr(name), "a name no module has: one of that name is there")
