"""A device that the caller has no lease of: it can be looked at and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc.aio

from device_farm.client.channel import Metadata, call
from device_farm.converter.observation import TreeMemory, observation_from_pb, options_to_pb
from device_farm.errors import TransportError
from device_farm.pb import device_pb2 as pb
from device_farm.pb import device_pb2_grpc
from device_farm.types.observation import Observation, ObserveRequest

_LOOK_S = 20.0


class Onlooker:
    """Looks at one device by its id, whoever holds it. `place` says at which address its machine serves it now.

    It shows the farm's credential, so it sees what the farm's operators may see. Nothing that it does reaches the
    device's lease, and the device is not kept from being reset.
    """

    def __init__(
        self,
        device_id: str,
        *,
        place: Callable[[], Awaitable[str]],
        channel_to: Callable[[str], grpc.aio.Channel],
        metadata: Metadata,
    ) -> None:
        self.device_id = device_id
        self._place = place
        self._channel_to = channel_to
        self._metadata = metadata
        self._address = ""
        self._trees = TreeMemory()

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        """One look. Pixels whose digest the request names are left out.

        Raises:
            BackendError: there is no such device, or it is being booted, reset or replaced.
            AuthError: the farm asks for another credential.
            TransportError: its machine cannot be reached.
        """
        if not self._address:
            self._address = await self._place()
        stub: Any = device_pb2_grpc.DeviceStub(self._channel_to(self._address))  # type: ignore[no-untyped-call]
        message = pb.PeekRequest(device_id=self.device_id, options=options_to_pb(request))
        try:
            response = await call(stub.Peek, message, timeout_s=_LOOK_S, metadata=self._metadata, peer=self._address)
        except TransportError:
            # Its machine may come back at another address.
            self._address = ""
            raise
        return observation_from_pb(response.observation, memory=self._trees)
