"""Which transitions train and which test: unseen applications, unseen tasks; and none of a kind outweighs the rest."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from gui_agent.transitions.recorded import Recorded

TEST_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`test_apps` show an application of which `train` has no screen; `test_templates` are of tasks that are no part of
    `train`, in applications that are. `again` counts what was left out of them because `train` shows the very same.
    """

    train: tuple[Recorded, ...]
    test_templates: tuple[Recorded, ...]
    test_apps: tuple[Recorded, ...]
    held_out_apps: tuple[str, ...]
    held_out_templates: tuple[str, ...]
    again: int = 0


def split(transitions: Sequence[Recorded], *, seed: int, share: float = TEST_SHARE) -> Parts:
    """Holds out `share` of the applications, then `share` of the templates of what is left, one at least where there
    are two. Which ones depends on their names and `seed` alone, so that runs of the same suite are split alike.

    An application through which more than half of the templates pass, as the home screen, is never held out: nearly
    every task would go with it. A transition that only leads into or out of a held-out application shows it too. A
    transition is dropped from `test_templates` where `train` holds the same screens with the same action, whatever the
    goal.
    """
    templates = {one.template for one in transitions}
    passing: dict[str, set[str]] = defaultdict(set)
    for one in transitions:
        for app in one.apps:
            passing[app].add(one.template)
    rare = [app for app, through in passing.items() if 2 * len(through) <= len(templates)]
    apps = _held_out(rare, len(passing), share, f"{seed}/app")
    unseen = [one for one in transitions if one.apps & apps]
    rest = [one for one in transitions if not one.apps & apps]
    left = {one.template for one in rest}
    held = _held_out(left, len(left), share, f"{seed}/template")
    train = [one for one in rest if one.template not in held]
    known = {_effect(one) for one in train}
    others = [one for one in rest if one.template in held]
    new = [one for one in others if _effect(one) not in known]
    return Parts(
        train=tuple(train),
        test_templates=tuple(new),
        test_apps=tuple(unseen),
        held_out_apps=tuple(sorted(apps)),
        held_out_templates=tuple(sorted(held)),
        again=len(others) - len(new),
    )


def balanced(transitions: Sequence[Recorded], *, seed: int) -> tuple[Recorded, ...]:
    """Each different transition once, and of every application and type of action at most as many as such pairs have on
    average, rounded up: with n transitions in c pairs, ⌈n / c⌉. In the order given; which ones stay follows from
    `seed`. Of pairs that are equally full nothing is dropped.
    """
    once = {one.shown: one for one in reversed(transitions)}
    cells: dict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for one in once.values():
        cells[one.transition.before.app, one.kind].append(one)
    if not cells:
        return ()
    most = ceil(len(once) / len(cells))
    kept = {
        one.origin
        for cell in cells.values()
        for one in sorted(cell, key=lambda member: _draw(f"{seed}/{member.origin}"))[:most]
    }
    return tuple(one for one in transitions if one.origin in kept)


def _held_out(names: Iterable[str], of: int, share: float, salt: str) -> frozenset[str]:
    """`share` of `of` names, drawn from `names`; none where there would be nothing left to train with."""
    drawn = sorted(names, key=lambda name: _draw(f"{salt}/{name}"))
    count = max(1, round(share * of)) if of > 1 and share > 0 else 0
    return frozenset(drawn[: min(count, of - 1)])


def _draw(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "backslashreplace"), digest_size=8).digest()


def _effect(one: Recorded) -> tuple[str, str, str]:
    before, action, _, after = one.shown
    return before, action, after


def spread(transitions: list[Recorded], count: int | None) -> list[Recorded]:
    """`count` of them with even gaps between, from the first on; all where there are no more than that."""
    if count is None or count >= len(transitions):
        return transitions
    return [transitions[at * len(transitions) // count] for at in range(count)]
