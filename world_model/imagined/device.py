"""`ImaginedDevice`: what is done to it is predicted, nothing is done anywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from device_farm.android.plan import plan
from device_farm.device import ByteStream, DeviceInfo, ShellResult, SnapshotInfo, check_snapshot_name
from device_farm.errors import ActionError, BackendError, GuestError
from device_farm.types.action import Action, Answer, Terminate, Wait
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground, Observation, ObserveRequest
from device_farm.types.task import Platform
from world_model.imagined.drawing import screenshot_of
from world_model.predictors.base import Prediction, Predictor, Question
from world_model.sketch.observed import sketch_of
from world_model.sketch.sketch import Sketch
from world_model.sketch.tree import tree_of

_STEP_S: Final = 0.5
"""How far an action moves the clock: about what a person's screen takes to settle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """Where the imagination has got to: the screen, the actions that led there, the clock."""

    sketch: Sketch
    path: tuple[Action, ...]
    time_s: float


class ImaginedDevice:
    """A `Device` that begins with one real observation. Its screens are predictions of predictions.

    The UI tree comes from the sketch, the screenshot is a drawing of it. Snapshots keep a moment of the imagination.
    It has no shell and no files: those calls are GuestErrors and reach nothing.
    """

    def __init__(self, predictor: Predictor, start: Observation, info: DeviceInfo, *, goal: str = "") -> None:
        """`info` is that of the device which `start` was seen on.

        Raises:
            DataError: `start` has no UI tree.
        """
        self._predictor = predictor
        self._orientation = start.orientation
        self._goal = goal
        self._info = replace(
            info,
            id=f"imagined-{info.id}",
            backend="imagined",
            image=f"{predictor.name} on {info.image}",
            endpoints=None,
        )
        self._now = _Moment(sketch=sketch_of(start), path=(), time_s=start.device_time_s)
        self._snapshots: dict[str, tuple[SnapshotInfo, _Moment]] = {}
        self._sequence = start.sequence
        self._acting = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def info(self) -> DeviceInfo:
        return self._info

    @property
    def path(self) -> tuple[Action, ...]:
        """The actions since the real screen."""
        return self._now.path

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        return self._look(request)

    async def act(self, action: Action) -> None:
        """Predicts what `action` leads to.

        Raises:
            ActionError: the action cannot be carried out on this screen, or the device would refuse it.
            BackendError: there is no prediction; the screen stays as it was.
        """
        async with self._acting:
            await self._imagine(action)

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        await self.act(action)
        return self._look(request)

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        raise _without("shell")

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        raise _without("files")

    async def pull(self, path: str) -> bytes:
        raise _without("files")

    async def dial(self, port: int) -> ByteStream:
        raise _without("ports")

    async def install(self, path: str) -> None:
        raise _without("packages")

    async def snapshot_save(self, name: str) -> SnapshotInfo:
        check_snapshot_name(name)
        saved = SnapshotInfo(name=name, created_s=time.time(), size_bytes=0)
        self._snapshots[name] = (saved, self._now)
        return saved

    async def snapshot_load(self, name: str) -> None:
        _, moment = self._snapshot(name)
        self._become(moment)

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        return [saved for saved, _ in self._snapshots.values()]

    async def snapshot_delete(self, name: str) -> None:
        self._snapshot(name)
        del self._snapshots[name]

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        digest = ""
        while True:
            changed = self._changed
            seen = self._look(ObserveRequest(ui_tree=False))
            if seen.screenshot is not None and seen.screenshot.digest != digest:
                digest = seen.screenshot.digest
                yield seen
            await asyncio.sleep(interval_s)
            await changed.wait()

    async def _imagine(self, action: Action) -> None:
        now, screen = self._now, self._now.sketch.screen
        if isinstance(action, Answer | Terminate):
            return
        _check(action, screen, self._info.platform)
        question = Question(
            sketch=now.sketch, action=action, goal=self._goal, platform=self._info.platform, path=now.path
        )
        (prediction,) = await self._predictor.predict([question])
        took_s = action.duration_s if isinstance(action, Wait) else _STEP_S
        self._become(
            _Moment(sketch=_predicted(prediction, action), path=(*now.path, action), time_s=now.time_s + took_s)
        )

    def _become(self, moment: _Moment) -> None:
        self._now = moment
        self._changed.set()
        self._changed = asyncio.Event()

    def _look(self, request: ObserveRequest) -> Observation:
        self._sequence += 1
        sketch = self._now.sketch
        shot = screenshot_of(sketch) if request.screenshot else None
        if shot is not None and shot.digest == request.known_digest:
            shot = replace(shot, data=None)
        return Observation(
            sequence=self._sequence,
            screen=sketch.screen,
            orientation=self._orientation,
            device_time_s=self._now.time_s,
            foreground=Foreground(app=sketch.app, window=sketch.window),
            screenshot=shot,
            ui_tree=tree_of(sketch, self._info.platform) if request.ui_tree else None,
        )

    def _snapshot(self, name: str) -> tuple[SnapshotInfo, _Moment]:
        if name not in self._snapshots:
            known = ", ".join(self._snapshots) or "none"
            raise GuestError(f"no snapshot {name!r}", field="name", fix=f"there is: {known}")
        return self._snapshots[name]


def _predicted(prediction: Prediction, action: Action) -> Sketch:
    if prediction.refused:
        raise ActionError(f"the device would refuse {action}: {prediction.refused}", field="action")
    if prediction.sketch is None:
        raise BackendError(f"there is no prediction of {action}: {prediction.fault}")
    return prediction.sketch


def _without(what: str) -> GuestError:
    fix = "lease the device itself for this"
    return GuestError(f"an imagined device has no {what}: it is predicted screens and nothing behind them", fix=fix)


def _check(action: Action, screen: Size, platform: Platform) -> None:
    """Raises ActionError for what a device of this screen would refuse without trying."""
    match platform:
        case "android":
            # Nothing is carried out by making the plan.
            plan(action, screen)
        case "desktop":
            # Imported here: it draws in the X and accessibility clients.
            from device_farm.desktop.acting import check

            check(action, screen)
        case _:
            assert_never(platform)
