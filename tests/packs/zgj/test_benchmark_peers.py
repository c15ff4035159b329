"""What is timed beside this pack's numerics computes the same, or is seen not to, and is fair."""

from __future__ import annotations

import mpmath
import pytest

from lcnn_verify.benchmarks import measure
from lcnn_verify.packs.zgj import benchmarks, oracle, peers
from lcnn_verify.packs.zgj.oracle import closed_form
from lcnn_verify.packs.zgj.proofs.region import prove

KNOWN = {it.id: it for it in benchmarks.BENCHMARKS}
SMALL, DIGITS = {"m": 4, "r": 2, "d": 3}, {"digits": 40}


@pytest.fixture
def plain(monkeypatch):
    """No framework, and rounds of one call."""
    monkeypatch.setattr(measure, "_ROUND", 0.0)
    for name in ("with_jax", "with_torch"):
        monkeypatch.setattr(peers, name, lambda W, V: None)


def off(part):
    """Numbers off by ``part`` of themselves."""

    def change(found):
        with mpmath.workdps(90):
            return found * (1 + mpmath.mpf(part))

    return change


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("key", "size", "module", "name", "wrong"),
    [
        ("zgj.call", SMALL, peers, "whole", lambda found: (found[0], found[1] * 1.00001)),
        ("zgj.step", SMALL, peers, "whole", lambda found: (found[0], found[1] * 1.00001)),
        ("zgj.enclosure", DIGITS, oracle, "loss", off("1e-30")),
        ("zgj.enclosure-gradient", DIGITS, oracle, "gradient_norm", off("1e-30")),
        ("zgj.double-double", SMALL, closed_form, "_loss", off("1e-14")),
    ],
)
def test_a_peer_that_computes_something_else_is_not_timed(
    monkeypatch, key, size, module, name, wrong
):
    failures = []
    measure.row_of(KNOWN[key], size, 1, failures)
    assert failures == []
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given, **more: wrong(right(*given, **more)))
    measure.row_of(KNOWN[key], size, 1, failures)
    assert [it["reason"] for it in failures] == ["it computes something else than ours does"]


def test_a_step_is_timed_at_large_sizes_without_what_memory_has_no_room_for():
    sizes = KNOWN["zgj.step"].sizes
    assert {"m": 1000, "r": 10, "d": 20} in sizes
    ways = benchmarks.step(**sizes[-1])
    assert sizes[-1] == {"m": 20_000, "r": 2, "d": 2}
    assert [name for name, way in ways.items() if way.run] == ["ours", "sort"]


def test_of_a_region_the_search_is_ours_and_the_check_beside_it(monkeypatch):
    ways = benchmarks.region(1)
    (_, search), (_, check) = ways.items()
    assert search.run() == check.run() == search.units == check.units
    monkeypatch.setattr(prove, "certify", None)
    assert check.run() == check.units
    with pytest.raises(TypeError):
        search.run()


def test_jax_pays_one_asin_and_one_root_an_entry_as_others_do():
    jax = pytest.importorskip("jax")
    from lcnn_verify.packs.zgj.gallery.references.jax_autodiff import _value_and_gradient

    W, V = benchmarks.network(4, 2, 3)
    told = str(jax.make_jaxpr(lambda weights: _value_and_gradient(weights, V, 2))(W))
    assert told.count(" asin ") == 1
    assert "cos" not in told
