"""The command line, ``lcnn-verify``. Nothing here imports numerics until a command needs them."""

from lcnn_verify.cli.app import main

__all__ = ["main"]
