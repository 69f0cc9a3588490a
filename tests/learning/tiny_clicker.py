"""A policy of a few hundred parameters that answers a screen with one of four clicks; one click is one token.

It trains and serves itself, so recipes run on it from end to end in seconds.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch

from device_farm.errors import DataError, PolicyError
from device_farm.types.action import Click
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Size
from gui_agent.datasets.types import ExpertStep
from gui_agent.history.base import Scene
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ChatPrompt, Message, Prompt, TextPart
from gui_agent.rl.screens import UnreadScreens
from gui_agent.rl.types import TrainSample
from gui_agent.training.learner import Learner
from gui_agent.training.policy import TokenScores

SIDE = 100
CELLS = list(itertools.product((25, 75), (25, 75)))
SCREENS = 16
DIALECT = dialect_by_name("ui_s1")


def space(step: ExpertStep) -> CoordinateSpace:
    return CoordinateSpace.exact(Size(SIDE, SIDE))


class Builder:
    """The screen's number, and how many turns there were before it."""

    def build(self, scene: Scene) -> Prompt:
        return ChatPrompt(messages=(Message.of_text("user", f"{Path(scene.screen.digest).stem} {len(scene.past)}"),))


def screen_of(prompt: Prompt) -> int:
    assert isinstance(prompt, ChatPrompt)
    part = prompt.messages[0].parts[0]
    assert isinstance(part, TextPart)
    number = int(part.text.split()[0])
    if number >= SCREENS:
        raise DataError(f"screen {number} is unknown", field="prompt")
    return number


class Clicker:
    """TrainablePolicy and Model in one. `fault`: what its server does wrong."""

    name = "clicker"

    def __init__(self, fault: str = "") -> None:
        # A second thread only costs time on tensors of this size.
        torch.set_num_threads(1)
        torch.manual_seed(1)
        self.module = torch.nn.Sequential(torch.nn.Embedding(SCREENS, 12), torch.nn.Linear(12, len(CELLS)))
        self._fault = fault

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        if self._fault == "dead":
            raise PolicyError("the server is gone")
        with torch.no_grad():
            logprobs = self.module(torch.tensor([screen_of(prompt)])).log_softmax(-1)[0]
        generator = torch.Generator().manual_seed(sampling.seed or 0)
        ids = torch.multinomial(logprobs.exp(), n, replacement=True, generator=generator).tolist()
        return tuple(self._completion(token, float(logprobs[token])) for token in ids)

    def _completion(self, token: int, logprob: float) -> Completion:
        text = reply_of(token)
        if self._fault == "no tokens":
            return Completion(text=text)
        return Completion(text=text, token_ids=(token,), logprobs=(logprob,))

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        table = self.module(torch.tensor([screen_of(sample.prompt) for sample in samples])).log_softmax(-1)
        ids = torch.tensor([sample.response_ids_T[:1].tolist() for sample in samples])
        return TokenScores(logprobs_NT=table.gather(-1, ids), entropies_NT=-(table.exp() * table).sum(-1, keepdim=True))

    def save(self, folder: Path) -> None:
        torch.save(self.module.state_dict(), folder / "clicker.pt")


def reply_of(token: int) -> str:
    action = json.dumps({"action": "click", "coordinate": list(CELLS[token])})
    return f"<think>\nhere\n</think>\n<action>\n{action}\n</action>"


def encode(prompt: Prompt, reply: str) -> Sequence[int]:
    screen_of(prompt)
    action = DIALECT.parse(reply, CoordinateSpace.exact(Size(SIDE, SIDE))).action
    if not isinstance(action, Click):
        raise DataError("only clicks have a token", field="action")
    return (CELLS.index((action.at.x, action.at.y)),)


def make(fault: str = "", reference: bool = True) -> Learner:
    clicker = Clicker(fault)
    return Learner(
        policy=clicker,
        model=clicker,
        builder=Builder(),
        dialect=DIALECT,
        space=space,
        screens=UnreadScreens(),
        encode=encode,
        reference=Clicker() if reference else None,
    )


def step_line(screen: int, token: int | None = None) -> dict[str, Any]:
    """A demonstrated click; without a token something that has none."""
    content: dict[str, Any] = {"action": "wait", "time": 1}
    if token is not None:
        content = {"action": "click", "coordinate": list(CELLS[token])}
    return {"action_content": content, "screenshot": f"{screen}.png", "thought": "here"}


def write_tasks(path: Path) -> Path:
    """Five tasks of three screens each."""
    tasks = [
        {"goal": f"task {task}", "steps": [step_line(task * 3 + step, (task + step) % 4) for step in range(3)]}
        for task in range(5)
    ]
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return path
