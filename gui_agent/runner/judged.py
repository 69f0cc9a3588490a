"""The verifier of a run, put to the episode runner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from device_farm.client import FarmClient
from device_farm.types.task import Task
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.runner.farm import FarmSource
from gui_agent.verification.hook import CaseOf, Hook, live_case
from gui_agent.verification.loaded import LoadedVerifier

_SECOND_DEVICE_S = 60.0
"""How long a copy waits for a second device; all of them may be at work on episodes."""


@asynccontextmanager
async def opened_hook(
    verifier: LoadedVerifier | None,
    template_of: Callable[[Task], TaskTemplate],
    client: FarmClient,
    *,
    template: str = "",
    case_of: CaseOf = live_case,
) -> AsyncIterator[Hook | None]:
    """What the episode runner asks, None without a verifier. `template` is the pool whose devices copies are made on.

    Raises:
        PolicyError: the verifier's model cannot be opened.
    """
    if verifier is None:
        yield None
        return
    async with (
        verifier.opened() as ready,
        FarmSource(client, template=template, owner="farm-verify-copy", wait_s=_SECOND_DEVICE_S) as copies,
    ):
        yield Hook(ready, template_of, lease=copies.lease, case_of=case_of)
