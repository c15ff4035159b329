"""Theory vectors: inputs and 40-digit values that a program in any language can be held to.

``load()`` gives them to Python; ``vector`` writes them for other languages, ``judge`` holds results
to them, ``document`` derives each value once more by two routes. A case says why it is there.
"""

from __future__ import annotations

from lcnn_verify.packs.zgj.vectors.vector import Vector, load

__all__ = ["Vector", "load"]
