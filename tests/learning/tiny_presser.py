"""A tabular policy for a device that counts: press, end, or say something that nobody can read. One word, one token.

It sees the count that it is to reach and the one on the screen, trains and serves itself, and can be made to fail.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend, FakeDevice
from device_farm.backends.fake_state import SCREEN
from device_farm.device import Device
from device_farm.errors import DataError, DialectError, PolicyError, VerifierError
from device_farm.types.action import Terminate
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored, Step, Undecided
from gui_agent.benchmarks import ui
from gui_agent.benchmarks.base import Ending, Script, Suite, TaskTemplate
from gui_agent.benchmarks.params import IntParam
from gui_agent.datasets.types import ExpertStep
from gui_agent.history.base import Scene
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ChatPrompt, Message, Prompt, ScreenPrompt, TextPart
from gui_agent.rl.screens import UnreadScreens
from gui_agent.rl.types import TrainSample
from gui_agent.training.learner import Learner
from gui_agent.training.policy import TokenScores

WORDS = (
    '<think>\nmore\n</think>\n<action>\n{"action": "click", "coordinate": [32, 52]}\n</action>',
    '<think>\nenough\n</think>\n<action>\n{"action": "terminate", "status": "success"}\n</action>',
    "hm",
)
PRESS, END, HM = range(3)
COUNTS = 10
DIALECT = dialect_by_name("ui_s1")


class Count(TaskTemplate):
    name = "Count"
    goal = "Press Add until the count is {count}."
    params = {"count": IntParam(1, 3)}  # noqa: RUF012
    max_steps = 6
    time_budget_s = 20.0

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        words = shlex.split((await device.shell("state")).stdout.decode())
        observed, expected = dict(word.split("=", 1) for word in words)["count"], str(task.params["count"])
        holds = observed == expected
        return Scored(
            reward=float(holds),
            evidence=(Evidence(probe="count", observed=observed, expected=expected, holds=holds),),
        )

    def expert(self, task: Task) -> Script:
        for _ in range(int(str(task.params["count"]))):
            yield from ui.tap(text="Add")


SUITE = Suite(name="tiny_presser:SUITE", templates=(Count(),))


def backend(devices: int = 2, drop_after_calls: int = 0, start_failures: int = 0) -> FakeBackend:
    """Fake phones, the first of which is lost for good after so many calls (0: never)."""
    return FailingBackend(FakeConfig(devices=devices, start_failures=start_failures), drop_after_calls)


class FailingBackend(FakeBackend):
    def __init__(self, config: FakeConfig, drop_after_calls: int) -> None:
        super().__init__(config)
        self._drop_after_calls = drop_after_calls

    async def create(self, device_id: str) -> FakeDevice:
        first = not self.devices or device_id == next(iter(self.devices))
        device = await super().create(device_id)
        if first and self._drop_after_calls:
            device.faults.drop_after_calls = self._drop_after_calls
        return device


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """The target and the count on the screen; `screens` asks for a prompt of the other kind."""

    screens: bool = False

    def build(self, scene: Scene) -> Prompt:
        assert scene.tree is not None
        if self.screens:
            done = tuple(turn.action for turn in scene.past if turn.action is not None)
            return ScreenPrompt(goal=scene.goal, screen=scene.screen.size, tree=scene.tree, actions=done)
        target, count = re.findall(r"\d+", scene.goal)[0], count_on(scene.tree)
        return ChatPrompt(messages=(Message.of_text("user", f"{target} {count} {scene.note}"),))


def count_on(tree: Any) -> int:
    stack = list(tree.roots)
    while stack:
        node = stack.pop()
        if node.resource_id.endswith("/count"):
            return min(COUNTS - 1, int(re.findall(r"\d+", node.text)[0]))
        stack.extend(node.children)
    raise DataError("there is no count on the screen", field="prompt")


def cell(prompt: Prompt) -> int:
    """0 for a question about a screen."""
    if isinstance(prompt, ScreenPrompt):
        return int(re.findall(r"\d+", prompt.goal)[0]) * COUNTS + count_on(prompt.tree)
    part = prompt.messages[0].parts[0]
    assert isinstance(part, TextPart)
    asked = re.match(r"(\d+) (\d+)", part.text)
    return int(asked[1]) * COUNTS + int(asked[2]) if asked else 0


class Presser:
    """TrainablePolicy and Model in one. `fault`: what its server does wrong; `delay_s` is how long a reply takes."""

    name = "presser"

    def __init__(self, fault: str = "", delay_s: float = 0.0) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(1)
        self.module = torch.nn.Embedding(4 * COUNTS, len(WORDS))
        torch.nn.init.zeros_(self.module.weight)
        self._fault, self._delay_s = fault, delay_s
        self.calls = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        self.calls += 1
        await asyncio.sleep(self._delay_s)
        match self._fault, self.calls % 5:
            case ("dead", _) | ("flaky", 0):
                raise PolicyError("the server is gone")
            case ("dies", _) if self.calls > 60:
                raise PolicyError("the server is gone")
            case "hangs", 0:
                await asyncio.Event().wait()
        with torch.no_grad():
            logprobs = self.module(torch.tensor([cell(prompt)])).log_softmax(-1)[0]
        if self._fault == "nonsense":
            logprobs = torch.tensor([-40.0, -40.0, 0.0])
        generator = torch.Generator().manual_seed(sampling.seed or 0)
        ids = torch.multinomial(logprobs.exp(), n, replacement=True, generator=generator).tolist()
        return tuple(self._completion(token, float(logprobs[token])) for token in ids)

    def _completion(self, token: int, logprob: float) -> Completion:
        if self._fault == "no tokens":
            return Completion(text=WORDS[token])
        return Completion(text=WORDS[token], token_ids=(token,), logprobs=(logprob,))

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        table = self.module(torch.tensor([cell(sample.prompt) for sample in samples])).log_softmax(-1)
        ids = torch.tensor([sample.response_ids_T[:1].tolist() for sample in samples])
        return TokenScores(logprobs_NT=table.gather(-1, ids), entropies_NT=-(table.exp() * table).sum(-1, keepdim=True))

    def save(self, folder: Path) -> None:
        torch.save(self.module.state_dict(), folder / "presser.pt")


def space(step: ExpertStep) -> CoordinateSpace:
    return CoordinateSpace.exact(step.screen.size)


def encode(prompt: Prompt, reply: str) -> Sequence[int]:
    try:
        action = DIALECT.parse(reply, CoordinateSpace.exact(SCREEN)).action
    except DialectError:
        return (HM,)
    return (END,) if isinstance(action, Terminate) else (PRESS,)


def make(fault: str = "", delay_s: float = 0.0, screens: bool = False) -> Learner:
    presser = Presser(fault, delay_s)
    return Learner(
        policy=presser,
        model=presser,
        builder=Builder(screens=screens),
        dialect=DIALECT,
        space=space,
        screens=UnreadScreens(),
        encode=encode,
        reference=Presser(),
    )


class SecondJudge:
    """A verifier that cannot tell where `undecided` steps were taken, and breaks where `breaks` were."""

    def __init__(self, undecided: int = 0, breaks: int = 0) -> None:
        self._undecided, self._breaks = undecided, breaks

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided:
        if len(steps) == self._breaks:
            raise VerifierError("the judge is away")
        return Undecided(reason="cannot tell") if len(steps) == self._undecided else verdict


class BlindBuilder:
    """Every screen looks the same to it."""

    def build(self, scene: Scene) -> Prompt:
        return ChatPrompt(messages=(Message.of_text("user", "0 0"),))


def make_blind() -> Learner:
    """Acts on any device, and cannot do anything well but end."""
    return replace(make(), builder=BlindBuilder())
