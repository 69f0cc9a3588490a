"""Which tasks were solved at the first try, and which took several (UItron, arXiv 2508.21767).

    one:        the first try succeeded                            what a policy can do already: to be imitated
    several:    the first try failed and a later one succeeded     what is in reach: for reinforcement learning

Of each such task the first success is taken; tasks that no try solved are in neither. A try is a trajectory; those of
one task share their id up to the mark `~GROUP.NUMBER` that online training puts behind it, and were made in that order.
Assumes tries that succeed or fail: what nobody judged is not among them. Degenerate: a task with a single try is in
`one` or nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from gui_agent.datasets.types import Trajectory

Tries: TypeAlias = Literal["all", "one", "several"]
_MARK = re.compile(r"(?P<task>.*)~(?P<group>\d+)\.(?P<number>\d+)", re.DOTALL)


def by_tries(trajectories: Sequence[Trajectory], tries: Tries) -> list[Trajectory]:
    """The first success of each task of the kind, in the order in which tasks come; `all` leaves out nothing."""
    if tries == "all":
        return list(trajectories)
    by_task: dict[str, list[tuple[tuple[int, int], Trajectory]]] = {}
    for one in trajectories:
        task, order = _place(one.id)
        by_task.setdefault(task, []).append((order, one))
    kept = []
    for made in by_task.values():
        ordered = [one for _, one in sorted(made, key=lambda pair: pair[0])]
        success = next((at for at, one in enumerate(ordered) if one.success), None)
        if success is not None and (success == 0) == (tries == "one"):
            kept.append(ordered[success])
    return kept


def _place(trajectory_id: str) -> tuple[str, tuple[int, int]]:
    """The task, and which of its tries it is."""
    found = _MARK.fullmatch(trajectory_id)
    if found is None:
        return trajectory_id, (0, 0)
    return found["task"], (int(found["group"]), int(found["number"]))
