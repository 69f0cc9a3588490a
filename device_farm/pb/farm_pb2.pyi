from device_farm.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeviceState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_STATE_UNSPECIFIED: _ClassVar[DeviceState]
    DEVICE_STATE_STARTING: _ClassVar[DeviceState]
    DEVICE_STATE_READY: _ClassVar[DeviceState]
    DEVICE_STATE_LEASED: _ClassVar[DeviceState]
    DEVICE_STATE_RESETTING: _ClassVar[DeviceState]
    DEVICE_STATE_REPLACING: _ClassVar[DeviceState]
    DEVICE_STATE_QUARANTINED: _ClassVar[DeviceState]
    DEVICE_STATE_UNAVAILABLE: _ClassVar[DeviceState]
    DEVICE_STATE_CLOSED: _ClassVar[DeviceState]
DEVICE_STATE_UNSPECIFIED: DeviceState
DEVICE_STATE_STARTING: DeviceState
DEVICE_STATE_READY: DeviceState
DEVICE_STATE_LEASED: DeviceState
DEVICE_STATE_RESETTING: DeviceState
DEVICE_STATE_REPLACING: DeviceState
DEVICE_STATE_QUARANTINED: DeviceState
DEVICE_STATE_UNAVAILABLE: DeviceState
DEVICE_STATE_CLOSED: DeviceState

class DeviceStatus(_message.Message):
    __slots__ = ("info", "template", "host", "state", "reason", "since_s", "lease_id", "owner", "failures")
    INFO_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    info: _types_pb2.DeviceInfo
    template: str
    host: str
    state: DeviceState
    reason: str
    since_s: float
    lease_id: str
    owner: str
    failures: int
    def __init__(self, info: _Optional[_Union[_types_pb2.DeviceInfo, _Mapping]] = ..., template: _Optional[str] = ..., host: _Optional[str] = ..., state: _Optional[_Union[DeviceState, str]] = ..., reason: _Optional[str] = ..., since_s: _Optional[float] = ..., lease_id: _Optional[str] = ..., owner: _Optional[str] = ..., failures: _Optional[int] = ...) -> None: ...

class FarmEvent(_message.Message):
    __slots__ = ("sequence", "time_s", "kind", "subject", "state", "reason")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    time_s: float
    kind: str
    subject: str
    state: str
    reason: str
    def __init__(self, sequence: _Optional[int] = ..., time_s: _Optional[float] = ..., kind: _Optional[str] = ..., subject: _Optional[str] = ..., state: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ListDevicesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDevicesResponse(_message.Message):
    __slots__ = ("devices",)
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[DeviceStatus]
    def __init__(self, devices: _Optional[_Iterable[_Union[DeviceStatus, _Mapping]]] = ...) -> None: ...

class WatchDevicesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchDevicesResponse(_message.Message):
    __slots__ = ("device", "event")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    device: DeviceStatus
    event: FarmEvent
    def __init__(self, device: _Optional[_Union[DeviceStatus, _Mapping]] = ..., event: _Optional[_Union[FarmEvent, _Mapping]] = ...) -> None: ...

class AcquireRequest(_message.Message):
    __slots__ = ("template", "platform", "owner", "priority", "ttl_s", "idempotency_key", "device_id")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TTL_S_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    template: str
    platform: _types_pb2.Platform
    owner: str
    priority: int
    ttl_s: float
    idempotency_key: str
    device_id: str
    def __init__(self, template: _Optional[str] = ..., platform: _Optional[_Union[_types_pb2.Platform, str]] = ..., owner: _Optional[str] = ..., priority: _Optional[int] = ..., ttl_s: _Optional[float] = ..., idempotency_key: _Optional[str] = ..., device_id: _Optional[str] = ...) -> None: ...

class QueuePosition(_message.Message):
    __slots__ = ("position", "length")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    position: int
    length: int
    def __init__(self, position: _Optional[int] = ..., length: _Optional[int] = ...) -> None: ...

class Lease(_message.Message):
    __slots__ = ("id", "owner", "priority", "template", "host", "device", "address", "granted_s", "deadline_s", "ttl_s", "preempted_at_s")
    ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    GRANTED_S_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_S_FIELD_NUMBER: _ClassVar[int]
    TTL_S_FIELD_NUMBER: _ClassVar[int]
    PREEMPTED_AT_S_FIELD_NUMBER: _ClassVar[int]
    id: str
    owner: str
    priority: int
    template: str
    host: str
    device: _types_pb2.DeviceInfo
    address: str
    granted_s: float
    deadline_s: float
    ttl_s: float
    preempted_at_s: float
    def __init__(self, id: _Optional[str] = ..., owner: _Optional[str] = ..., priority: _Optional[int] = ..., template: _Optional[str] = ..., host: _Optional[str] = ..., device: _Optional[_Union[_types_pb2.DeviceInfo, _Mapping]] = ..., address: _Optional[str] = ..., granted_s: _Optional[float] = ..., deadline_s: _Optional[float] = ..., ttl_s: _Optional[float] = ..., preempted_at_s: _Optional[float] = ...) -> None: ...

class Grant(_message.Message):
    __slots__ = ("lease", "token")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    lease: Lease
    token: str
    def __init__(self, lease: _Optional[_Union[Lease, _Mapping]] = ..., token: _Optional[str] = ...) -> None: ...

class AcquireResponse(_message.Message):
    __slots__ = ("queued", "granted")
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    queued: QueuePosition
    granted: Grant
    def __init__(self, queued: _Optional[_Union[QueuePosition, _Mapping]] = ..., granted: _Optional[_Union[Grant, _Mapping]] = ...) -> None: ...

class RenewRequest(_message.Message):
    __slots__ = ("lease_id", "token", "ttl_s")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TTL_S_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    token: str
    ttl_s: float
    def __init__(self, lease_id: _Optional[str] = ..., token: _Optional[str] = ..., ttl_s: _Optional[float] = ...) -> None: ...

class RenewResponse(_message.Message):
    __slots__ = ("lease",)
    LEASE_FIELD_NUMBER: _ClassVar[int]
    lease: Lease
    def __init__(self, lease: _Optional[_Union[Lease, _Mapping]] = ...) -> None: ...

class ReleaseRequest(_message.Message):
    __slots__ = ("lease_id", "token")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    token: str
    def __init__(self, lease_id: _Optional[str] = ..., token: _Optional[str] = ...) -> None: ...

class ReleaseResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListLeasesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListLeasesResponse(_message.Message):
    __slots__ = ("leases",)
    LEASES_FIELD_NUMBER: _ClassVar[int]
    leases: _containers.RepeatedCompositeFieldContainer[Lease]
    def __init__(self, leases: _Optional[_Iterable[_Union[Lease, _Mapping]]] = ...) -> None: ...

class ListQueueRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class QueueEntry(_message.Message):
    __slots__ = ("position", "owner", "priority", "template", "platform", "since_s")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    position: int
    owner: str
    priority: int
    template: str
    platform: _types_pb2.Platform
    since_s: float
    def __init__(self, position: _Optional[int] = ..., owner: _Optional[str] = ..., priority: _Optional[int] = ..., template: _Optional[str] = ..., platform: _Optional[_Union[_types_pb2.Platform, str]] = ..., since_s: _Optional[float] = ...) -> None: ...

class ListQueueResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[QueueEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[QueueEntry, _Mapping]]] = ...) -> None: ...

class ListHostsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HostStatus(_message.Message):
    __slots__ = ("name", "address", "connected", "since_s", "devices", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    address: str
    connected: bool
    since_s: float
    devices: int
    version: str
    def __init__(self, name: _Optional[str] = ..., address: _Optional[str] = ..., connected: _Optional[bool] = ..., since_s: _Optional[float] = ..., devices: _Optional[int] = ..., version: _Optional[str] = ...) -> None: ...

class ListHostsResponse(_message.Message):
    __slots__ = ("hosts",)
    HOSTS_FIELD_NUMBER: _ClassVar[int]
    hosts: _containers.RepeatedCompositeFieldContainer[HostStatus]
    def __init__(self, hosts: _Optional[_Iterable[_Union[HostStatus, _Mapping]]] = ...) -> None: ...

class ListEventsRequest(_message.Message):
    __slots__ = ("after", "limit")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after: int
    limit: int
    def __init__(self, after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class ListEventsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[FarmEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[FarmEvent, _Mapping]]] = ...) -> None: ...
