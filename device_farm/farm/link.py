"""How the controller speaks to a machine with devices: directly, or (in `device_farm/server`) over its stream."""

from __future__ import annotations

from typing import Protocol

from device_farm.farm.host_agent import HostAgent
from device_farm.farm.model import LeaseEnd


class HostLink(Protocol):
    """Orders to one host, carried out in the order given."""

    async def open_lease(self, lease_id: str, device_id: str, token_hash: bytes, deadline_s: float) -> None:
        """Raises BackendError when the device cannot be had, TransportError when the host cannot be reached."""
        ...

    def renew_lease(self, lease_id: str, deadline_s: float) -> None: ...

    def close_lease(self, lease_id: str, how: LeaseEnd, reason: str) -> None: ...


class LocalLink:
    """The host is in this process."""

    def __init__(self, agent: HostAgent) -> None:
        self._agent = agent

    async def open_lease(self, lease_id: str, device_id: str, token_hash: bytes, deadline_s: float) -> None:
        self._agent.open_lease(lease_id, device_id, token_hash, deadline_s)

    def renew_lease(self, lease_id: str, deadline_s: float) -> None:
        self._agent.renew_lease(lease_id, deadline_s)

    def close_lease(self, lease_id: str, how: LeaseEnd, reason: str) -> None:
        self._agent.close_lease(lease_id, f"{how}: {reason}")
