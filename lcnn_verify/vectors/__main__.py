"""``python -m lcnn_verify.vectors [FILE]``: write the file of vectors afresh from the catalogue.

For maintainers: after the catalogue has changed, run this and raise ``VECTORS_VERSION``.
"""

import sys
from pathlib import Path

from lcnn_verify.vectors.catalogue import catalogue
from lcnn_verify.vectors.confirmation import in_processes
from lcnn_verify.vectors.document import assemble, dumps, encode
from lcnn_verify.vectors.vector import VECTORS

if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS
    cases = in_processes(encode, catalogue(), jobs=2)
    target.write_text(dumps(assemble(cases)), encoding="utf-8")
