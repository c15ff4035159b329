"""``python -m lcnn_verify.packs.zgj.vectors [FILE]``: write the file of vectors afresh.

For maintainers. The file is its own catalogue: every case holds the explicit parameters it is built
from, chosen one by one, nothing drawn, and the header what flags, tolerances and routes are. A new
case is a line with ``id`` (topic, label, model), ``comment`` (why it is there), ``source``,
``model``, ``parameters`` and those ``flags`` that arrays do not show; this program derives the
rest. Raise ``vectors_version`` with it.
"""

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lcnn_verify.packs.zgj.vectors.document import assemble, dumps, encode, in_processes
from lcnn_verify.packs.zgj.vectors.vector import VECTORS


def main(arguments: Sequence[str], jobs: int = 2) -> None:
    """Write the file named first, the one that ships by default. Takes two minutes."""
    target = Path(arguments[0]) if arguments else VECTORS
    written = json.loads(target.read_text(encoding="utf-8"))
    work = partial(encode, meanings=written["flags"])
    cases = in_processes(work, written["cases"], jobs)
    target.write_text(dumps(assemble(written, cases)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
