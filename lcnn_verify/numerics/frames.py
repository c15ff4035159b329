"""Columns as a pandas ``DataFrame``, where pandas is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def frame(columns: Mapping[str, Any], index: str | None = None) -> Any:
    """A ``DataFrame`` of the ``columns``, the one named ``index`` as its index.

    Raises ``ImportError``, in one line, where pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        what = "to_frame() needs pandas: pip install 'lcnn-verify[pandas]'"
        raise ImportError(what, name="pandas") from None
    made = pandas.DataFrame(dict(columns))
    return made if index is None else made.set_index(index)
