"""Leaves out tasks that pass with nothing done: whatever an agent did there would count as a success."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from device_farm.client import FarmClient
from gui_agent.composition import Plan
from gui_agent.runner.episode import Limits
from gui_agent.runner.events import Listener
from gui_agent.runner.queue import Assignment
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from gui_agent.verification.audit import try_untouched

_TRIED = "task_tried_untouched"


def known_rejections(reader: RunReader) -> dict[str, str]:
    """Task to why it was left out, as the run folder's events tell it; "" for one that may stay."""
    events = [event for event in reader.events() if event.get("event") == _TRIED]
    return {str(event["task"]): str(event["reason"]) for event in events}


async def reject_satisfied(
    plan: Plan, left: Sequence[Assignment], client: FarmClient, writer: RunWriter, listeners: Sequence[Listener]
) -> dict[str, str]:
    """Tries every task that is left with an agent that does nothing; task to why it is to be left out.

    What was found out goes into the folder's events, so that a resumed run does not try again. A task that breaks
    while it is tried is kept: its own attempts will tell.

    Raises:
        CapacityError, TransportError: the farm gives no devices.
        StorageError: the disk is full.
    """
    known = known_rejections(RunReader(writer.layout.root))
    config = plan.config
    tasks = [entry.task for entry in left if entry.task.id not in known]
    if tasks:
        found = await try_untouched(
            tasks,
            plan.template_of,
            client,
            plan.workers,
            verifier=plan.verifier,
            template=config.farm.template,
            limits=Limits(set_up_s=config.limits.set_up_s, evaluate_s=config.limits.evaluate_s),
            listeners=listeners,
        )
        for one in found:
            known[one.task.id] = one.reason
            writer.event(_TRIED, task=one.task.id, reason=one.reason)
    return rejected(known)


def rejected(known: Mapping[str, str]) -> dict[str, str]:
    """Only those with a reason."""
    return {task: why for task, why in known.items() if why}
