"""Every figure of every pack: axes with units, and the line its claim draws."""

import importlib.util
from pathlib import Path

import pytest

from lcnn_verify import packs
from lcnn_verify.evidence.figures import Axis, Figure, Kind


def sources():
    """The modules that make a figure: a pack's own, and its properties."""
    for pack in packs.find():
        for folder in (pack.sources, pack.properties / pack.key):
            for path in sorted(Path(folder).rglob("*.py")):
                if " = Figure(" in path.read_text():
                    yield pytest.param(path, id=f"{pack.key}/{path.name}")


@pytest.mark.parametrize("path", [*sources()])
def test_a_figure_has_units_on_its_axes_and_the_claims_line(path):
    spec = importlib.util.spec_from_file_location(f"_figures_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [value for value in vars(module).values() if isinstance(value, Figure)]
    assert found
    for figure in found:
        if figure.kind is not Kind.TABLE:
            assert all(isinstance(axis, Axis) and axis.unit for axis in (figure.x, figure.y))
        if figure.kind not in (Kind.TABLE, Kind.MAP):  # the lines on a map are series
            assert figure.bound or figure.lines, f"{figure.title}: where is what is claimed?"
