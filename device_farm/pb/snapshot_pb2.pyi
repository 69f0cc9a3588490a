from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Snapshot(_message.Message):
    __slots__ = ("version", "creation_time", "failed_to_load_reason_code", "invalid_loads", "successful_loads", "logical_name", "description", "launch_parameters", "emulator_build_id", "system_image_build_id")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATION_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILED_TO_LOAD_REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    INVALID_LOADS_FIELD_NUMBER: _ClassVar[int]
    SUCCESSFUL_LOADS_FIELD_NUMBER: _ClassVar[int]
    LOGICAL_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    EMULATOR_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_IMAGE_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    version: int
    creation_time: int
    failed_to_load_reason_code: int
    invalid_loads: int
    successful_loads: int
    logical_name: str
    description: str
    launch_parameters: _containers.RepeatedScalarFieldContainer[str]
    emulator_build_id: str
    system_image_build_id: str
    def __init__(self, version: _Optional[int] = ..., creation_time: _Optional[int] = ..., failed_to_load_reason_code: _Optional[int] = ..., invalid_loads: _Optional[int] = ..., successful_loads: _Optional[int] = ..., logical_name: _Optional[str] = ..., description: _Optional[str] = ..., launch_parameters: _Optional[_Iterable[str]] = ..., emulator_build_id: _Optional[str] = ..., system_image_build_id: _Optional[str] = ...) -> None: ...
