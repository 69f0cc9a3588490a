from device_farm.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DescribeResponse(_message.Message):
    __slots__ = ("info", "lease_deadline_s")
    INFO_FIELD_NUMBER: _ClassVar[int]
    LEASE_DEADLINE_S_FIELD_NUMBER: _ClassVar[int]
    info: _types_pb2.DeviceInfo
    lease_deadline_s: float
    def __init__(self, info: _Optional[_Union[_types_pb2.DeviceInfo, _Mapping]] = ..., lease_deadline_s: _Optional[float] = ...) -> None: ...

class ObserveRequest(_message.Message):
    __slots__ = ("options",)
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    options: _types_pb2.ObserveOptions
    def __init__(self, options: _Optional[_Union[_types_pb2.ObserveOptions, _Mapping]] = ...) -> None: ...

class ObserveResponse(_message.Message):
    __slots__ = ("observation",)
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    observation: _types_pb2.Observation
    def __init__(self, observation: _Optional[_Union[_types_pb2.Observation, _Mapping]] = ...) -> None: ...

class ActRequest(_message.Message):
    __slots__ = ("action", "idempotency_key")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    action: _types_pb2.Action
    idempotency_key: str
    def __init__(self, action: _Optional[_Union[_types_pb2.Action, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ActResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ActAndObserveRequest(_message.Message):
    __slots__ = ("action", "options", "idempotency_key")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    action: _types_pb2.Action
    options: _types_pb2.ObserveOptions
    idempotency_key: str
    def __init__(self, action: _Optional[_Union[_types_pb2.Action, _Mapping]] = ..., options: _Optional[_Union[_types_pb2.ObserveOptions, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ActAndObserveResponse(_message.Message):
    __slots__ = ("observation",)
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    observation: _types_pb2.Observation
    def __init__(self, observation: _Optional[_Union[_types_pb2.Observation, _Mapping]] = ...) -> None: ...

class ShellRequest(_message.Message):
    __slots__ = ("command", "timeout_s", "idempotency_key")
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    command: str
    timeout_s: float
    idempotency_key: str
    def __init__(self, command: _Optional[str] = ..., timeout_s: _Optional[float] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ShellResponse(_message.Message):
    __slots__ = ("exit_code", "stdout", "stderr")
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    exit_code: int
    stdout: bytes
    stderr: bytes
    def __init__(self, exit_code: _Optional[int] = ..., stdout: _Optional[bytes] = ..., stderr: _Optional[bytes] = ...) -> None: ...

class PushHeader(_message.Message):
    __slots__ = ("path", "mode", "size_bytes", "idempotency_key")
    PATH_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    path: str
    mode: int
    size_bytes: int
    idempotency_key: str
    def __init__(self, path: _Optional[str] = ..., mode: _Optional[int] = ..., size_bytes: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class PushRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: PushHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[PushHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class PushResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PullRequest(_message.Message):
    __slots__ = ("path",)
    PATH_FIELD_NUMBER: _ClassVar[int]
    path: str
    def __init__(self, path: _Optional[str] = ...) -> None: ...

class PullResponse(_message.Message):
    __slots__ = ("size_bytes", "chunk")
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    size_bytes: int
    chunk: bytes
    def __init__(self, size_bytes: _Optional[int] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class DialHeader(_message.Message):
    __slots__ = ("port",)
    PORT_FIELD_NUMBER: _ClassVar[int]
    port: int
    def __init__(self, port: _Optional[int] = ...) -> None: ...

class DialRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: DialHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[DialHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class DialResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    def __init__(self, chunk: _Optional[bytes] = ...) -> None: ...

class InstallRequest(_message.Message):
    __slots__ = ("path", "idempotency_key")
    PATH_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    path: str
    idempotency_key: str
    def __init__(self, path: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class InstallResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("name", "created_s", "size_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CREATED_S_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    created_s: float
    size_bytes: int
    def __init__(self, name: _Optional[str] = ..., created_s: _Optional[float] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class SaveSnapshotRequest(_message.Message):
    __slots__ = ("name", "idempotency_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    idempotency_key: str
    def __init__(self, name: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveSnapshotResponse(_message.Message):
    __slots__ = ("snapshot",)
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    snapshot: Snapshot
    def __init__(self, snapshot: _Optional[_Union[Snapshot, _Mapping]] = ...) -> None: ...

class LoadSnapshotRequest(_message.Message):
    __slots__ = ("name", "idempotency_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    idempotency_key: str
    def __init__(self, name: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class LoadSnapshotResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSnapshotsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSnapshotsResponse(_message.Message):
    __slots__ = ("snapshots",)
    SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    snapshots: _containers.RepeatedCompositeFieldContainer[Snapshot]
    def __init__(self, snapshots: _Optional[_Iterable[_Union[Snapshot, _Mapping]]] = ...) -> None: ...

class DeleteSnapshotRequest(_message.Message):
    __slots__ = ("name", "idempotency_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    idempotency_key: str
    def __init__(self, name: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DeleteSnapshotResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StreamScreenRequest(_message.Message):
    __slots__ = ("interval_s",)
    INTERVAL_S_FIELD_NUMBER: _ClassVar[int]
    interval_s: float
    def __init__(self, interval_s: _Optional[float] = ...) -> None: ...

class StreamScreenResponse(_message.Message):
    __slots__ = ("observation",)
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    observation: _types_pb2.Observation
    def __init__(self, observation: _Optional[_Union[_types_pb2.Observation, _Mapping]] = ...) -> None: ...

class StartRecordingRequest(_message.Message):
    __slots__ = ("interval_s", "idempotency_key")
    INTERVAL_S_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    interval_s: float
    idempotency_key: str
    def __init__(self, interval_s: _Optional[float] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class StartRecordingResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StopRecordingRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StopRecordingResponse(_message.Message):
    __slots__ = ("observation", "dropped_frames")
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FRAMES_FIELD_NUMBER: _ClassVar[int]
    observation: _types_pb2.Observation
    dropped_frames: int
    def __init__(self, observation: _Optional[_Union[_types_pb2.Observation, _Mapping]] = ..., dropped_frames: _Optional[int] = ...) -> None: ...

class PeekRequest(_message.Message):
    __slots__ = ("device_id", "options")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    options: _types_pb2.ObserveOptions
    def __init__(self, device_id: _Optional[str] = ..., options: _Optional[_Union[_types_pb2.ObserveOptions, _Mapping]] = ...) -> None: ...

class PeekResponse(_message.Message):
    __slots__ = ("observation",)
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    observation: _types_pb2.Observation
    def __init__(self, observation: _Optional[_Union[_types_pb2.Observation, _Mapping]] = ...) -> None: ...
