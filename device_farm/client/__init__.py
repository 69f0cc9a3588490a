"""The client of a farm: leases with automatic renewal, and the leased device as a `Device`."""

from device_farm.client.farm_client import FarmClient
from device_farm.client.handle import LeaseHandle
from device_farm.client.held_lease import HeldLease
from device_farm.client.onlooker import Onlooker
from device_farm.client.remote_device import RemoteDevice
from device_farm.farm.model import LeaseRequest

__all__ = ["FarmClient", "HeldLease", "LeaseHandle", "LeaseRequest", "Onlooker", "RemoteDevice"]
