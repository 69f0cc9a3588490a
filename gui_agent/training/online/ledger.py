"""Which groups are begun and which are trained on: in the order of their start, so that short ones push none aside.

Groups are numbered as they are begun. The trainer takes them by number; a group that is not whole yet is waited for,
and nothing behind it is taken before it. While an update of version v gathers its groups and is computed, at most
`ahead` groups are begun, counted from the first that it takes; more only where it needs more itself.

    With tasks groups an update and ahead = tasks · (max_staleness + 1), a group that was begun under version v is taken
    by the update of version v + max_staleness, however long it lasts: that many updates take all that is in front.

So no group is too old, and none is dropped, whatever the lengths of its episodes: fast groups wait for slow ones, not
the other way round. With a larger `ahead` devices idle less, and old groups are dropped and counted. Assumes that every
update takes `tasks` groups or more. Degenerate: `max_staleness` 0 begins the groups of an update when it is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gui_agent.rl.types import Group, Rollout


def window(tasks: int, max_staleness: int) -> int:
    """The largest `ahead` under which no group can be too old."""
    return tasks * (max_staleness + 1)


@dataclass(slots=True, kw_only=True)
class Ledger:
    """`size` rollouts a group. `taken` groups were handed to the trainer, `begun` were begun; both count from 0."""

    size: int
    ahead: int
    taken: int = 0
    begun: int = 0
    _first: int = 0
    _landed: dict[int, dict[int, Rollout]] = field(default_factory=dict)

    def update(self) -> None:
        """An update begins to gather its groups."""
        self._first = self.taken

    def admit(self, wanted: int = 0) -> range:
        """The numbers of the groups that may be begun now; they count as begun. The update wants `wanted` groups."""
        numbers = range(self.begun, max(self.begun, self._first + self.ahead, self.taken + wanted))
        self.begun = numbers.stop
        return numbers

    def land(self, number: int, index: int, rollout: Rollout) -> None:
        """Rollout `index` of group `number` is over. Raises ValueError where it was before, or was never begun."""
        if not self.taken <= number < self.begun or not 0 <= index < self.size:
            raise ValueError(f"rollout {index} of group {number} is not on its way")
        landed = self._landed.setdefault(number, {})
        if index in landed:
            raise ValueError(f"rollout {index} of group {number} is over already")
        landed[index] = rollout

    def ready(self) -> bool:
        """Whether the next group is whole."""
        return len(self._landed.get(self.taken, ())) == self.size

    def waiting(self) -> int:
        """Rollouts that are over and not taken."""
        return sum(len(landed) for landed in self._landed.values())

    def take(self) -> Group:
        """The next group. Raises ValueError where it is not whole."""
        if not self.ready():
            raise ValueError(f"group {self.taken} is not whole")
        landed = self._landed.pop(self.taken)
        self.taken += 1
        rollouts = tuple(landed[index] for index in range(self.size))
        return Group(task_id=rollouts[0].task_id, rollouts=rollouts)

    def go_on_from(self, taken: int) -> None:
        """As if the first `taken` groups were taken, and none behind them begun."""
        self.taken = self.begun = self._first = taken
        self._landed.clear()


def age(rollout: Rollout, version: int) -> int:
    """How many versions the oldest of its steps is behind; 0 without steps."""
    versions = [step.policy_version for step in rollout.steps if step.policy_version is not None]
    return max((version - one for one in versions), default=0)
