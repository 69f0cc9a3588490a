"""Phones that an adb server lists already: in the hand, on the network, Cuttlefish."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from device_farm.adb.client import AdbClient
from device_farm.adb.smart_socket import AdbServer, ServerConnection
from device_farm.android.automation import AutomationServer, bundled_jar
from device_farm.android.baseline import Baseline, parse_packages, restore, take_baseline
from device_farm.android.capture import Screencap
from device_farm.android.device import AndroidDevice
from device_farm.android.hierarchy import PreferAutomation
from device_farm.android.machine import Driver
from device_farm.android.settle import StableFrames
from device_farm.android.snapshots import NoSnapshots
from device_farm.backends.adb_listing import check_version, connect_missing, unusable
from device_farm.backends.config import AdbConfig
from device_farm.device import Endpoints, machine_identity
from device_farm.errors import BackendError, CapacityError, ConfigError, PrerequisiteError, TransportError
from device_farm.simulator.ports import GRPC_OFFSET
from device_farm.types.task import Platform

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def emulator_endpoints(serial: str) -> Endpoints | None:
    """Where the emulator that an adb server calls `emulator-CONSOLE` listens; None for any other phone."""
    name, _, number = serial.partition("-")
    if name != "emulator" or not (number.isascii() and number.isdigit()):
        return None
    console = int(number)
    return Endpoints(machine=machine_identity(), console=console, adb=console + 1, grpc=console + GRPC_OFFSET)


class ListedPhone:
    """The machine under one device: a phone that runs anyway. Reset restores app data, settings and files."""

    def __init__(
        self,
        client: AdbClient,
        *,
        released: Callable[[], None],
        endpoints: Endpoints | None = None,
        clear: tuple[str, ...] = (),
    ) -> None:
        """`released` is called when the device is closed: another one may take the phone. `clear` as in the config."""
        self._client = client
        self._clear = clear
        self._endpoints = endpoints
        self._released = released
        self._baseline: Baseline | None = None

    async def start(self) -> Driver:
        capture = Screencap(self._client)
        return Driver(
            client=self._client,
            capture=capture,
            hierarchy=PreferAutomation(self._client, AutomationServer(self._client, jar=bundled_jar())),
            snapshots=NoSnapshots("a phone behind an adb server"),
            settle=StableFrames(capture),
            endpoints=self._endpoints,
        )

    async def mark_clean(self) -> None:
        """Raises BackendError where a package that a reset is to clear is not on the phone."""
        if self._clear:
            there = parse_packages(await self._client.run("pm list packages"))
            if missing := ", ".join(sorted(set(self._clear) - there)):
                fix = "install it, or take it out of clear"
                raise BackendError(f"{self._client.address} has no {missing}", field="clear", fix=fix)
        self._baseline = await take_baseline(self._client)

    async def reset(self, seed: int | None) -> None:
        if self._baseline is None:
            raise BackendError(f"{self._client.address}: no baseline was taken", fix="start the device first")
        await restore(self._client, self._baseline, also_clear=self._clear)

    async def close(self) -> None:
        await self._client.close()
        self._released()


class AdbBackend:
    """Each device is one serial of the server; `create` takes one that no living device of ours has."""

    def __init__(self, config: AdbConfig) -> None:
        self._config = config
        host, _, port = config.server.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ConfigError(f"{config.server!r} is not HOST:PORT", field="server", fix="write 127.0.0.1:5037")
        self._server = AdbServer(host, int(port))
        self._taken: set[str] = set()
        self._choosing = asyncio.Lock()

    @property
    def name(self) -> str:
        return "adb"

    @property
    def platform(self) -> Platform:
        return "android"

    def preflight(self) -> None:
        """Raises PrerequisiteError when no fitting adb server answers, or a wanted phone cannot be used; says why."""
        # In a thread of its own, because the caller may be inside an event loop already.
        with ThreadPoolExecutor(max_workers=1) as pool:
            try:
                pool.submit(asyncio.run, self._check()).result()
            except TransportError as error:
                raise PrerequisiteError(error.message, fix=error.fix or "adb start-server") from error

    async def _check(self) -> None:
        await check_version(self._server, local=self._server.host in _LOOPBACK)
        wanted = self._config.serials
        await connect_missing(self._server, wanted)
        listed = {device.serial: device for device in await self._server.devices()}
        if missing := sorted(set(wanted) - listed.keys()):
            raise PrerequisiteError(
                f"the adb server at {self._config.server} does not list {', '.join(missing)}",
                field="serials",
                fix=f"connect it, and look at `adb devices`; there is {', '.join(listed) or 'nothing'}",
            )
        looked_at = [listed[serial] for serial in wanted] or list(listed.values())
        broken = [device for device in looked_at if device.state != "device"]
        if broken and (wanted or len(broken) == len(listed)):
            raise unusable(broken[0])
        if not listed:
            raise PrerequisiteError(
                f"the adb server at {self._config.server} lists no phone",
                fix="connect one and switch on its USB debugging, or name one on the network: adb=HOST:PORT",
            )

    async def serials(self) -> tuple[str, ...]:
        """The wanted phones that the server lists in state `device`, in its order."""
        listed = [device.serial for device in await self._server.devices() if device.state == "device"]
        wanted = self._config.serials
        return tuple(serial for serial in listed if not wanted or serial in wanted)

    async def create(self, device_id: str) -> AndroidDevice:
        """Raises CapacityError when every listed phone is taken by a device of this backend."""
        async with self._choosing:
            await connect_missing(self._server, self._config.serials)
            serials = await self.serials()
            free = [serial for serial in serials if serial not in self._taken]
            if not free:
                await self._explain_missing(serials)
                raise CapacityError(
                    f"all {len(serials)} phones that the adb server lists are taken", fix="connect another one"
                )
            serial = free[0]
            self._taken.add(serial)
        client = AdbClient(ServerConnection(self._server, serial))
        machine = ListedPhone(
            client,
            released=lambda: self._taken.discard(serial),
            endpoints=self._endpoints(serial),
            clear=self._config.clear,
        )
        return AndroidDevice(device_id, backend=self.name, machine=machine)

    def _endpoints(self, serial: str) -> Endpoints | None:
        found = emulator_endpoints(serial) if self._server.host in _LOOPBACK else None
        return None if found is None else replace(found, adb_server=self._server.port)

    async def _explain_missing(self, usable: tuple[str, ...]) -> None:
        """Raises BackendError where a phone is listed, or wanted, that cannot be used now."""
        wanted = self._config.serials
        listed = {device.serial: device for device in await self._server.devices()}
        for serial in wanted or listed:
            if serial in usable:
                continue
            if serial not in listed:
                raise BackendError(f"the adb server no longer lists {serial}", fix="connect it again")
            error = unusable(listed[serial])
            raise BackendError(error.message, field=error.field, fix=error.fix)

    async def close(self) -> None:
        self._taken.clear()
