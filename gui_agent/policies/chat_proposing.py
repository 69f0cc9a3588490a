"""What else a language model might do on a screen, and what it would do on imagined ones: its own replies, sampled."""

from __future__ import annotations

import asyncio
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from device_farm.errors import DialectError, PolicyError
from device_farm.types.action import Action
from device_farm.types.action_text import action_text
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point
from gui_agent.history.base import PastTurn, Scene
from gui_agent.models.base import Completion, Model, Sampling
from gui_agent.models.prompt import ImagePart
from gui_agent.policies.chat_settings import ChatSettings
from gui_agent.policies.images import screen_image
from gui_agent.policies.pointer import pointer_after
from world_model.imagination.distinct import meaning
from world_model.imagination.types import Proposal, View
from world_model.imagined.drawing import screenshot_of
from world_model.imagined.dressing import dressed
from world_model.predictors.base import Spent
from world_model.sketch.sketch import Sketch
from world_model.sketch.tree import tree_of

TEMPERATURE: Final = 1.0
"""At which alternatives are sampled where the policy itself is greedy or colder: a greedy model has only one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the model stands, in truth or in imagination: what it is shown, and where its pointer is."""

    scene: Scene
    pointer: Point | None


class ChatProposer:
    """The alternatives of one decision. `scene` is what it was made on, with the pointer as it stood before it."""

    def __init__(
        self, model: Model, settings: ChatSettings, scene: Scene, pointer: Point | None, sampling: Sampling
    ) -> None:
        self._model = model
        self._settings = settings
        self._sampling = sampling
        self._places: dict[tuple[Action, ...], _Place] = {(): _Place(scene=scene, pointer=pointer)}

    async def propose(self, view: View, count: int) -> Proposal:
        """`count` replies, sampled; one alone as the policy samples. Those that do not parse are left out.

        An action's probability is the share of the readable replies that mean it, as coarse as 1 / `count` and at the
        temperature of the sampling; one reply alone says nothing about it.

        Raises:
            PolicyError: the model failed; or nobody proposed on the screen before.
        """
        place = await self._place(view)
        settings = self._settings
        space = replace(settings.builder.space(place.scene), pointer=place.pointer)
        replies = await self._model.generate(
            settings.prompts.build(place.scene), self._sampled(view.path, count), n=count
        )
        actions = _by_votes(_actions(replies, settings.dialect, space), view.sketch)
        logprobs = (-math.log(len(actions)),) * len(actions) if actions and count > 1 else ()
        return Proposal(actions=actions, logprobs=logprobs, spent=_spent(replies))

    def _sampled(self, path: tuple[Action, ...], count: int) -> Sampling:
        """With a seed of its own for every path, so that it does not repeat the reply that was decided on."""
        own = self._sampling
        heat = own.temperature if count == 1 else max(own.temperature, TEMPERATURE)
        seed = own.seed if own.seed is None else zlib.crc32(f"{own.seed}/{path}".encode()) % 2**31
        return replace(own, temperature=heat, seed=seed, logprobs=False)

    async def _place(self, view: View) -> _Place:
        known = self._places.get(view.path)
        if known is not None:
            return known
        before = self._places.get(view.path[:-1])
        if before is None:
            raise PolicyError("there is no screen to propose on", fix="propose on the screens before it first")
        place = await self._behind(before, view.path[-1], view)
        self._places[view.path] = place
        return place

    async def _behind(self, before: _Place, action: Action, view: View) -> _Place:
        """The place that `view` imagines, with `action` in the past as if the model had said it."""
        scene, settings = before.scene, self._settings
        space = replace(settings.builder.space(scene), pointer=before.pointer)
        turn = PastTurn(screen=scene.screen, reply=_said(action, settings.builder.dialect, space), action=action)
        tree = view.tree
        if tree is None:
            real = scene.tree
            tree = tree_of(view.sketch, view.platform) if real is None else dressed(view.sketch, real, view.platform)
        seen = replace(
            scene,
            past=(*scene.past, replace(turn, note=scene.note)),
            screen=scene.screen if settings.sees_elements else await self._drawn(view.sketch),
            note="",
            tree=tree,
            native=view.sketch.screen,
        )
        return _Place(scene=seen, pointer=pointer_after(action, before.pointer))

    async def _drawn(self, sketch: Sketch) -> ImagePart:
        settings = self._settings
        size = settings.image_size(sketch.screen)
        return await asyncio.to_thread(lambda: screen_image(screenshot_of(sketch), size, settings.image_format))


def _said(action: Action, dialect: Dialect, space: CoordinateSpace) -> str:
    try:
        return dialect.format(action, "", space)
    except DialectError:
        return action_text(action, None)


def _actions(replies: Sequence[Completion], dialect: Dialect, space: CoordinateSpace) -> list[Action]:
    found: list[Action] = []
    for reply in replies:
        try:
            found.append(dialect.parse(reply.text, space).action)
        except DialectError:
            continue
    return found


def _by_votes(actions: Sequence[Action], sketch: Sketch) -> tuple[Action, ...]:
    """Those that mean what most of them mean first; each as often as it was said."""
    votes = Counter(meaning(action, sketch) for action in actions)
    first = {means: at for at, means in enumerate(votes)}
    return tuple(sorted(actions, key=lambda one: (-votes[meaning(one, sketch)], first[meaning(one, sketch)])))


def _spent(replies: Sequence[Completion]) -> Spent:
    """The prompt is read once for all of them."""
    return Spent(
        ms=max((reply.latency_ms for reply in replies), default=0.0),
        prompt_tokens=max((reply.prompt_tokens or 0 for reply in replies), default=0),
        completion_tokens=sum(reply.completion_tokens or len(reply.token_ids) for reply in replies),
    )
