"""The commands this pack adds to ``lcnn-verify``. Imports no numerics."""

from __future__ import annotations

import typer

from lcnn_verify.packs.zgj.commands.conform import conform
from lcnn_verify.packs.zgj.commands.gallery import gallery
from lcnn_verify.packs.zgj.commands.vectors import vectors

commands = typer.Typer()
for _command in (conform, gallery):
    commands.command()(_command)
commands.add_typer(vectors)
