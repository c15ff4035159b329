"""Distributions of other people as an installation leaves them: metadata beside modules."""

from __future__ import annotations

import importlib
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

from lcnn_verify import packs

TOY = Path(__file__).with_name("toy_pack")


def metadata_of(project: Path, folder: Path) -> None:
    """Write the metadata that installing ``project`` would leave in ``folder``."""
    stated = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    points = stated["entry-points"][packs.ENTRY_POINTS]
    write_metadata(folder, stated["name"], stated["version"], points)


def write_metadata(folder: Path, name: str, version: str, points: Mapping[str, str]) -> None:
    """Write a ``.dist-info`` whose entry points ``points`` offer packs."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    offered = "".join(f"{point} = {path}\n" for point, path in points.items())
    (info / "entry_points.txt").write_text(f"[{packs.ENTRY_POINTS}]\n{offered}")


def write_pack(
    folder: Path,
    key: str,
    names: tuple[str, ...] = ("first",),
    *,
    distribution: str = "",
    version: str = "1.0",
    module: str = "",
    more: str = "",
) -> Path:
    """Write the distribution of a pack of trivial claims, each with a property that holds.

    ``module`` is what the pack's module is called, ``more`` goes into ``Pack(…)``. Names that
    begin with "control." are controls, and their properties fall.
    """
    distribution, module = distribution or f"{key}-pack", module or f"{key}_pack"
    package = folder / module
    package.mkdir(parents=True, exist_ok=True)
    ids = tuple(f"{key}.{name}" for name in names)
    (package / "__init__.py").write_text(
        PACK.format(key=key, ids=ids, name=distribution, more=more)
    )
    for name in names:
        path = package / "properties" / key / Path(*name.split("."))
        path = path.with_name(f"test_{path.name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROPERTY.format(id=f"{key}.{name}", bound=1 - ("control." in name)))
    write_metadata(folder, distribution, version, {key: f"{module}:PACK"})
    return package


PACK = """\
from pathlib import Path
from lcnn_verify.ledger import Claim, Kind, Provenance, Source
from lcnn_verify.packs import Pack

SOURCE = Source("A made-up paper", "page 1")
PACK = Pack(
    key={key!r},
    title="Claims that tests make up",
    source=SOURCE,
    claims=tuple(
        Claim(
            id=name,
            title=f"The claim {{name}}",
            statement="Small numbers are small.",
            kind=Kind.CONTROL if ".control." in name else Kind.UPPER,
            provenance=(Provenance.DERIVED,),
            source=SOURCE,
            refutation="Some are not." if ".control." in name else "",
        )
        for name in {ids!r}
    ),
    properties=Path(__file__).parent / "properties",
    sources=Path(__file__).parent,
    distribution={name!r},
    {more}
)
"""

PROPERTY = """\
from lcnn_verify.evidence import check, verifies

@verifies({id!r})
def test_small():
    check.at_most(0.5, {bound}.0)
"""


@contextmanager
def installed(*folders: Path) -> Iterator[None]:
    """Have this process, and those it starts, find what is in ``folders``."""
    before, path = list(sys.path), os.environ.get("PYTHONPATH")
    known = set(sys.modules)
    sys.path[:0] = map(str, folders)
    os.environ["PYTHONPATH"] = os.pathsep.join([*map(str, folders), *([path] if path else [])])
    _look_again()
    try:
        yield
    finally:
        sys.path[:] = before
        del os.environ["PYTHONPATH"]
        if path is not None:
            os.environ["PYTHONPATH"] = path
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if any(Path(file).is_relative_to(folder) for folder in folders):
                del sys.modules[name]
        _look_again()


def _look_again() -> None:
    importlib.invalidate_caches()
    packs.look_again()
    forkserver._forkserver._stop()  # the next one imports what is there now
