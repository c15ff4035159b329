"""The commands this pack adds to ``lcnn-verify``. Imports no numerics."""
