"""The commands this pack adds."""

from __future__ import annotations

import typer

from lcnn_verify.packs.zgj.commands.certify_options import certify
from lcnn_verify.packs.zgj.commands.conform import conform
from lcnn_verify.packs.zgj.commands.gallery import gallery
from lcnn_verify.packs.zgj.commands.vectors import vectors

commands = typer.Typer()
for _command in (certify, conform, gallery):
    commands.command()(_command)
commands.add_typer(vectors)
