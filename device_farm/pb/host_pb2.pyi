from device_farm.pb import farm_pb2 as _farm_pb2
from device_farm.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LeaseEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEASE_END_UNSPECIFIED: _ClassVar[LeaseEnd]
    LEASE_END_RELEASED: _ClassVar[LeaseEnd]
    LEASE_END_EXPIRED: _ClassVar[LeaseEnd]
    LEASE_END_PREEMPTED: _ClassVar[LeaseEnd]
    LEASE_END_DEVICE_FAILED: _ClassVar[LeaseEnd]
    LEASE_END_HOST_LOST: _ClassVar[LeaseEnd]
    LEASE_END_RESTARTED: _ClassVar[LeaseEnd]
LEASE_END_UNSPECIFIED: LeaseEnd
LEASE_END_RELEASED: LeaseEnd
LEASE_END_EXPIRED: LeaseEnd
LEASE_END_PREEMPTED: LeaseEnd
LEASE_END_DEVICE_FAILED: LeaseEnd
LEASE_END_HOST_LOST: LeaseEnd
LEASE_END_RESTARTED: LeaseEnd

class RegisterRequest(_message.Message):
    __slots__ = ("name", "address", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    address: str
    version: str
    def __init__(self, name: _Optional[str] = ..., address: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class RegisterResponse(_message.Message):
    __slots__ = ("session", "heartbeat_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    heartbeat_s: float
    def __init__(self, session: _Optional[str] = ..., heartbeat_s: _Optional[float] = ...) -> None: ...

class OfferedDevice(_message.Message):
    __slots__ = ("info", "template", "state", "reason", "lease_id", "failures")
    INFO_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    info: _types_pb2.DeviceInfo
    template: str
    state: _farm_pb2.DeviceState
    reason: str
    lease_id: str
    failures: int
    def __init__(self, info: _Optional[_Union[_types_pb2.DeviceInfo, _Mapping]] = ..., template: _Optional[str] = ..., state: _Optional[_Union[_farm_pb2.DeviceState, str]] = ..., reason: _Optional[str] = ..., lease_id: _Optional[str] = ..., failures: _Optional[int] = ...) -> None: ...

class Inventory(_message.Message):
    __slots__ = ("session", "devices")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    session: str
    devices: _containers.RepeatedCompositeFieldContainer[OfferedDevice]
    def __init__(self, session: _Optional[str] = ..., devices: _Optional[_Iterable[_Union[OfferedDevice, _Mapping]]] = ...) -> None: ...

class LeaseOpened(_message.Message):
    __slots__ = ("lease_id", "refusal")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    refusal: str
    def __init__(self, lease_id: _Optional[str] = ..., refusal: _Optional[str] = ...) -> None: ...

class LeaseBroken(_message.Message):
    __slots__ = ("lease_id", "reason", "expired")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    reason: str
    expired: bool
    def __init__(self, lease_id: _Optional[str] = ..., reason: _Optional[str] = ..., expired: _Optional[bool] = ...) -> None: ...

class Ping(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ("inventory", "device", "opened", "broken", "ping")
    INVENTORY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    BROKEN_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    inventory: Inventory
    device: OfferedDevice
    opened: LeaseOpened
    broken: LeaseBroken
    ping: Ping
    def __init__(self, inventory: _Optional[_Union[Inventory, _Mapping]] = ..., device: _Optional[_Union[OfferedDevice, _Mapping]] = ..., opened: _Optional[_Union[LeaseOpened, _Mapping]] = ..., broken: _Optional[_Union[LeaseBroken, _Mapping]] = ..., ping: _Optional[_Union[Ping, _Mapping]] = ...) -> None: ...

class OpenLease(_message.Message):
    __slots__ = ("lease_id", "device_id", "token_hash", "remaining_s")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_HASH_FIELD_NUMBER: _ClassVar[int]
    REMAINING_S_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    device_id: str
    token_hash: bytes
    remaining_s: float
    def __init__(self, lease_id: _Optional[str] = ..., device_id: _Optional[str] = ..., token_hash: _Optional[bytes] = ..., remaining_s: _Optional[float] = ...) -> None: ...

class RenewLease(_message.Message):
    __slots__ = ("lease_id", "remaining_s")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    REMAINING_S_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    remaining_s: float
    def __init__(self, lease_id: _Optional[str] = ..., remaining_s: _Optional[float] = ...) -> None: ...

class CloseLease(_message.Message):
    __slots__ = ("lease_id", "end", "reason")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    end: LeaseEnd
    reason: str
    def __init__(self, lease_id: _Optional[str] = ..., end: _Optional[_Union[LeaseEnd, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ("open", "renew", "close", "ping")
    OPEN_FIELD_NUMBER: _ClassVar[int]
    RENEW_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    open: OpenLease
    renew: RenewLease
    close: CloseLease
    ping: Ping
    def __init__(self, open: _Optional[_Union[OpenLease, _Mapping]] = ..., renew: _Optional[_Union[RenewLease, _Mapping]] = ..., close: _Optional[_Union[CloseLease, _Mapping]] = ..., ping: _Optional[_Union[Ping, _Mapping]] = ...) -> None: ...
