from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Self

import pytest

from device_farm.device import Device, DeviceInfo, ShellResult
from device_farm.errors import GuestError, PolicyError, TransportError, VerifierError
from device_farm.types.action import Click, TypeText
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.trajectory import Evidence, ModelTurn, Step
from verifier.agentic.budget import Budget
from verifier.agentic.memory import Memory
from verifier.agentic.thinker import Opinion
from verifier.agentic.verifier import CONFIDENCE, AgenticVerifier
from verifier.case import Case
from verifier.probes.tool import ToolCall
from verifier.probes.toolbox import Toolbox
from verifier.verdict import Cost, outcome_of


def _screen(app: str) -> Observation:
    return Observation(
        sequence=0,
        screen=Size(100, 200),
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app=app),
    )


CASE = Case(
    goal="Do it.",
    platform="android",
    steps=(
        Step(
            index=0,
            observation=_screen("home"),
            action=Click(at=Point(1, 2)),
            turn=ModelTurn(text="raw", thought="I am sure that this is right"),
        ),
        Step(index=1, observation=_screen("notes"), action=TypeText(text="x")),
    ),
    final=_screen("notes"),
    answer="42",
    claimed="success",
    stop="terminated",
)


class _Gone:
    """A scene whose device is gone."""

    @property
    def device(self) -> Device:
        return _Unreachable()  # type: ignore[return-value]

    def fork(self) -> AbstractAsyncContextManager[Device]:
        raise VerifierError("no copy")

    def start(self) -> AbstractAsyncContextManager[Device]:
        raise VerifierError("no copy")


class _Unreachable:
    """Says what a `Device` says whose wire broke: what it is, and nothing else."""

    info = DeviceInfo(id="d", backend="fake", platform="android", screen=Size(100, 200), image="none")

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        raise TransportError("the device is gone")


def _piece(what: str) -> Evidence:
    return Evidence(probe=what, observed="o", expected="e", holds=True)


def opinion(decision: str, confidence: str, what: str = "seen", cost: Cost = Cost(steps=1)) -> Opinion:  # noqa: B008
    return Opinion(decision=decision, confidence=confidence, reason=what, evidence=(_piece(what),), cost=cost)  # type: ignore[arg-type]


@dataclass
class Thoughts:
    """Says at each stage what it is given for it, in order, and notes what it was asked with."""

    said: dict[str, Opinion | Exception]
    asked: list[str] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    before: list[Opinion] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    wait_s: float = 0.0
    name: str = "thoughts"

    async def glance(self, case: Case, memory: Memory) -> Opinion:
        return await self._say("glance", memory)

    async def look_back(self, case: Case, memory: Memory, so_far: Opinion) -> Opinion:
        self.before.append(so_far)
        return await self._say("look_back", memory)

    async def probe(self, case: Case, memory: Memory, so_far: Opinion, tools: Toolbox) -> Opinion:
        self.before.append(so_far)
        self.tools = [spec.name for spec in tools.specs]
        return await self._say("probe", memory)

    async def _say(self, stage: str, memory: Memory) -> Opinion:
        self.asked.append(stage)
        self.memories.append(memory)
        await asyncio.sleep(self.wait_s)
        said = self.said[stage]
        if isinstance(said, Exception):
            raise said
        return said


def _thoughts(*said: Opinion | Exception) -> Thoughts:
    return Thoughts(said=dict(zip(("glance", "look_back", "probe"), said, strict=True)))


LOW, MEDIUM, HIGH = opinion("failure", "low"), opinion("success", "medium"), opinion("success", "high")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ((HIGH, LOW, LOW), ["glance"]),
        ((MEDIUM, HIGH, LOW), ["glance", "look_back"]),
        ((LOW, MEDIUM, HIGH), ["glance", "look_back", "probe"]),
    ],
)
def test_agentic_verifier_stops_at_the_first_high_opinion(said: tuple[Opinion, ...], asked: list[str]) -> None:
    thinker = _thoughts(*said)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, _Gone()))
    assert thinker.asked == asked
    assert (verdict.decision, verdict.confidence) == ("success", 0.95)
    assert len(verdict.evidence) == verdict.cost.steps == len(asked)
    assert verdict.faults == ()


def test_agentic_verifier_goes_on_where_a_stage_is_sure_that_it_does_not_know() -> None:
    unsure = opinion("undecided", "high")
    thinker = _thoughts(unsure, unsure, HIGH)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, _Gone()))
    assert (thinker.asked, verdict.decision) == (["glance", "look_back", "probe"], "success")
    never = asyncio.run(AgenticVerifier(thinker=_thoughts(unsure, unsure, unsure)).verify(CASE, _Gone()))
    assert (never.decision, never.confidence) == ("undecided", 0.0)


@pytest.mark.parametrize(("last", "number"), [("low", 0.5), ("medium", 0.75), ("high", 0.95)])
def test_agentic_verifier_lets_the_last_opinion_stand_with_its_confidence(last: str, number: float) -> None:
    thinker = _thoughts(LOW, MEDIUM, opinion("failure", last, "probed"))
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, _Gone()))
    assert (verdict.decision, verdict.confidence, verdict.reason) == ("failure", number, "probed")
    assert CONFIDENCE[last] == number  # type: ignore[index]
    assert thinker.before == [LOW, MEDIUM]


def test_agentic_verifier_goes_on_after_a_stage_that_broke() -> None:
    thinker = _thoughts(PolicyError("no model"), MEDIUM, HIGH)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, _Gone()))
    assert thinker.asked == ["glance", "look_back", "probe"]
    assert verdict.decision == "success"
    assert verdict.faults == ("PolicyError: glance: no model",)


def test_agentic_verifier_says_what_each_stage_came_to_and_cost() -> None:
    thinker = _thoughts(PolicyError("no model"), opinion("undecided", "medium"), HIGH)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, _Gone()))
    assert [(one.name, one.decision, one.confidence, one.cost.steps) for one in verdict.stages] == [
        ("glance", "undecided", 0.0, 0),
        ("look back", "undecided", 0.0, 1),
        ("probe", "success", 0.95, 1),
    ]
    assert verdict.stages[0].reason == "PolicyError: glance: no model"
    assert sum(one.cost.seconds for one in verdict.stages) == pytest.approx(verdict.cost.seconds)
    cut = asyncio.run(AgenticVerifier(thinker=_thoughts(LOW, LOW, HIGH)).verify(CASE, None))
    assert cut.decision == "undecided" and [one.name for one in cut.stages] == ["glance", "look back"]


@pytest.mark.parametrize("error", [GuestError("gone"), KeyError("bug"), TimeoutError()])
def test_agentic_verifier_that_broke_everywhere_is_undecided_and_names_the_faults(error: Exception) -> None:
    verdict = asyncio.run(AgenticVerifier(thinker=_thoughts(error, error, error)).verify(CASE, _Gone()))
    assert (verdict.decision, verdict.confidence, verdict.evidence) == ("undecided", 0.0, ())
    kind = type(error).__name__
    assert [fault.split(": ")[:2] for fault in verdict.faults] == [
        [kind, "glance"],
        [kind, "look back"],
        [kind, "probe"],
    ]
    assert outcome_of(verdict).kind == "undecided"


@pytest.mark.parametrize("confidence", ["low", "medium"])
def test_agentic_verifier_cut_short_by_a_broken_probe_decides_nothing(confidence: str) -> None:
    before = opinion("failure", confidence)
    verdict = asyncio.run(AgenticVerifier(thinker=_thoughts(before, before, GuestError("x"))).verify(CASE, _Gone()))
    assert (verdict.decision, verdict.reason) == ("undecided", "seen; the stage 'probe' broke")
    assert verdict.faults == ("GuestError: probe: x",)
    told = replace(before, faults=("PolicyError: the server is gone",), broken=True)
    verdict = asyncio.run(AgenticVerifier(thinker=_thoughts(before, told, told)).verify(CASE, _Gone()))
    assert (verdict.decision, len(verdict.faults)) == ("undecided", 2)
    assert outcome_of(verdict).kind == "undecided"


def test_agentic_verifier_with_a_fault_behind_a_low_opinion_decides_nothing() -> None:
    last = replace(LOW, faults=("GuestError: no answer",))
    verdict = asyncio.run(AgenticVerifier(thinker=_thoughts(LOW, LOW, last)).verify(CASE, _Gone()))
    assert (verdict.decision, verdict.faults) == ("undecided", last.faults)


def test_agentic_verifier_without_a_scene_does_not_probe() -> None:
    thinker = _thoughts(LOW, MEDIUM, HIGH)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, None))
    assert (thinker.asked, verdict.decision, verdict.confidence) == (["glance", "look_back"], "success", 0.75)
    low = asyncio.run(AgenticVerifier(thinker=_thoughts(LOW, LOW, HIGH)).verify(CASE, None))
    assert (low.decision, low.reason) == ("undecided", "seen; there is no device to probe")


@pytest.mark.parametrize(
    ("budget", "what"),
    [(Budget(steps=2), "steps"), (Budget(tokens=20), "tokens")],
)
def test_agentic_verifier_stops_over_its_budget_with_what_it_has(budget: Budget, what: str) -> None:
    low = opinion("failure", "low", cost=Cost(steps=1, prompt_tokens=8, completion_tokens=2))
    thinker = _thoughts(low, low, HIGH)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker, budget=budget).verify(CASE, _Gone()))
    assert thinker.asked == ["glance", "look_back"]
    assert (verdict.decision, verdict.reason) == ("undecided", f"seen; the budget of {what} is used up")
    assert (verdict.cost.steps, verdict.cost.prompt_tokens, verdict.cost.completion_tokens) == (2, 16, 4)
    medium = replace(low, confidence="medium")
    verdict = asyncio.run(AgenticVerifier(thinker=_thoughts(low, medium, HIGH), budget=budget).verify(CASE, _Gone()))
    assert (verdict.decision, verdict.confidence) == ("failure", 0.75)


def test_agentic_verifier_ends_a_stage_that_hangs() -> None:
    thinker = replace(_thoughts(HIGH, HIGH, HIGH), wait_s=60.0)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker, budget=Budget(seconds=0.05)).verify(CASE, _Gone()))
    assert thinker.asked == ["glance"]
    assert (verdict.decision, verdict.faults) == ("undecided", ("TimeoutError: glance: no answer in time",))
    assert "seconds" in verdict.reason
    assert verdict.cost.seconds >= 0.05


def test_agentic_verifier_lets_cancellation_out() -> None:
    async def scenario() -> None:
        verifier = AgenticVerifier(thinker=replace(_thoughts(HIGH, HIGH, HIGH), wait_s=60.0))
        task = asyncio.create_task(verifier.verify(CASE, None))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())


@dataclass
class _Counted(Thoughts):
    """Notes what it may still spend at each stage."""

    allowed: list[Budget] = field(default_factory=list)

    def within(self, left: Budget) -> Self:
        self.allowed.append(left)
        return self


def test_agentic_verifier_tells_a_thinker_what_is_left_of_the_budget() -> None:
    spends = opinion("failure", "low", cost=Cost(steps=3, prompt_tokens=5))
    thinker = _Counted(said={"glance": spends, "look_back": spends, "probe": HIGH})
    clock: Callable[[], float] = iter(range(100)).__next__
    budget = Budget(steps=10, tokens=100, seconds=50.0)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker, budget=budget, clock=clock).verify(CASE, _Gone()))
    assert thinker.allowed == [
        Budget(steps=10, tokens=100, seconds=50.0),
        Budget(steps=7, tokens=95, seconds=49.0),
        Budget(steps=4, tokens=90, seconds=48.0),
    ]
    assert verdict.cost == Cost(steps=7, prompt_tokens=10, seconds=3.0)


def test_agentic_verifier_without_stages_goes_straight_to_probing() -> None:
    thinker = _thoughts(HIGH, HIGH, LOW)
    verdict = asyncio.run(AgenticVerifier(thinker=thinker, stages=False).verify(CASE, _Gone()))
    assert (thinker.asked, thinker.before[0].reason) == (["probe"], "")
    assert (verdict.decision, verdict.confidence) == ("failure", 0.5)


def test_agentic_verifier_without_shell_offers_the_screen_only() -> None:
    bare, full = _thoughts(LOW, LOW, HIGH), _thoughts(LOW, LOW, HIGH)
    asyncio.run(AgenticVerifier(thinker=bare, shell=False, gui=False).verify(CASE, _Gone()))
    asyncio.run(AgenticVerifier(thinker=full).verify(CASE, _Gone()))
    assert "shell" in full.tools and "read_file" in full.tools
    assert set(bare.tools) == {"look_back", "ui_tree", "screenshot"}


def test_agentic_verifier_is_undecided_where_the_device_is_gone() -> None:
    class Asks(Thoughts):
        async def probe(self, case: Case, memory: Memory, so_far: Opinion, tools: Toolbox) -> Opinion:
            result = await tools.call(ToolCall(name="shell", arguments={"command": "id"}))
            return replace(so_far, evidence=(result.evidence,), faults=(result.fault,) if result.fault else ())

    thinker = Asks(said={"glance": LOW, "look_back": LOW, "probe": HIGH})
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, _Gone()))
    assert verdict.decision == "undecided"
    assert verdict.faults == ("TransportError: the device is gone",)


def test_agentic_verifier_gives_the_memory_without_the_actors_thoughts_unless_told_otherwise() -> None:
    consolidated, logged = _thoughts(HIGH, HIGH, HIGH), _thoughts(HIGH, HIGH, HIGH)
    asyncio.run(AgenticVerifier(thinker=consolidated).verify(CASE, None))
    asyncio.run(AgenticVerifier(thinker=logged, memory=False).verify(CASE, None))
    with_states, as_logged = consolidated.memories[0], logged.memories[0]
    assert [entry.screen for entry in with_states.entries] == ["home", "notes"]
    assert "sure" not in repr(with_states) and with_states.claimed is None
    assert [entry.said for entry in as_logged.entries] == ["I am sure that this is right", ""]
    assert (as_logged.claimed, {entry.screen for entry in as_logged.entries}) == ("success", {""})
    assert with_states.answer == as_logged.answer == "42"


def test_budget_refuses_less_than_nothing() -> None:
    with pytest.raises(VerifierError, match="tokens"):
        Budget(tokens=-1)
    assert Budget(steps=1, tokens=1, seconds=1.0).left(Cost(steps=5, seconds=2.0)) == Budget(
        steps=0, tokens=1, seconds=0.0
    )
    assert Budget(steps=0).gone == "steps"
