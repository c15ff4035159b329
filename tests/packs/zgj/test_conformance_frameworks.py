"""PyTorch and JAX need no glue: their arrays go in and out, at the precision they compute in."""

from __future__ import annotations

import importlib
import importlib.util
import textwrap

import numpy as np
import pytest

from lcnn_verify import InputError
from lcnn_verify.packs.zgj.conformance.faults import Fault, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.run import conform

W = np.array([[1.0, 2.0, 0.1], [3.0, 4.0, -0.3]])
V = np.array([[1.0, 1.0, 0.7]])

TORCH = """
import torch
arrays = {arrays}
dtype = {dtype}
def loss(W, V):
    assert isinstance(W, torch.Tensor)
    return (W ** 2).sum()
def loss_and_gradient(W, V):
    W = W.clone().requires_grad_()
    value = loss(W, V)
    return value, torch.autograd.grad(value, W)[0].requires_grad_()
class Mutates:
    def loss(self, W, V):
        W += 1.0
        return W.sum()
class Half:
    def gradient(self, W, V):
        return W.bfloat16()
class Hungry:
    arrays = "torch"
    def loss(self, W, V):
        return torch.ones(2**40).sum()
class Threads:
    arrays = "torch"
    def loss(self, W, V):
        return torch.get_num_threads()
class Numbers:
    def loss(self, W, V):
        return float(torch.as_tensor(W).sum())
class Declared(Numbers):
    dtype = torch.float32
class Broken:
    def loss(self, W, V):
        raise ValueError("always")
class Dies:
    def loss(self, W, V):
        import os
        os._exit(1)
"""

JAX = """
import jax
import jax.numpy as jnp
{extra}
THIRD = jnp.asarray(1.0) / 3.0
def loss(W, V):
    return (W ** 2).sum() * THIRD
value_and_grad = jax.jit(jax.value_and_grad(loss))
def loss_and_gradient(W, V):
    return value_and_grad(W, V)
class Half:
    def gradient(self, W, V):
        return W.astype("bfloat16")
class Floats:
    def loss(self, W, V):
        return float(loss(jnp.asarray(W), V))
class Hoards:
    arrays = "jax"
    def loss(self, W, V):
        hoard = []
        while True:
            hoard.append(jnp.zeros((1000, 1000)) + W[0, 0])
class Bystander:
    def loss(self, W, V):
        return float((W ** 2).sum())
class Host:
    arrays = "numpy"
    dtype = "float64"
    def gradient(self, W, V):
        return jnp.asarray(W)
"""


@pytest.fixture
def torch_file(tmp_path):
    pytest.importorskip("torch", reason="PyTorch is optional")

    def write(arrays="None", dtype="None"):
        file = tmp_path / "torched.py"
        file.write_text(TORCH.format(arrays=arrays, dtype=dtype))
        return file

    return write


@pytest.fixture
def jax_file(tmp_path):
    jax = pytest.importorskip("jax", reason="JAX is optional")
    wide = jax.config.jax_enable_x64  # a reference that another test loaded wants float64
    jax.config.update("jax_enable_x64", False)

    def write(extra=""):
        file = tmp_path / "jaxed.py"
        file.write_text(JAX.format(extra=extra))
        return file

    yield write
    jax.config.update("jax_enable_x64", wide)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_pytorch_needs_no_glue(torch_file, dtype):
    file = torch_file(dtype="torch." + dtype)
    with open_implementation(str(file)) as implementation:
        declared = implementation.declaration
        assert (declared.arrays, declared.dtype) == ("torch", dtype)
        rounded = W.astype(dtype).astype(np.float64)
        loss, gradient = implementation.call("loss_and_gradient", W, V)
        assert loss == pytest.approx((rounded**2).sum(), rel=1e-6)
        assert np.array_equal(gradient, 2.0 * rounded)
        assert implementation.call("loss", W, V) == loss
        with pytest.raises(InputError, match="layout: got 'F', wanted 'C', for arrays of torch"):
            implementation.call("loss", W, V, layout="F")


def test_pytorch_faults(torch_file):
    file = torch_file()
    for name, kind, detail in (
        ("Mutates", Fault.MUTATED, "W[0, 0] changed from 1.0 to 2.0 (6 entries changed)"),
        ("Half", Fault.DTYPE, "gradient: got dtype bfloat16"),
        ("Hungry", Fault.MEMORY, "can't allocate memory"),
        ("Broken", Fault.EXCEPTION, "ValueError: always"),
        ("Dies", Fault.EXIT, "exit code 1"),
    ):
        with open_implementation(f"{file}:{name}") as implementation:
            (operation,) = implementation.declaration.offers
            with pytest.raises(Misbehaviour) as caught:
                implementation.call(operation, W, V)
        assert caught.value.kind is kind
        assert detail in caught.value.detail
        if name != "Mutates":  # which works on NumPy arrays as well
            assert implementation.declaration.arrays == "torch"
    with open_implementation(f"{file}:Threads") as implementation:
        assert implementation.call("loss", W, V) == 1.0
    with open_implementation(f"{file}:Numbers") as implementation:
        assert implementation.declaration.arrays == "numpy"


def test_a_declared_dtype_is_not_asked_about(torch_file):
    with open_implementation(f"{torch_file()}:Declared") as implementation:
        assert implementation.declaration.arrays == "numpy"
        assert implementation.declaration.dtype == "float32"


def test_pytorch_in_this_process(torch_file):
    with open_implementation(str(torch_file()), isolate=False) as implementation:
        assert implementation.declaration.arrays == "torch"
        assert implementation.call("loss", W, V) == pytest.approx((W**2).sum())


def test_plain_jax_is_float32(jax_file):
    with open_implementation(str(jax_file())) as implementation:
        assert implementation.declaration.arrays == "jax"
        assert implementation.declaration.dtype == "float32"
        rounded = W.astype(np.float32).astype(np.float64)
        loss, gradient = implementation.call("loss_and_gradient", W, V)
        assert loss == pytest.approx((rounded**2).sum() / 3.0, rel=1e-6)
        assert np.allclose(gradient, 2.0 * rounded / 3.0, rtol=1e-6)


@pytest.mark.parametrize(
    "extra",
    ["dtype = 'float64'", "dtype = jnp.float64", "jax.config.update('jax_enable_x64', True)"],
)
def test_jax_computes_in_float64_from_the_start_when_that_is_declared(jax_file, extra):
    with open_implementation(str(jax_file(extra))) as implementation:
        assert implementation.declaration.arrays == "jax"
        assert implementation.declaration.dtype == "float64"
        loss, gradient = implementation.call("loss_and_gradient", W, V)
        assert loss == pytest.approx((W**2).sum() / 3.0, rel=1e-14)
        assert np.allclose(gradient, 2.0 * W / 3.0, rtol=1e-14, atol=0.0)


def test_jax_faults(jax_file):
    file = jax_file()
    with (
        open_implementation(f"{file}:Half") as implementation,
        pytest.raises(Misbehaviour, match="got dtype bfloat16, wanted float32"),
    ):
        implementation.call("gradient", W, V)
    with (
        open_implementation(
            f"{file}:Hoards", limits=Limits(memory_gigabytes=0.5)
        ) as implementation,
        pytest.raises(Misbehaviour, match="RESOURCE_EXHAUSTED") as caught,
    ):
        implementation.call("loss", W, V)
    assert caught.value.kind is Fault.MEMORY
    with open_implementation(f"{file}:Host") as implementation:
        assert np.array_equal(implementation.call("gradient", W, V), W)


def test_what_only_sees_float32_through_jax_is_a_float32_implementation(jax_file):
    file = jax_file()
    rounded = W.astype(np.float32).astype(np.float64)
    for isolate in (True, False):
        with open_implementation(f"{file}:Floats", isolate=isolate) as implementation:
            declared = implementation.declaration
            assert (declared.arrays, declared.dtype) == ("numpy", "float32")
            expected = pytest.approx((rounded**2).sum() / 3.0, rel=1e-6)
            assert implementation.call("loss", W, V) == expected
        with open_implementation(f"{file}:Bystander", isolate=isolate) as implementation:
            declared = implementation.declaration
            assert (declared.arrays, declared.dtype) == ("numpy", "float64")


def test_jax_in_this_process_keeps_its_precision(jax_file):
    jax = importlib.import_module("jax")
    assert not jax.config.jax_enable_x64
    with open_implementation(str(jax_file()), isolate=False) as implementation:
        assert implementation.declaration.dtype == "float32"
        implementation.call("loss_and_gradient", W, V)
    with pytest.raises(InputError, match="dtype: got 'float64' while JAX computes in float32"):
        open_implementation(str(jax_file("dtype = 'float64'")), isolate=False)


PROGRAMS = {
    "jax": """
        import jax, jax.numpy as jnp

        dtype, arrays = "float64", "jax"

        def loss(W, V):
            rows = jnp.concatenate((W, V))
            norms = jnp.sqrt(jnp.sum(rows**2, axis=1))
            units = rows / norms[:, None]
            rho = jnp.clip(units @ units.T, -1.0, 1.0)
            kernel = 2 / jnp.pi * (jnp.sqrt(1 - rho**2) + rho * jnp.arcsin(rho))
            charges = jnp.where(jnp.arange(len(rows)) < len(W), 1.0, -1.0) * norms**2
            return 0.5 * charges @ kernel @ charges

        gradient = jax.grad(loss)
        """,
    "torch": """
        import math, torch

        arrays = "torch"

        def loss(W, V):
            rows = torch.cat((W, V))
            norms = rows.norm(dim=1)
            units = rows / norms[:, None]
            rho = (units @ units.T).clamp(-1.0, 1.0)
            kernel = 2 / math.pi * (torch.sqrt(1 - rho**2) + rho * torch.asin(rho))
            charges = torch.where(torch.arange(len(rows)) < len(W), 1.0, -1.0) * norms**2
            return 0.5 * charges @ kernel @ charges

        def gradient(W, V):
            W = W.clone().requires_grad_()
            return torch.autograd.grad(loss(W, V), W)[0]
        """,
}


@pytest.mark.parametrize("framework", PROGRAMS)
def test_autograd_through_the_diagonal_is_named(framework, tmp_path):
    if importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    program = tmp_path / "plain.py"
    program.write_text(textwrap.dedent(PROGRAMS[framework]))
    # JAX compiles each shape anew, seconds for each check.
    checks = ("gradient-values", "degenerate")[: 1 if framework == "jax" else 2]
    report = conform(str(program), checks=checks, jobs=2, out=tmp_path / "out")
    assert report.exit_code == 1
    for entry in report.data["claims"]:
        assert "only the diagonal, ρ_ii = 1, is special" in entry["reason"], entry["reason"]
        assert "differentiating √(1 − ρ²) there gives 0·∞" in entry["reason"]
    page = (tmp_path / "out" / "index.html").read_text()
    assert "returned a value that is not finite" in page
    assert "where only the diagonal" in page
