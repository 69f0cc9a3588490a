"""The order in which groups are begun and trained on, and what keeps weights and replies apart."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="torch is not installed")

from device_farm.errors import PolicyError
from device_farm.types.trajectory import Scored, Undecided
from gui_agent.benchmarks.base import Ending
from gui_agent.matching.base import Match
from gui_agent.models.base import Completion
from gui_agent.models.prompt import ChatPrompt
from gui_agent.rl.types import Group, Rollout, RolloutStep
from gui_agent.training.online.curriculum import Rounds, SuccessRate, weights
from gui_agent.training.online.gate import CopiedWeights, Gate, PublishedWeights
from gui_agent.training.online.ledger import Ledger, age, window
from gui_agent.training.online.scorers import Claim, Unanimous


def rollout(*versions: int) -> Rollout:
    match = Match(format=True, type=False, exact=False)
    steps = tuple(
        RolloutStep(
            index=index,
            prompt=ChatPrompt(messages=()),
            completion=Completion(text=""),
            action=None,
            match=match,
            reward=0.0,
            policy_version=version,
        )
        for index, version in enumerate(versions)
    )
    return Rollout(task_id="t", steps=steps, end="finished")


def trained_in_order(seconds: list[int], tasks: int, max_staleness: int, devices: int) -> list[tuple[int, int, int]]:
    """A farm and a trainer that need no time themselves: (group, version when it was begun, version that took it).

    Group k is one rollout that takes `seconds[k]`; an update takes `tasks` groups.
    """
    ledger = Ledger(size=1, ahead=window(tasks, max_staleness))
    begun_at: dict[int, int] = {}
    waiting: list[int] = []
    playing: list[tuple[int, int]] = []
    taken: list[tuple[int, int, int]] = []
    now, version = 0, 0
    while len(taken) + tasks <= len(seconds):
        waiting.extend(ledger.admit())
        while waiting and len(playing) < devices:
            number = waiting.pop(0)
            begun_at[number] = version
            heapq.heappush(playing, (now + seconds[number % len(seconds)], number))
        if ledger.ready():
            taken.append((ledger.taken, begun_at[ledger.taken], version))
            ledger.take()
            if len(taken) % tasks == 0:
                version += 1
                ledger.update()
            continue
        now, number = heapq.heappop(playing)
        ledger.land(number, 0, rollout(begun_at[number]))
    return taken


@settings(deadline=None, max_examples=200)
@given(
    seconds=st.lists(st.integers(1, 100), min_size=4, max_size=60),
    tasks=st.integers(1, 4),
    max_staleness=st.integers(0, 3),
    devices=st.integers(1, 9),
)
def test_groups_are_trained_in_the_order_of_their_start_and_none_gets_too_old(
    seconds: list[int], tasks: int, max_staleness: int, devices: int
) -> None:
    taken = trained_in_order(seconds, tasks, max_staleness, devices)
    assert [number for number, _, _ in taken] == list(range(len(taken)))
    assert all(version - begun <= max_staleness for _, begun, version in taken)


def test_long_episodes_are_trained_on_as_often_as_they_are_begun() -> None:
    seconds = [50 if number % 4 == 0 else 1 for number in range(80)]
    taken = trained_in_order(seconds, tasks=2, max_staleness=1, devices=4)
    assert sum(seconds[number] == 50 for number, _, _ in taken[:40]) == 10
    # What a trainer gets that takes whatever is over first, all groups begun at once on four devices:
    by_finish = sorted(range(80), key=lambda number: number // 4 + seconds[number])
    assert sum(seconds[number] == 50 for number in by_finish[:40]) == 0


def test_ledger_waits_for_the_group_in_front() -> None:
    ledger = Ledger(size=2, ahead=3)
    assert list(ledger.admit()) == [0, 1, 2] and list(ledger.admit()) == []
    for number, index in ((1, 1), (1, 0), (0, 1)):
        ledger.land(number, index, rollout(number))
    assert not ledger.ready() and ledger.waiting() == 3
    with pytest.raises(ValueError, match="group 0 is not whole"):
        ledger.take()
    ledger.land(0, 0, rollout(7))
    assert [age(one, 9) for one in ledger.take().rollouts] == [2, 9]
    assert list(ledger.admit()) == [] and list(ledger.admit(wanted=3)) == [3]
    ledger.update()
    assert list(ledger.admit()) == [] and ledger.ready()
    ledger.take()
    assert list(ledger.admit(wanted=4)) == [4, 5]


def test_no_rollout_lands_twice_or_in_a_group_that_is_over() -> None:
    ledger = Ledger(size=1, ahead=2)
    ledger.admit()
    ledger.land(0, 0, rollout())
    with pytest.raises(ValueError, match="over already"):
        ledger.land(0, 0, rollout())
    ledger.take()
    for number, index in ((0, 0), (2, 0), (1, 1)):
        with pytest.raises(ValueError, match="not on its way"):
            ledger.land(number, index, rollout())


def test_resumed_ledger_begins_with_the_first_group_that_was_not_trained_on() -> None:
    ledger = Ledger(size=1, ahead=2)
    ledger.go_on_from(5)
    assert list(ledger.admit()) == [5, 6]


def test_age_is_that_of_the_oldest_step() -> None:
    assert age(rollout(3, 4, 5), 6) == 3
    assert age(rollout(), 6) == 0


def test_every_task_comes_up_once_before_any_comes_again() -> None:
    numbers = [Rounds(5, seed=3).task(number) for number in range(10)]
    assert sorted(numbers[:5]) == sorted(numbers[5:]) == [0, 1, 2, 3, 4]
    assert numbers == [Rounds(5, seed=3).task(number) for number in range(10)]


def test_gate_closes_behind_replies_on_their_way_and_holds_up_the_others() -> None:
    async def scenario() -> list[str]:
        gate, said = Gate(), list[str]()

        async def reply(name: str, seconds: float) -> None:
            async with gate.through() as version:
                await asyncio.sleep(seconds)
                said.append(f"{name} of version {version}")

        gate.open(1)
        first = asyncio.create_task(reply("first", 0.05))
        await asyncio.sleep(0)
        second_closed = asyncio.create_task(gate.close())
        await asyncio.sleep(0)
        second = asyncio.create_task(reply("second", 0))
        await second_closed
        said.append("closed")
        gate.open(2)
        await asyncio.gather(first, second)
        return said

    assert asyncio.run(scenario()) == ["first of version 1", "closed", "second of version 2"]


def test_gate_opens_after_a_reply_that_failed() -> None:
    async def scenario() -> None:
        gate = Gate()
        gate.open(0)
        with pytest.raises(RuntimeError):
            async with gate.through():
                raise RuntimeError
        async with asyncio.timeout(1):
            await gate.close()

    asyncio.run(scenario())


def test_copied_weights_are_those_of_the_trainer_when_they_are_published() -> None:
    import torch

    trained, sampling = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    trained.bias.requires_grad_(False)
    sampling.train()

    async def scenario() -> None:
        weights = CopiedWeights(Gate(), trained, sampling)
        await weights.publish(0)
        assert torch.equal(trained.weight, sampling.weight) and torch.equal(trained.bias, sampling.bias)
        assert not sampling.training
        with torch.no_grad():
            trained.weight.add_(1)
        await weights.hold()
        assert not torch.equal(trained.weight, sampling.weight)
        await weights.publish(1)
        assert torch.equal(trained.weight, sampling.weight)

    asyncio.run(scenario())


def outcomes(*rewards: float) -> Group:
    scored = replace(rollout(0), outcome_reward=0.0)
    return Group(task_id="t", rollouts=tuple(replace(scored, outcome_reward=reward) for reward in rewards))


def test_curriculum_weighs_tasks_by_the_variance_of_their_outcome() -> None:
    # Templates of one task each: (0+1)/(8+2) = 0.1, (4+1)/(8+2) = 0.5, (8+1)/(8+2) = 0.9, and 0.5 untried; so the tasks
    # have (0 + 4·0.1)/12 = 1/30, (4 + 4·0.5)/12 = 1/2, (8 + 4·0.9)/12 = 29/30 and 1/2.
    found = weights([0, 4, 8, 0], [8, 8, 8, 0], list("abcd"))
    outer = 29 / 900 + 0.02
    assert found.tolist() == pytest.approx([outer, 0.25 + 0.02, outer, 0.25 + 0.02])


def test_curriculum_knows_untried_tasks_by_their_template() -> None:
    # Of the template (4+1)/(4+2) = 5/6; of the task that was tried (4 + 4·5/6)/8 = 11/12.
    found = weights([4, 0, 0], [4, 0, 0], ["a", "a", "b"])
    assert found.tolist() == pytest.approx([11 / 144 + 0.02, 5 / 36 + 0.02, 0.25 + 0.02])


def test_curriculum_tries_a_task_of_every_template_first() -> None:
    order = SuccessRate(["a", "b", "a", "a", "c"], seed=1)
    first = [order.task(number) for number in range(3)]
    assert sorted({"a": 0, "b": 1, "c": 4}.values()) == sorted(0 if task in (2, 3) else task for task in first)


def test_curriculum_then_tries_what_is_sometimes_solved() -> None:
    order = SuccessRate(list("abc"), seed=0)
    assert sorted(order.task(number) for number in range(3)) == [0, 1, 2]
    for _ in range(20):
        order.told(0, outcomes(0, 0, 0, 0))
        order.told(1, outcomes(1, 0, 1, 0))
        order.told(2, outcomes(1, 1, 1, 1))
    # Fading by 0.8 a group of four, 20 verdicts count.
    chances = weights([0, 10, 20], [20, 20, 20], list("abc"))
    drawn = [order.task(number) for number in range(3, 2003)]
    assert drawn.count(1) / 2000 == pytest.approx(chances[1] / chances.sum(), abs=0.03)
    assert 0 < drawn.count(0) < drawn.count(1) / 2 and 0 < drawn.count(2) < drawn.count(1) / 2
    again = SuccessRate(list("abc"), seed=0)
    again.restore(order.state())
    assert [again.task(number) for number in range(3, 2003)] == drawn


def test_curriculum_learns_nothing_from_rollouts_without_a_verdict() -> None:
    order = SuccessRate(["a"], seed=0)
    order.told(0, Group(task_id="t", rollouts=(replace(rollout(0), end="undecided"),)))
    assert order.state() == {"verdicts": [0.0], "successes": [0.0]}


class Says:
    def __init__(self, verdict: Scored | Undecided) -> None:
        self._verdict = verdict

    async def judge(self, *asked: Any) -> Scored | Undecided:
        return self._verdict


@pytest.mark.parametrize(
    ("verdict", "others", "claimed", "expected"),
    [
        (Scored(reward=1.0), [Scored(reward=1.0)], "success", Scored(reward=1.0)),
        (Scored(reward=0.0), [Scored(reward=0.5)], None, Scored(reward=0.0)),
        (Scored(reward=1.0), [Scored(reward=0.0)], "success", "2 of 3 scorers call it a success"),
        (Scored(reward=1.0), [Scored(reward=1.0)], "failure", "2 of 3 scorers call it a success"),
        (Scored(reward=1.0), [Undecided(reason="blurred")], "success", "a scorer cannot tell: blurred"),
        (Undecided(reason="no file"), [Scored(reward=1.0)], "success", "a scorer cannot tell: no file"),
    ],
)
def test_scorers_must_be_unanimous(verdict: Any, others: list[Any], claimed: Any, expected: Any) -> None:
    judge = Unanimous([*map(Says, others), Claim()])
    ending = Ending(answer=None, claimed=claimed, stop="terminated")
    nothing: Any = None
    said = asyncio.run(judge.judge(nothing, nothing, (), ending, verdict))
    assert (said.reason if isinstance(said, Undecided) else said) == expected


def test_published_weights_change_between_replies_and_none_is_sampled_where_they_did_not_arrive() -> None:
    async def scenario() -> list[str]:
        gate, said = Gate(), list[str]()

        async def publish(version: int) -> dict[str, float]:
            said.append(f"publish {version}")
            await asyncio.sleep(0.02)
            if version == 2:
                raise PolicyError("no server takes it")
            said.append(f"there {version}")
            return {}

        async def reply(seconds: float) -> None:
            async with gate.through() as version:
                await asyncio.sleep(seconds)
                said.append(f"reply of {version}")

        published = PublishedWeights(gate, publish)
        await published.publish(0)
        on_its_way = asyncio.create_task(reply(0.05))
        await asyncio.sleep(0)
        await published.hold()
        update = asyncio.create_task(published.publish(1))
        await asyncio.sleep(0)
        await asyncio.gather(on_its_way, asyncio.create_task(reply(0)), update)
        with pytest.raises(PolicyError):
            await published.publish(2)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reply(0)
        return said

    expected = ["publish 0", "there 0", "reply of 0", "publish 1", "there 1", "reply of 1", "publish 2"]
    assert asyncio.run(scenario()) == expected
