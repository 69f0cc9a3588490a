"""The automation server's life on the phone: started by `app_process`, ended with that command."""

from __future__ import annotations

import asyncio

from device_farm.simulator.uiautomator.gestures import Gestures
from device_farm.simulator.uiautomator.http import Channel, serve_http
from device_farm.simulator.uiautomator.objects import Objects
from device_farm.simulator.uiautomator.port import AutomatedPhone
from device_farm.simulator.uiautomator.rpc import RpcEndpoint
from device_farm.simulator.uiautomator.system import System

DEFAULT_PORT = 9008


class AutomationServer:
    """One phone's automation server; it holds a port while a command runs it."""

    def __init__(self, phone: AutomatedPhone) -> None:
        self._phone = phone
        self._endpoints: dict[int, RpcEndpoint] = {}
        self._serving: dict[int, set[asyncio.Task[None]]] = {}
        self._ends: dict[int, asyncio.Future[None]] = {}

    def listens(self, port: int) -> bool:
        return port in self._endpoints

    async def run(self, port: int) -> None:
        """Serves `port` until cancelled or stopped.

        Raises:
            OSError: another server has the port.
        """
        if port in self._endpoints:
            raise OSError(f"Address already in use: {port}")
        objects = Objects(self._phone)
        groups = (System(self._phone), objects, Gestures(self._phone, objects))
        self._endpoints[port] = RpcEndpoint({name: call for group in groups for name, call in group.methods().items()})
        try:
            self._ends[port] = asyncio.get_running_loop().create_future()
            await self._ends[port]
        finally:
            del self._endpoints[port], self._ends[port]
            for task in self._serving.pop(port, set()):
                task.cancel()

    def stop(self) -> None:
        """Ends the server on every port, as a reboot does."""
        for end in self._ends.values():
            if not end.done():
                end.set_result(None)

    async def serve(self, port: int, channel: Channel) -> None:
        """Answers one connection to `port`, until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        serving = self._serving.setdefault(port, set())
        serving.add(task)
        try:
            await serve_http(channel, self._endpoints[port].handle)
        finally:
            serving.discard(task)
