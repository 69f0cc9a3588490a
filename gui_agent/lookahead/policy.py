"""Any policy with foresight: it decides, outcomes of that action and of others are imagined, the best one is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import TypeAlias

from device_farm.device import Device, DeviceInfo
from device_farm.errors import BackendError, DataError, PolicyError, TransportError
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import Platform, Task
from gui_agent.lookahead.proposing import SessionProposer
from gui_agent.lookahead.record import step_lookahead
from gui_agent.policies.base import Decision, DeviceSpoiledError, Policy, PolicySession
from gui_agent.policies.wrapped import Corrigible, WrappedPolicy
from world_model.imagination.lookahead import Imagination
from world_model.imagination.ports import Chooser
from world_model.imagination.types import Lookahead, Settings, blind
from world_model.predictors.base import Predictor
from world_model.sketch.observed import sketch_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What one episode looks ahead with."""

    predictor: Predictor
    chooser: Chooser


ForesightOf: TypeAlias = Callable[[Device | None, str, Platform], Awaitable[Foresight]]
"""For an episode with this goal on a device that is about to begin; None where there is no device. Raises PolicyError
where it needs one.
"""


class LookaheadSession:
    """One episode. The wrapped session's failures stay the policy's; those of imagining never end the episode, unless
    they spoilt the device.
    """

    def __init__(
        self,
        session: PolicySession,
        foresight: Foresight,
        settings: Settings,
        goal: str,
        platform: Platform,
    ) -> None:
        self._session = session
        self._predictor = foresight.predictor
        self._imagination = Imagination(foresight.predictor, SessionProposer(session), foresight.chooser, settings)
        self._goal = goal
        self._platform: Platform = platform

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        """Raises what the wrapped session raises, and DeviceSpoiledError."""
        decision = await self._session.decide(observation, refused=refused)
        if decision.action is None:
            return decision
        ahead = await self._looked_ahead(observation, decision.action)
        if ahead.chosen != decision.action and isinstance(self._session, Corrigible):
            why = ahead.choice.why if ahead.choice is not None else ""
            self._session.corrected(ahead.chosen, why or "what it leads to is worth more")
        return replace(decision, action=ahead.chosen, lookahead=step_lookahead(self._predictor.name, ahead))

    async def _looked_ahead(self, observation: Observation, reactive: Action) -> Lookahead:
        try:
            now = sketch_of(observation)
        except DataError as error:
            return blind(reactive, f"{type(error).__name__}: {error}")
        try:
            return await self._imagination.decide(now, reactive, self._goal, self._platform)
        except (BackendError, TransportError) as error:
            raise DeviceSpoiledError(error.message, field=error.field, fix=error.fix) from error
        except Exception as error:  # noqa: BLE001 - the boundary: recorded, and the episode goes on without foresight
            return blind(reactive, f"{type(error).__name__}: {str(error) or repr(error)}", reason="broken")

    async def close(self) -> None:
        await self._session.close()


class LookaheadPolicy(WrappedPolicy):
    """`policy` with foresight; `models` are those that predictor and chooser ask."""

    def __init__(
        self,
        policy: Policy,
        foresight_of: ForesightOf,
        settings: Settings | None = None,
        *,
        models: Sequence[AbstractAsyncContextManager[object]] = (),
    ) -> None:
        super().__init__(policy, "lookahead", models)
        self._foresight_of = foresight_of
        self._settings = settings or Settings()

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> LookaheadSession:
        """Raises PolicyError where the predictor needs the device itself."""
        return await self._started(None, task, info, attempt)

    async def start_on(self, device: Device, task: Task, *, attempt: int = 1) -> LookaheadSession:
        return await self._started(device, task, device.info, attempt)

    async def _started(self, device: Device | None, task: Task, info: DeviceInfo, attempt: int) -> LookaheadSession:
        foresight = await self._foresight_of(device, task.goal, info.platform)
        session = await self._policy.start(task, info, attempt=attempt)
        return LookaheadSession(session, foresight, self._settings, task.goal, info.platform)


def needs_device(device: Device | None) -> Device:
    """`device`, where there is one. Raises PolicyError."""
    if device is None:
        fix = "run episodes on devices, or look ahead with copy or model"
        raise PolicyError("an oracle needs the device itself", field="lookahead", fix=fix)
    return device
