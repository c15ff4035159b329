"""The file a certificate is: JSON that names its kind and version, with a digest of all it says."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lcnn_verify.errors import InputError

VERSION = "1"
MOST_BYTES = 2**27
"""What :func:`read` takes, unpacked: more than 40 million boxes take."""


class Rejected(ValueError):
    """A certificate does not prove what it says; says where."""


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of everything in the document but the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def demand_writable(path: Path) -> None:
    """Make the folder ``path`` goes to, before the work; raises ``OSError`` where it cannot go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    refused = (
        errno.EISDIR if path.is_dir() else 0 if os.access(path.parent, os.W_OK) else errno.EACCES
    )
    if refused:
        raise OSError(refused, os.strerror(refused), str(path))


def write(path: Path, document: dict[str, Any]) -> None:
    """Write the document, with its digest; gzipped if the name ends in ``.gz``."""
    text = json.dumps({**document, "digest": digest(document)}, indent=1, ensure_ascii=False)
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def read(path: Path, kinds: Sequence[str]) -> dict[str, Any]:
    """Read a document back. Raises :class:`InputError` when it is no certificate of ``kinds``."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                data = unpacked.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError("FILE", "too large a file", f"at most {MOST_BYTES:,} bytes, unpacked")
        document = json.loads(data)
    except InputError:
        raise
    except (ValueError, EOFError, OSError, zlib.error, RecursionError) as error:
        raise InputError("FILE", f"no JSON ({error})", "a certificate") from None
    if not isinstance(document, dict) or document.get("certificate") not in kinds:
        wanted = " or ".join(map(repr, kinds))
        raise InputError("FILE", "JSON of another kind", f"a file with certificate: {wanted}")
    if document.get("version") != VERSION:
        raise InputError("FILE", f"version {document.get('version')!r}", f"version {VERSION}")
    return document
