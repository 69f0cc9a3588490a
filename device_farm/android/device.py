"""A phone that is driven over adb: the same code for simulated phones, emulators and real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from device_farm.android.capture import as_screenshot
from device_farm.android.machine import Driver, Machine
from device_farm.android.orders import carry_out
from device_farm.android.plan import plan
from device_farm.android.state import PhoneState, parse_state, state_candidates
from device_farm.android.uiautomator_xml import Hierarchy, parse_hierarchy
from device_farm.device import ByteStream, DeviceInfo, ShellResult, SnapshotInfo, check_port
from device_farm.errors import ActionError, BackendError, FarmError, GuestError, TransportError
from device_farm.types.action import Action
from device_farm.types.geometry import Size
from device_farm.types.observation import Observation, ObserveRequest, Screenshot

_STATE_TIMEOUT_S = 15.0
_HEALTH_TIMEOUT_S = 10.0
_BOOT_POLL_S = 0.5
_IMAGE_COMMAND = "getprop ro.build.fingerprint"
_BOOTED_COMMAND = "getprop sys.boot_completed"


class AndroidDevice:
    """A `ManagedDevice`. `machine` is what is under it; everything after its start goes over adb."""

    def __init__(
        self, device_id: str, *, backend: str, machine: Machine, image: str = "", boot_timeout_s: float = 300.0
    ) -> None:
        """`image` overrides the build fingerprint as the name of what runs on the phone."""
        self._machine = machine
        self._boot_timeout_s = boot_timeout_s
        self._info = DeviceInfo(id=device_id, backend=backend, platform="android", screen=Size(0, 0), image=image)
        self._driver: Driver | None = None
        self._state_command = ""
        self._screen = Size(0, 0)
        self._sequence = 0
        self._acting = asyncio.Lock()

    @property
    def info(self) -> DeviceInfo:
        """`screen` is 0x0 until the device has started."""
        return self._info

    async def start(self) -> None:
        try:
            async with asyncio.timeout(self._boot_timeout_s):
                self._driver = await self._machine.start()
                await self._booted(self._driver)
                state = await self._find_state_command(self._driver)
                image = self._info.image or (await self._driver.client.run(_IMAGE_COMMAND)).strip()
                await self._driver.hierarchy.start()
                await self._machine.mark_clean()
        except TimeoutError:
            raise BackendError(f"{self._info.id} did not boot within {self._boot_timeout_s:g} s") from None
        except (TransportError, GuestError) as error:
            raise BackendError(f"{self._info.id} did not start: {error.message}", fix=error.fix) from error
        self._screen = state.screen
        self._info = replace(self._info, screen=state.screen, image=image, endpoints=self._driver.endpoints)

    async def reset(self, *, seed: int | None = None) -> None:
        driver = self._running()
        try:
            await self._machine.reset(seed)
            self._screen = (await self._state(driver)).screen
        except (TransportError, GuestError) as error:
            raise BackendError(f"{self._info.id} could not be reset: {error.message}", fix=error.fix) from error

    async def health(self) -> None:
        driver = self._running()
        result = await driver.client.shell(f"{_BOOTED_COMMAND}; {self._state_command}", timeout_s=_HEALTH_TIMEOUT_S)
        output = result.stdout.decode("utf-8", "replace")
        if not output.startswith("1"):
            raise BackendError(f"{self._info.id} is not booted")
        parse_state(output)

    async def close(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            await asyncio.shield(driver.hierarchy.close())
        await asyncio.shield(self._machine.close())

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        driver = self._running()
        try:
            async with asyncio.TaskGroup() as parts:
                state = parts.create_task(self._state(driver))
                png = parts.create_task(driver.capture.png()) if request.screenshot else None
                xml = parts.create_task(driver.hierarchy.dump()) if request.ui_tree else None
        except BaseExceptionGroup as group:
            raise _first(group) from group
        return self._assemble(
            state.result(),
            as_screenshot(png.result(), request.known_digest) if png is not None else None,
            parse_hierarchy(xml.result(), screen=state.result().screen) if xml is not None else None,
        )

    async def act(self, action: Action) -> None:
        async with self._acting:
            await self._act(self._running(), action)

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        driver = self._running()
        async with self._acting:
            await self._act(driver, action)
            await driver.settle.wait()
            return await self.observe(request)

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        return await self._running().client.shell(command, timeout_s=timeout_s)

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        client = self._running().client
        # By the phone's own clock, like a file made on it. This machine's date would show on the phone's screens, which
        # would then differ from one day to the next.
        clock = (await client.shell("date +%s")).stdout.strip()
        await client.push(path, data, mode=mode, modified_s=int(clock) if clock.isdigit() else None)

    async def pull(self, path: str) -> bytes:
        return await self._running().client.pull(path)

    async def dial(self, port: int) -> ByteStream:
        check_port(port)
        return await self._running().client.open_port(port)

    async def install(self, path: str) -> None:
        await self._running().client.install(path)

    async def snapshot_save(self, name: str) -> SnapshotInfo:
        return await self._running().snapshots.save(name)

    async def snapshot_load(self, name: str) -> None:
        await self._running().snapshots.load(name)

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        return await self._running().snapshots.list()

    async def snapshot_delete(self, name: str) -> None:
        await self._running().snapshots.delete(name)

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        driver = self._running()
        digest = ""
        while True:
            shot = as_screenshot(await driver.capture.png(), digest)
            if shot.digest != digest:
                digest = shot.digest
                yield self._assemble(await self._state(driver), shot, None)
            await asyncio.sleep(interval_s)

    def _running(self) -> Driver:
        if self._driver is None:
            raise TransportError(f"{self._info.id} is not running")
        return self._driver

    async def _act(self, driver: Driver, action: Action) -> None:
        try:
            orders = plan(action, self._screen)
        except ActionError:
            # The phone may have been turned since the last look at it.
            self._screen = (await self._state(driver)).screen
            orders = plan(action, self._screen)
        await carry_out(orders, driver)

    async def _state(self, driver: Driver) -> PhoneState:
        result = await driver.client.shell(self._state_command, timeout_s=_STATE_TIMEOUT_S)
        state = parse_state(result.stdout.decode("utf-8", "replace"))
        self._screen = state.screen
        return state

    def _assemble(self, state: PhoneState, shot: Screenshot | None, hierarchy: Hierarchy | None) -> Observation:
        self._sequence += 1
        return Observation(
            sequence=self._sequence,
            screen=state.screen,
            orientation=state.orientation,
            device_time_s=state.time_s,
            foreground=state.foreground,
            screenshot=shot,
            ui_tree=hierarchy.tree if hierarchy is not None else None,
        )

    async def _booted(self, driver: Driver) -> None:
        """Waits until Android says that its boot is done; adbd answers long before."""
        # Polled: a phone sends no event for it.
        while (await driver.client.shell(_BOOTED_COMMAND)).stdout.strip() != b"1":  # noqa: ASYNC110
            await asyncio.sleep(_BOOT_POLL_S)

    async def _find_state_command(self, driver: Driver) -> PhoneState:
        refused: FarmError | None = None
        for command in state_candidates():
            self._state_command = command
            try:
                return await self._state(driver)
            except GuestError as error:
                refused = error
        raise GuestError(f"no window state can be read: {refused.message if refused else ''}")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group of tasks that ran together: they fail for the same reason."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
