"""Keeps replies and weight changes apart: a reply is sampled from the weights of one version, first token to last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import torch


class Gate:
    """Replies go through while it is open. Closing waits for those on their way; others wait until it opens again."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._inside = 0
        self._version = 0

    @asynccontextmanager
    async def through(self) -> AsyncIterator[int]:
        """The version of the weights, which stays the same inside."""
        while not self._open.is_set():
            await self._open.wait()
        self._inside += 1
        self._empty.clear()
        try:
            yield self._version
        finally:
            self._inside -= 1
            if self._inside == 0:
                self._empty.set()

    def open(self, version: int) -> None:
        self._version = version
        self._open.set()

    async def close(self) -> None:
        self._open.clear()
        await self._empty.wait()


class Weights(Protocol):
    """How what the trainer learnt reaches what is sampled from."""

    async def publish(self, version: int) -> None:
        """Sampling goes on with the weights of `version`; the trainer is not at work meanwhile."""
        ...

    async def hold(self) -> None:
        """Called before the trainer changes its weights."""
        ...


class SharedWeights:
    """The trainer's own module samples: it takes no more memory, but no reply is sampled during an update."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def publish(self, version: int) -> None:
        self._gate.open(version)

    async def hold(self) -> None:
        await self._gate.close()


class PublishedWeights:
    """Others sample, to whom `publish` brings a version; they go on while the trainer updates."""

    def __init__(self, gate: Gate, publish: Callable[[int], Awaitable[dict[str, float]]]) -> None:
        self._gate = gate
        self._publish = publish

    async def publish(self, version: int) -> None:
        """Raises what the learner's own does; the gate stays closed then."""
        await self._gate.close()
        await self._publish(version)
        self._gate.open(version)

    async def hold(self) -> None:
        return


class CopiedWeights:
    """A second module of the same shape samples, and goes on while the trainer updates.

    All weights are copied once, and later those that are trained.
    """

    def __init__(self, gate: Gate, trained: torch.nn.Module, sampling: torch.nn.Module) -> None:
        self._gate = gate
        self._trained = trained
        self._sampling = sampling
        self._alike = False

    async def publish(self, version: int) -> None:
        await self._gate.close()
        await asyncio.to_thread(self._copy)
        self._gate.open(version)

    async def hold(self) -> None:
        return

    def _copy(self) -> None:
        weights, buffers = dict(self._sampling.named_parameters()), dict(self._sampling.named_buffers())
        with torch.no_grad():
            for name, weight in self._trained.named_parameters():
                if weight.requires_grad or not self._alike:
                    weights[name].copy_(weight)
            for name, buffer in self._trained.named_buffers():
                buffers[name].copy_(buffer)
        self._alike = True
        self._sampling.eval()
