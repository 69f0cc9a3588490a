"""One place of a pool and the device in it: boots it, keeps it healthy, resets it, replaces it when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

from device_farm.backends.base import Backend
from device_farm.device import DeviceInfo, ManagedDevice
from device_farm.errors import BackendError
from device_farm.farm.model import DeviceState, OfferedDevice
from device_farm.farm.shield import finish
from device_farm.types.geometry import Size

_LOG = logging.getLogger(__name__)
_LEASED_HEALTH_FAILURES = 2
_HEALTHY_CHECKS = 3
_END_LOOKS_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """Deadlines and pauses, all in seconds. After `quarantine_after` failures in a row a device rests."""

    start_timeout_s: float = 300.0
    reset_timeout_s: float = 60.0
    health_timeout_s: float = 10.0
    close_timeout_s: float = 30.0
    health_interval_s: float = 30.0
    backoff_s: float = 0.5
    max_backoff_s: float = 30.0
    quarantine_after: int = 3
    quarantine_s: float = 300.0
    concurrent_starts: int = 4


class Slot:
    """The life of the device with one id; `run` is its task. Every change of state is told to `on_change`.

    `drain` is awaited before a device that was leased is closed, so that no call of the lease reaches a dead device.
    """

    def __init__(
        self,
        device_id: str,
        template: str,
        backend: Backend,
        *,
        settings: PoolSettings,
        starts: asyncio.Semaphore,
        on_change: Callable[[Slot], None],
        drain: Callable[[str], Awaitable[None]],
    ) -> None:
        self.device_id = device_id
        self.template = template
        self.state: DeviceState = "starting"
        self.reason = "never started"
        self.failures = 0
        self.device: ManagedDevice | None = None
        self._backend = backend
        self._settings = settings
        self._starts = starts
        self._on_change = on_change
        self._drain = drain
        self._wake = asyncio.Event()
        self._given_back = ""
        self._condemned = ""
        self._info: DeviceInfo | None = None
        self._looks: set[asyncio.Task[object]] = set()
        self._blinded: set[asyncio.Task[object]] = set()

    @property
    def info(self) -> DeviceInfo:
        """What the device is; before its first start only what its backend says."""
        return self._info or DeviceInfo(
            id=self.device_id,
            backend=self._backend.name,
            platform=self._backend.platform,
            screen=Size(0, 0),
            image="",
        )

    def offered(self, lease_id: str = "") -> OfferedDevice:
        return OfferedDevice(
            info=self.info,
            template=self.template,
            state=self.state,
            reason=self.reason,
            lease_id=lease_id,
            failures=self.failures,
        )

    def lease(self, reason: str) -> ManagedDevice:
        """Takes the device. Raises BackendError unless it is ready."""
        if self.state != "ready" or self.device is None:
            raise BackendError(f"device {self.device_id} is {self.state}: {self.reason}")
        self._set("leased", reason)
        return self.device

    @contextlib.contextmanager
    def peeking(self) -> Iterator[ManagedDevice]:
        """The device for one look by the current task, which has no lease of it. A reset or a close cancels the look.

        Raises:
            BackendError: it is neither ready nor leased, or no longer.
        """
        device, task = self.device, asyncio.current_task()
        if device is None or self.state not in ("ready", "leased"):
            raise self._not_to_be_seen()
        assert task is not None
        self._looks.add(task)
        try:
            yield device
        except asyncio.CancelledError:
            if task not in self._blinded:
                raise
            task.uncancel()
            raise self._not_to_be_seen() from None
        finally:
            self._looks.discard(task)
            self._blinded.discard(task)

    def _not_to_be_seen(self) -> BackendError:
        return BackendError(f"device {self.device_id} is {self.state}: {self.reason}")

    async def _end_looks(self) -> None:
        """Nobody looks at the device from here on; a look that cannot be cancelled is left behind."""
        for task in self._looks:
            self._blinded.add(task)
            task.cancel()
        if self._looks:
            await asyncio.wait(set(self._looks), timeout=_END_LOOKS_S)

    def give_back(self, reason: str) -> None:
        """The lease is over: no other until `clean` was called and the reset is done."""
        if self.state == "leased":
            self._set("resetting", reason)

    def clean(self) -> None:
        """No call of the old lease runs any more: the reset may begin."""
        if self.state == "resetting":
            self._given_back = self.reason
            self._wake.set()

    def condemn(self, reason: str) -> None:
        """The device cannot be reset as it is: close it and make a new one."""
        self._condemned = reason
        self._wake.set()

    def suspect(self) -> None:
        """A call failed as if the device were gone: look at its health now, not at the next interval."""
        self._wake.set()

    async def run(self) -> None:
        """Keeps a device here until cancelled."""
        try:
            while True:
                try:
                    await self._live()
                except Exception as error:  # noqa: BLE001 - whatever a driver raises: the device is replaced, and says why
                    self._failed(error)
                    await self._retire()
                await self._pause()
        finally:
            await self._retire()
            self._set("closed", "the pool was closed")

    async def _live(self) -> None:
        """One device from its creation until it fails: it ends only by raising."""
        await self._boot()
        self._set("ready", "started")
        failed_checks = healthy_checks = 0
        while True:
            await self._wait()
            if self._condemned:
                raise BackendError(self._condemned)
            if self._given_back:
                await self._reset()
                failed_checks = healthy_checks = 0
                continue
            try:
                await self._check()
            except Exception:
                failed_checks += 1
                if self.state != "leased" or failed_checks >= _LEASED_HEALTH_FAILURES:
                    raise
                self._wake.set()  # A second opinion at once: its holder is waiting.
                continue
            failed_checks, healthy_checks = 0, healthy_checks + 1
            if healthy_checks >= _HEALTHY_CHECKS:
                self.failures = 0

    async def _boot(self) -> None:
        async with self._starts:
            self._set("starting", "booting" if not self.failures else f"booting again after: {self.reason}")
            self.device = await self._backend.create(self.device_id)
            async with _within(self._settings.start_timeout_s, "the start"):
                await self.device.start()
            self._info = self.device.info

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.health_interval_s):
                await self._wake.wait()
        self._wake.clear()

    async def _reset(self) -> None:
        reason, self._given_back = self._given_back, ""
        assert self.device is not None
        await self._end_looks()
        async with _within(self._settings.reset_timeout_s, "the reset"):
            await self.device.reset()
        self.failures = 0
        self._set("ready", f"reset, {reason}")

    async def _check(self) -> None:
        assert self.device is not None
        async with _within(self._settings.health_timeout_s, "the health check"):
            await self.device.health()

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self._given_back = self._condemned = ""
        if not isinstance(error, BackendError):
            _LOG.info("device %s failed", self.device_id, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        self._set("quarantined" if self.failures >= self._settings.quarantine_after else "replacing", reason)

    async def _retire(self) -> None:
        """Closes the device, if there is one; a close that fails or hangs is reported and left behind."""
        device, self.device = self.device, None
        if device is None:
            return
        try:
            await self._end_looks()
            await self._drain(self.device_id)
        finally:
            await self._close(device)

    async def _close(self, device: ManagedDevice) -> None:
        try:
            await finish(device.close(), timeout_s=self._settings.close_timeout_s)
        except Exception as error:  # noqa: BLE001 - a device that cannot be closed must not stop its successor
            _LOG.warning("device %s could not be closed: %r", self.device_id, error)

    async def _pause(self) -> None:
        if self.state == "quarantined":
            await asyncio.sleep(self._settings.quarantine_s)
            return
        backoff_s = self._settings.backoff_s * 2 ** max(0, self.failures - 1)
        await asyncio.sleep(min(backoff_s, self._settings.max_backoff_s))

    def _set(self, state: DeviceState, reason: str) -> None:
        self.state, self.reason = state, reason
        self._on_change(self)


@contextlib.asynccontextmanager
async def _within(seconds: float, what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise BackendError(f"{what} took longer than {seconds:g} s") from error
