"""Code that does not come back with an answer, or comes back with something else."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, NumpyDirect


class Hangs(NumpyDirect):
    """A loop that never ends."""

    def loss(self, W: Array, V: Array) -> Any:
        while True:
            time.sleep(0.01)


class HangsSometimes(NumpyDirect):
    """An iteration that does not converge when two students are equal."""

    def gradient(self, W: Array, V: Array) -> Array:
        while len(np.unique(W, axis=0)) < len(W):
            time.sleep(0.01)
        return super().gradient(W, V)


class Segfaults(NumpyDirect):
    """A null pointer is read."""

    def loss(self, W: Array, V: Array) -> Any:
        return ctypes.string_at(0)


class Exits(NumpyDirect):
    """The process is ended with exit code 0."""

    def gradient(self, W: Array, V: Array) -> Array:
        os._exit(0)


class RaisesSystemExit(NumpyDirect):
    """sys.exit where an exception was meant, when there are more teachers than students."""

    def loss(self, W: Array, V: Array) -> Any:
        if len(V) > len(W):
            sys.exit("wanted m >= r")
        return super().loss(W, V)


class EatsMemory(NumpyDirect):
    """Ten gigabytes are allocated and filled."""

    def loss(self, W: Array, V: Array) -> Any:
        np.ones(10 * 2**30 // 8)
        return super().loss(W, V)


class LeaksMemory(NumpyDirect):
    """Every call keeps another 64 megabytes."""

    def __init__(self) -> None:
        self._kept: list[Array] = []

    def gradient(self, W: Array, V: Array) -> Array:
        self._kept.append(np.ones(2**23))
        return super().gradient(W, V)


class Floods(NumpyDirect):
    """Every call prints two megabytes."""

    def loss(self, W: Array, V: Array) -> Any:
        print("pair sums: " + "0.0 " * 500_000)
        return super().loss(W, V)


class RefusesOddTeachers(NumpyDirect):
    """An odd number of teachers past one raises."""

    def loss(self, W: Array, V: Array) -> Any:
        if len(V) % 2 and len(V) > 1:
            raise ValueError(f"r = {len(V)}, wanted an even number")
        return super().loss(W, V)


class WrongDtype(NumpyDirect):
    """The gradient comes in float32 though float64 is declared."""

    def gradient(self, W: Array, V: Array) -> Array:
        return super().gradient(W, V).astype(np.float32)


class FlatGradient(NumpyDirect):
    """The gradient comes as one long vector."""

    def gradient(self, W: Array, V: Array) -> Array:
        return super().gradient(W, V).ravel()


class InfiniteWhenWide(NumpyDirect):
    """With more students than 30 the loss is infinite."""

    def loss(self, W: Array, V: Array) -> Any:
        return np.float64(np.inf) if len(W) > 30 else super().loss(W, V)


class ReturnsNothing(NumpyDirect):
    """The gradient is computed and not returned."""

    def gradient(self, W: Array, V: Array) -> Any:
        super().gradient(W, V)
