"""The machine under a phone: an emulator process, set back by its snapshot, started anew where that does not help."""

from __future__ import annotations

import logging
from collections.abc import Callable

from device_farm.android.automation import AutomationServer, bundled_jar
from device_farm.android.capture import Screencap, ScreenCapture
from device_farm.android.hierarchy import PreferAutomation
from device_farm.android.machine import Driver
from device_farm.android.settle import StableFrames
from device_farm.android.snapshots import Snapshots
from device_farm.device import Endpoints, machine_identity
from device_farm.emulator.capture import EmulatorCapture
from device_farm.emulator.instance import EmulatorInstance, start_on_free_ports
from device_farm.emulator.snapshots import WritableSnapshots, read_only_snapshots
from device_farm.errors import BackendError

_LOG = logging.getLogger(__name__)


class EmulatorMachine:
    """`make` yields an instance on ports of its own."""

    def __init__(self, make: Callable[[], EmulatorInstance], *, moves: bool, grpc_screens: bool) -> None:
        """`moves`: where its ports turn out to be taken, others are tried. `grpc_screens`: not by adb."""
        self._make = make
        self._moves = moves
        self._grpc_screens = grpc_screens
        self._instance: EmulatorInstance | None = None
        self._capture: EmulatorCapture | None = None
        self._own_snapshots: WritableSnapshots | None = None

    async def start(self) -> Driver:
        self._instance = await start_on_free_ports(self._make, moves=self._moves)
        return self._driver(self._instance)

    async def mark_clean(self) -> None:
        """Nothing to take down: the clean state is the snapshot that it was started from, or a cold boot."""

    async def reset(self, seed: int | None) -> None:
        instance = self._running()
        await self._set_back(instance)
        # Not before: an emulator that has died or hangs could not delete them.
        if self._own_snapshots is not None:
            await self._own_snapshots.forget()

    async def _set_back(self, instance: EmulatorInstance) -> None:
        if instance.launch.snapshot:
            try:
                await instance.load(instance.launch.snapshot)
            except BackendError as error:
                _LOG.warning("%s is started anew: %s", instance.launch.ports.serial, error)
            else:
                self._trust_grpc(instance)
                return
        await instance.close(hangs=bool(instance.launch.snapshot), again=True)
        await instance.start()
        self._trust_grpc(instance)

    async def close(self) -> None:
        instance, self._instance = self._instance, None
        if instance is not None:
            await instance.close()

    def _running(self) -> EmulatorInstance:
        if self._instance is None:
            raise BackendError("an emulator that has not started cannot be reset")
        return self._instance

    def _driver(self, instance: EmulatorInstance) -> Driver:
        client, ports = instance.client, instance.launch.ports
        return Driver(
            client=client,
            capture=(capture := self._screens(instance)),
            hierarchy=PreferAutomation(client, AutomationServer(client, jar=bundled_jar())),
            snapshots=self._snapshots(instance),
            settle=StableFrames(capture),
            endpoints=Endpoints(
                machine=machine_identity(),
                console=ports.console,
                adb=ports.adb,
                grpc=ports.grpc if instance.has_control else 0,
                adb_server=instance.adb.port,
            ),
        )

    def _screens(self, instance: EmulatorInstance) -> ScreenCapture:
        by_adb = Screencap(instance.client)
        if not self._grpc_screens:
            return by_adb
        self._capture = EmulatorCapture(instance.control, by_adb)
        self._trust_grpc(instance)
        return self._capture

    def _trust_grpc(self, instance: EmulatorInstance) -> None:
        if self._capture is not None:
            self._capture.trust() if instance.has_control else self._capture.distrust()

    def _snapshots(self, instance: EmulatorInstance) -> Snapshots:
        if instance.launch.read_only:
            return read_only_snapshots()
        self._own_snapshots = WritableSnapshots(instance)
        return self._own_snapshots
