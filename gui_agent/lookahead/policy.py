"""Any policy with foresight: it decides, outcomes of that action and of others are imagined, the best one is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeAlias

from device_farm.device import Device, DeviceInfo
from device_farm.errors import BackendError, DataError, PolicyError, TransportError
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import Platform, Task
from gui_agent.critic.policy import Corrigible
from gui_agent.lookahead.proposing import SessionProposer
from gui_agent.lookahead.record import step_lookahead
from gui_agent.policies.base import Decision, DeviceSpoiledError, Policy, PolicySession
from world_model.imagination.lookahead import Imagination
from world_model.imagination.ports import Chooser
from world_model.imagination.types import Lookahead, Settings, blind
from world_model.predictors.base import Predictor
from world_model.sketch.observed import sketch_of

PredictorOf: TypeAlias = Callable[[Device | None], Predictor]
"""The predictor for an episode on a device; None where there is no device. Raises PolicyError where it needs one."""


class LookaheadSession:
    """One episode. The wrapped session's failures stay the policy's; those of imagining never end the episode, unless
    they spoilt the device.
    """

    def __init__(
        self,
        session: PolicySession,
        predictor: Predictor,
        chooser: Chooser,
        settings: Settings,
        goal: str,
        platform: Platform,
    ) -> None:
        self._session = session
        self._predictor = predictor
        self._imagination = Imagination(predictor, SessionProposer(session), chooser, settings)
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


class LookaheadPolicy:
    """`policy` with foresight. Its name is the wrapped one's with `+lookahead`, its dialect the wrapped one's.

    `models` are those that predictor and chooser ask; they are entered with the policy.
    """

    def __init__(
        self,
        policy: Policy,
        predictor_of: PredictorOf,
        chooser_of: Callable[[Platform], Chooser],
        settings: Settings | None = None,
        *,
        models: Sequence[AbstractAsyncContextManager[object]] = (),
    ) -> None:
        self._policy = policy
        self._predictor_of = predictor_of
        self._chooser_of = chooser_of
        self._settings = settings or Settings()
        self._models = tuple(models)
        self._open = AsyncExitStack()

    @property
    def name(self) -> str:
        return f"{self._policy.name}+lookahead"

    @property
    def dialect(self) -> str:
        return self._policy.dialect

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for model in self._models:
                await stack.enter_async_context(model)
            await stack.enter_async_context(self._policy)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, trace)

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> LookaheadSession:
        """Raises PolicyError where the predictor needs the device itself."""
        return self._with(await self._policy.start(task, info, attempt=attempt), self._predictor_of(None), task, info)

    async def start_on(self, device: Device, task: Task, *, attempt: int = 1) -> LookaheadSession:
        session = await self._policy.start(task, device.info, attempt=attempt)
        return self._with(session, self._predictor_of(device), task, device.info)

    def _with(self, session: PolicySession, predictor: Predictor, task: Task, info: DeviceInfo) -> LookaheadSession:
        chooser = self._chooser_of(info.platform)
        return LookaheadSession(session, predictor, chooser, self._settings, task.goal, info.platform)


def needs_device(device: Device | None) -> Device:
    """`device`, where there is one. Raises PolicyError."""
    if device is None:
        fix = "run episodes on devices, or look ahead with copy or model"
        raise PolicyError("an oracle needs the device itself", field="lookahead", fix=fix)
    return device
