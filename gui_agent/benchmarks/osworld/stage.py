"""One attempt at one task: the guest API on the leased desktop, a cache of its own, and OSWorld's process beside it."""

from __future__ import annotations

import asyncio
import shlex
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from device_farm.desktop.osworld.api import GuestApi, Trouble
from device_farm.desktop.osworld.messages import RefusedError
from device_farm.desktop.osworld.ports import BROWSER_PORT, PLAYER_PORT, GuestPort
from device_farm.desktop.osworld.server import GuestServer
from device_farm.desktop.osworld.windows import wait_for_window
from device_farm.device import Device
from device_farm.errors import BackendError, GuestError, VerifierError
from device_farm.types.observation import Observation, ObserveRequest
from gui_agent.benchmarks.osworld.left_out import needed_programs
from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.taskfile import TaskFile
from gui_agent.benchmarks.worker_channel import WorkerProcess, WorldError

QUIET_S: Final = 1.5
"""A desktop whose screen has not changed for so long has taken the set-up in."""
QUIET_LIMIT_S: Final = 20.0
DESCRIBED_LIMIT_S: Final = 45.0
_FEWEST_NODES: Final = 4
_LOOK_S: Final = 0.4
_SHELL: Final = ("xfce4-panel", "xfdesktop")
_SHOT: Final = ObserveRequest(ui_tree=False)
_TREE: Final = ObserveRequest(screenshot=False)
_WINDOWS: Final = {"libreoffice", "soffice", "gimp", "vlc", "google-chrome", "chromium", "mousepad", "thunar"}
"""Programs that a set-up launches for their window, so that the agent does not begin before it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for every attempt of a run: seconds for a call, the mirror, the password that tasks are told."""

    call_s: float
    mirror: Mirror
    password: str


class Stage:
    """Use as `async with`; `set_up`, then `judge`."""

    def __init__(self, device: Device, worker: WorkerProcess, terms: Terms) -> None:
        self._device = device
        self._worker = worker
        self._terms = terms
        self._api = GuestApi(device)
        self._stack = AsyncExitStack()
        self._task = ""

    async def __aenter__(self) -> Self:
        try:
            server = await self._stack.enter_async_context(GuestServer(self._api))
            browser, player = [await self._port(number) for number in (BROWSER_PORT, PLAYER_PORT)]
            # In OSWorld's own form: the guest API, the browser, VNC, which nobody asks for, and the player.
            self._address = f"127.0.0.1:{server.port}:{browser.port}:0:{player.port}"
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="farm-osworld-"))
            self._cache = Path(folder)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.shield(self._stack.aclose())

    async def _port(self, number: int) -> GuestPort:
        """A port of the guest as one of this machine's, as long as the stage is open."""
        port = GuestPort(self._device, number, trouble=lambda error: self._api.note(f"port {number}", error))
        return await self._stack.enter_async_context(port)

    async def set_up(self, task: TaskFile) -> str:
        """OSWorld's own set-up; returns the instruction.

        Raises:
            DataError: an asset is not the one that the mirror lists.
            GuestError: the desktop lacks a program that the task names; a step failed, though OSWorld may have gone on;
                or a program showed no window.
            WorldError, BackendError, DeadlineError, TransportError: OSWorld, its process or the desktop broke.
        """
        await asyncio.to_thread(self._terms.mirror.seed, task, self._cache)
        await self._api.desk.prepare()
        await self._require_programs(task)
        screen = self._device.info.screen
        try:
            begun = await self._worker.call(
                "begin",
                timeout_s=self._terms.call_s,
                task=dict(task.document),
                address=self._address,
                cache=str(self._cache),
                screen=[screen.width, screen.height],
                password=self._terms.password,
            )
        except WorldError as error:
            if self._api.troubles:
                raise GuestError(_told(self._api.troubles[0])) from error
            raise
        self._raise_troubles(GuestError, least_status=400, but=("/setup/close_window",))
        await self._ready(task)
        self._api.troubles.clear()
        return str(begun["instruction"])

    async def _require_programs(self, task: TaskFile) -> None:
        """Raises GuestError where the desktop, which may be another machine's, lacks a program: no score were fair."""
        needed = shlex.join(needed_programs(task))
        found = await self._api.desk.run(
            f'for name in {needed}; do command -v -- "$name" >/dev/null || echo "$name"; done'
        )
        absent = found.stdout.decode("utf-8", "replace").split()
        if absent:
            fix = "install it in the desktop's image, or choose other tasks"
            raise GuestError(f"the desktop does not have the program {absent[0]:.100}", field="related_apps", fix=fix)

    async def _ready(self, task: TaskFile) -> None:
        """Waits for the window of what was launched, and until nothing is drawn any more."""
        if launched_windows(task):
            try:
                await wait_for_window(
                    self._api.desk,
                    lambda windows: any(not window.kind.lower().startswith(_SHELL) for window in windows),
                    what="of a launched program",
                )
            except RefusedError as error:
                raise GuestError(str(error)) from error
        await self._described()
        digest, since = "", time.monotonic()
        limit = since + QUIET_LIMIT_S
        while time.monotonic() < limit and time.monotonic() - since < QUIET_S:
            shot = (await self._device.observe(_SHOT)).screenshot
            seen = "" if shot is None else shot.digest
            if seen != digest:
                digest, since = seen, time.monotonic()
            await asyncio.sleep(_LOOK_S)

    async def _described(self) -> None:
        """Waits until the program in front says what is in its window, twice the same: one that still loads does not.

        Some never do; after DESCRIBED_LIMIT_S they are taken as they are.
        """
        limit, before = time.monotonic() + DESCRIBED_LIMIT_S, 0
        while time.monotonic() < limit:
            seen = await self._device.observe(_TREE)
            if seen.foreground.app in _SHELL:
                return
            count = _described_nodes(seen)
            if count >= _FEWEST_NODES and count == before:
                return
            before = count
            await asyncio.sleep(_LOOK_S)

    async def judge(self, last_action: str) -> float:
        """OSWorld's verdict in [0, 1].

        Raises:
            VerifierError: the desktop could not do what the evaluator asked, or the verdict is none.
            WorldError, BackendError, DeadlineError: OSWorld or its process broke.
        """
        said = await self._worker.call("evaluate", timeout_s=self._terms.call_s, last_action=last_action)
        self._raise_troubles(VerifierError, least_status=500)
        reward = float(said["reward"])
        if not 0.0 <= reward <= 1.0:
            raise VerifierError(f"OSWorld's reward is {reward}, which is not in [0, 1]")
        return reward

    def _raise_troubles(
        self, kind: type[GuestError] | type[VerifierError], *, least_status: int, but: tuple[str, ...] = ()
    ) -> None:
        """What OSWorld logs and goes on after is an error of the infrastructure here. A file that is not there is the
        agent's doing when the verdict is asked, hence the status."""
        for trouble in self._api.troubles:
            if trouble.status >= least_status and not trouble.route.endswith(but or ("\0",)):
                raise kind(_told(trouble))
        if self._api.desk.refused:
            raise kind(f"a step for mouse and keyboard was refused: {self._api.desk.refused[0]}")


def _described_nodes(seen: Observation) -> int:
    """How many elements the window in front is described by; 0 where it is not."""
    roots = () if seen.ui_tree is None else seen.ui_tree.roots
    return max((sum(1 for _ in root.walk()) for root in roots if root.text == seen.foreground.window), default=0)


def _told(trouble: Trouble) -> str:
    return f"{trouble.route}: {trouble.message}"


def launched_windows(task: TaskFile) -> bool:
    """Whether the set-up launches a program for its window."""
    for step in task.steps:
        if step["type"] == "launch":
            command = step["parameters"].get("command")
            words = command if isinstance(command, list) else str(command or "").split()
            if words and str(words[0]).rpartition("/")[2] in _WINDOWS:
                return True
    return False


def require_open(stage: Stage | None, device_id: str) -> Stage:
    """Raises BackendError where no attempt is under way on the device."""
    if stage is None:
        raise BackendError(f"no OSWorld task is under way on {device_id}")
    return stage
