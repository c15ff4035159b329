"""Takes every route through the compiled code, which fills Numba's on-disk cache or loads it."""

from __future__ import annotations

from collections.abc import Iterable

from lcnn_verify.evidence.hooks import Hooks, every_pack


def warm_up(pack_keys: Iterable[str] | None = None) -> None:
    """Have the packs called ``pack_keys`` (None: every pack) call their compiled functions.

    One whose hooks are broken has none to call. Takes a fraction of a second once compiled, a
    minute before. Raises the first error of a pack, after the others have had their turn.
    """
    failed: list[BaseException] = []
    for _, hooks in every_pack(pack_keys):
        try:
            if isinstance(hooks, Hooks):
                hooks.warm_up()
        except (Exception, SystemExit) as error:
            failed.append(error)
    if failed:
        raise failed[0]


def compile_counts() -> tuple[int, int]:
    """How many compiled variants this process loaded from the on-disk cache, and compiled anew."""
    from lcnn_verify.numerics import compiled  # loads Numba, which a pack may not need

    stats = [function.stats for function in compiled.dispatchers()]
    return (
        sum(sum(entry.cache_hits.values()) for entry in stats),
        sum(sum(entry.cache_misses.values()) for entry in stats),
    )


def is_cold() -> bool:
    """Whether the on-disk cache lacks compiled code, so that the first use must compile it."""
    from lcnn_verify.numerics import compiled

    for _ in every_pack():
        pass  # imports the numerics of all packs, whose functions are then known
    return not all(map(compiled.is_cached, compiled.dispatchers()))
