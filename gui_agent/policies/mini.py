"""The miniature as an embedded policy: a learnt agent of a few hundred thousand weights, computed with numpy."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from device_farm.device import DeviceInfo
from device_farm.errors import ConfigError, DataError, PolicyError
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn
from gui_agent.miniature.dialect import text_of
from gui_agent.miniature.features import items_of
from gui_agent.miniature.forward import Forward
from gui_agent.miniature.kinds import decode, thought_of
from gui_agent.miniature.weight_file import SHIPPED, read_weights
from gui_agent.models.prompt import ScreenPrompt
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession
from world_model.imagination.types import Proposal, View
from world_model.imagined.dressing import dressed


class MiniSession(LocalSession):
    """Greedy, on its own history."""

    def __init__(self, forward: Forward, goal: str, *, history: bool) -> None:
        self._forward = forward
        self._goal = goal
        self._history = history
        self._actions: tuple[Action, ...] = ()
        self._thoughts: tuple[str, ...] = ()
        self._seen: ScreenPrompt | None = None

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        """Raises PolicyError where the device gives no UI tree."""
        begun_s = time.perf_counter()
        if observation.ui_tree is None:
            raise PolicyError("the miniature needs the UI tree", field="ui_tree", fix="use a device that gives one")
        prompt = ScreenPrompt(
            goal=self._goal,
            screen=observation.screen,
            tree=observation.ui_tree,
            actions=self._actions,
            thoughts=self._thoughts,
        )
        try:
            choices = self._forward.choose(items_of(prompt))
        except DataError as error:
            raise PolicyError(error.message, field=error.field) from error
        spoken = decode(choices.ids, prompt)
        self._seen = prompt
        if self._history:
            self._actions += (spoken.action,)
            self._thoughts += (spoken.thought,)
        turn = ModelTurn(
            text=text_of(spoken, prompt),
            thought=spoken.thought,
            latency_ms=(time.perf_counter() - begun_s) * 1000,
            completion_tokens=len(choices.ids),
            token_ids=choices.ids,
            logprobs=choices.logprobs,
        )
        return Decision(action=spoken.action, turn=turn)

    async def propose(self, view: View, count: int) -> Proposal:
        """Its likeliest actions, on the screen that it decided on last or on an imagined one behind it.

        Raises PolicyError where nothing was decided yet, or a screen cannot be read.
        """
        seen = self._seen
        if seen is None:
            raise PolicyError("there is no screen to propose on", fix="decide first")
        prompt = seen
        if view.path:
            past = (*self._actions[:-1], *view.path) if self._history else ()
            thoughts = (*self._thoughts[:-1], *(thought_of(action, seen) for action in view.path)) if past else ()
            tree = view.tree or dressed(view.sketch, seen.tree, view.platform)
            prompt = replace(seen, screen=view.sketch.screen, tree=tree, actions=past, thoughts=thoughts)
        try:
            found = self._forward.likeliest(items_of(prompt), count)
        except DataError as error:
            raise PolicyError(error.message, field=error.field) from error
        return Proposal(
            actions=tuple(decode(ids, prompt).action for ids, _ in found),
            logprobs=tuple(logprob for _, logprob in found),
        )

    def corrected(self, action: Action, why: str) -> None:
        """Its own past tells what was carried out, not what it wanted; in the words that it would have had for it."""
        if self._actions and self._seen is not None:
            self._actions = (*self._actions[:-1], action)
            self._thoughts = (*self._thoughts[:-1], thought_of(action, self._seen))


class MiniPolicy(LocalPolicy):
    """`weights` is a file or folder of a training run, "" the weights that the package brings along."""

    name = "mini"
    dialect = "mini"

    def __init__(self, weights: str = "", *, history: bool = True) -> None:
        """Raises ConfigError where the weights cannot be read."""
        try:
            shape, arrays = read_weights(Path(weights) if weights else SHIPPED)
        except DataError as error:
            raise ConfigError(error.message, field="policy.weights", fix=error.fix) from error
        self._forward = Forward(shape=shape, weights=arrays)
        self._history = history

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> MiniSession:
        return MiniSession(self._forward, task.goal, history=self._history)
