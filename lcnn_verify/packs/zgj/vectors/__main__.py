"""``python -m lcnn_verify.packs.zgj.vectors [FILE]``: write the file of vectors afresh.

For maintainers: after the catalogue has changed, run this and raise ``VECTORS_VERSION``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from lcnn_verify.packs.zgj.vectors.catalogue import catalogue
from lcnn_verify.packs.zgj.vectors.confirmation import in_processes
from lcnn_verify.packs.zgj.vectors.document import assemble, dumps, encode
from lcnn_verify.packs.zgj.vectors.vector import VECTORS


def main(arguments: Sequence[str], jobs: int = 2) -> None:
    """Write the file named first, the one that ships by default. Takes two minutes."""
    target = Path(arguments[0]) if arguments else VECTORS
    cases = in_processes(encode, catalogue(), jobs)
    target.write_text(dumps(assemble(cases)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
