"""A source that only rank 0 has, because its devices are there."""

from __future__ import annotations

import asyncio
from typing import Any

from gui_agent.training.distributed.team import Team
from gui_agent.training.source import SampleSource, Supply


class FirstSource:
    """Gives all ranks what rank 0's source gives; the others have None."""

    def __init__(self, source: SampleSource | None, team: Team) -> None:
        self._source, self._team = source, team

    async def next(self, policy_version: int) -> Supply:
        """Raises on all ranks what the source raises."""
        own: Supply | None = None
        error: Exception | None = None
        if self._source is not None:
            try:
                own = await self._source.next(policy_version)
            except Exception as failed:  # noqa: BLE001 - the boundary between ranks: `gather` raises it on all
                error = failed
        supply = (await asyncio.to_thread(self._team.gather, own, error))[0]
        assert supply is not None
        return supply

    def state(self) -> dict[str, Any]:
        """Rank 0's; the others keep none."""
        return {} if self._source is None else self._source.state()

    def restore(self, state: dict[str, Any]) -> None:
        if self._source is not None:
            self._source.restore(state)
