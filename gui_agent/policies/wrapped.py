"""What policies around another policy share: its life, and how it learns that something else was done."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from device_farm.types.action import Action
from gui_agent.policies.base import Policy


@runtime_checkable
class Corrigible(Protocol):
    """A session that keeps its own past, and can be told that another action was carried out than it wanted."""

    def corrected(self, action: Action, why: str) -> None: ...


class WrappedPolicy:
    """Base of policies around `policy`. The name is that one's with `+suffix`, the dialect that one's.

    `models` are those that the wrapper asks; they are entered with the policy.
    """

    def __init__(self, policy: Policy, suffix: str, models: Sequence[AbstractAsyncContextManager[object]]) -> None:
        self._policy = policy
        self._suffix = suffix
        self._models = tuple(models)
        self._open = AsyncExitStack()

    @property
    def name(self) -> str:
        return f"{self._policy.name}+{self._suffix}"

    @property
    def dialect(self) -> str:
        return self._policy.dialect

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for model in self._models:
                await stack.enter_async_context(model)
            await stack.enter_async_context(self._policy)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, trace)
