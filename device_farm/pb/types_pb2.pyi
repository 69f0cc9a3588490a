from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Platform(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLATFORM_UNSPECIFIED: _ClassVar[Platform]
    PLATFORM_ANDROID: _ClassVar[Platform]
    PLATFORM_DESKTOP: _ClassVar[Platform]

class Orientation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORIENTATION_UNSPECIFIED: _ClassVar[Orientation]
    ORIENTATION_PORTRAIT: _ClassVar[Orientation]
    ORIENTATION_LANDSCAPE: _ClassVar[Orientation]
    ORIENTATION_PORTRAIT_REVERSED: _ClassVar[Orientation]
    ORIENTATION_LANDSCAPE_REVERSED: _ClassVar[Orientation]

class ImageFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMAGE_FORMAT_UNSPECIFIED: _ClassVar[ImageFormat]
    IMAGE_FORMAT_PNG: _ClassVar[ImageFormat]
    IMAGE_FORMAT_JPEG: _ClassVar[ImageFormat]

class MouseButton(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MOUSE_BUTTON_UNSPECIFIED: _ClassVar[MouseButton]
    MOUSE_BUTTON_LEFT: _ClassVar[MouseButton]
    MOUSE_BUTTON_RIGHT: _ClassVar[MouseButton]
    MOUSE_BUTTON_MIDDLE: _ClassVar[MouseButton]

class Modifier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODIFIER_UNSPECIFIED: _ClassVar[Modifier]
    MODIFIER_CTRL: _ClassVar[Modifier]
    MODIFIER_SHIFT: _ClassVar[Modifier]
    MODIFIER_ALT: _ClassVar[Modifier]
    MODIFIER_SUPER: _ClassVar[Modifier]

class Button(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BUTTON_UNSPECIFIED: _ClassVar[Button]
    BUTTON_BACK: _ClassVar[Button]
    BUTTON_HOME: _ClassVar[Button]
    BUTTON_RECENTS: _ClassVar[Button]
    BUTTON_ENTER: _ClassVar[Button]

class TerminateStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TERMINATE_STATUS_UNSPECIFIED: _ClassVar[TerminateStatus]
    TERMINATE_STATUS_SUCCESS: _ClassVar[TerminateStatus]
    TERMINATE_STATUS_FAILURE: _ClassVar[TerminateStatus]

class UiState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UI_STATE_UNSPECIFIED: _ClassVar[UiState]
    UI_STATE_CHECKABLE: _ClassVar[UiState]
    UI_STATE_CHECKED: _ClassVar[UiState]
    UI_STATE_CLICKABLE: _ClassVar[UiState]
    UI_STATE_EDITABLE: _ClassVar[UiState]
    UI_STATE_ENABLED: _ClassVar[UiState]
    UI_STATE_EXPANDED: _ClassVar[UiState]
    UI_STATE_FOCUSABLE: _ClassVar[UiState]
    UI_STATE_FOCUSED: _ClassVar[UiState]
    UI_STATE_LONG_CLICKABLE: _ClassVar[UiState]
    UI_STATE_PASSWORD: _ClassVar[UiState]
    UI_STATE_SCROLLABLE: _ClassVar[UiState]
    UI_STATE_SELECTED: _ClassVar[UiState]
    UI_STATE_VISIBLE: _ClassVar[UiState]
PLATFORM_UNSPECIFIED: Platform
PLATFORM_ANDROID: Platform
PLATFORM_DESKTOP: Platform
ORIENTATION_UNSPECIFIED: Orientation
ORIENTATION_PORTRAIT: Orientation
ORIENTATION_LANDSCAPE: Orientation
ORIENTATION_PORTRAIT_REVERSED: Orientation
ORIENTATION_LANDSCAPE_REVERSED: Orientation
IMAGE_FORMAT_UNSPECIFIED: ImageFormat
IMAGE_FORMAT_PNG: ImageFormat
IMAGE_FORMAT_JPEG: ImageFormat
MOUSE_BUTTON_UNSPECIFIED: MouseButton
MOUSE_BUTTON_LEFT: MouseButton
MOUSE_BUTTON_RIGHT: MouseButton
MOUSE_BUTTON_MIDDLE: MouseButton
MODIFIER_UNSPECIFIED: Modifier
MODIFIER_CTRL: Modifier
MODIFIER_SHIFT: Modifier
MODIFIER_ALT: Modifier
MODIFIER_SUPER: Modifier
BUTTON_UNSPECIFIED: Button
BUTTON_BACK: Button
BUTTON_HOME: Button
BUTTON_RECENTS: Button
BUTTON_ENTER: Button
TERMINATE_STATUS_UNSPECIFIED: TerminateStatus
TERMINATE_STATUS_SUCCESS: TerminateStatus
TERMINATE_STATUS_FAILURE: TerminateStatus
UI_STATE_UNSPECIFIED: UiState
UI_STATE_CHECKABLE: UiState
UI_STATE_CHECKED: UiState
UI_STATE_CLICKABLE: UiState
UI_STATE_EDITABLE: UiState
UI_STATE_ENABLED: UiState
UI_STATE_EXPANDED: UiState
UI_STATE_FOCUSABLE: UiState
UI_STATE_FOCUSED: UiState
UI_STATE_LONG_CLICKABLE: UiState
UI_STATE_PASSWORD: UiState
UI_STATE_SCROLLABLE: UiState
UI_STATE_SELECTED: UiState
UI_STATE_VISIBLE: UiState

class Point(_message.Message):
    __slots__ = ("x", "y")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    x: int
    y: int
    def __init__(self, x: _Optional[int] = ..., y: _Optional[int] = ...) -> None: ...

class Size(_message.Message):
    __slots__ = ("width", "height")
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    width: int
    height: int
    def __init__(self, width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...

class Click(_message.Message):
    __slots__ = ("at", "button", "count", "modifiers")
    AT_FIELD_NUMBER: _ClassVar[int]
    BUTTON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    at: Point
    button: MouseButton
    count: int
    modifiers: _containers.RepeatedScalarFieldContainer[Modifier]
    def __init__(self, at: _Optional[_Union[Point, _Mapping]] = ..., button: _Optional[_Union[MouseButton, str]] = ..., count: _Optional[int] = ..., modifiers: _Optional[_Iterable[_Union[Modifier, str]]] = ...) -> None: ...

class MoveTo(_message.Message):
    __slots__ = ("at",)
    AT_FIELD_NUMBER: _ClassVar[int]
    at: Point
    def __init__(self, at: _Optional[_Union[Point, _Mapping]] = ...) -> None: ...

class LongPress(_message.Message):
    __slots__ = ("at", "duration_ms")
    AT_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    at: Point
    duration_ms: int
    def __init__(self, at: _Optional[_Union[Point, _Mapping]] = ..., duration_ms: _Optional[int] = ...) -> None: ...

class Drag(_message.Message):
    __slots__ = ("start", "end", "duration_ms", "button")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    BUTTON_FIELD_NUMBER: _ClassVar[int]
    start: Point
    end: Point
    duration_ms: int
    button: MouseButton
    def __init__(self, start: _Optional[_Union[Point, _Mapping]] = ..., end: _Optional[_Union[Point, _Mapping]] = ..., duration_ms: _Optional[int] = ..., button: _Optional[_Union[MouseButton, str]] = ...) -> None: ...

class Swipe(_message.Message):
    __slots__ = ("start", "end", "duration_ms")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    start: Point
    end: Point
    duration_ms: int
    def __init__(self, start: _Optional[_Union[Point, _Mapping]] = ..., end: _Optional[_Union[Point, _Mapping]] = ..., duration_ms: _Optional[int] = ...) -> None: ...

class Scroll(_message.Message):
    __slots__ = ("at", "dx", "dy")
    AT_FIELD_NUMBER: _ClassVar[int]
    DX_FIELD_NUMBER: _ClassVar[int]
    DY_FIELD_NUMBER: _ClassVar[int]
    at: Point
    dx: int
    dy: int
    def __init__(self, at: _Optional[_Union[Point, _Mapping]] = ..., dx: _Optional[int] = ..., dy: _Optional[int] = ...) -> None: ...

class TypeText(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class PressKey(_message.Message):
    __slots__ = ("key", "modifiers")
    KEY_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    key: str
    modifiers: _containers.RepeatedScalarFieldContainer[Modifier]
    def __init__(self, key: _Optional[str] = ..., modifiers: _Optional[_Iterable[_Union[Modifier, str]]] = ...) -> None: ...

class SystemButton(_message.Message):
    __slots__ = ("button",)
    BUTTON_FIELD_NUMBER: _ClassVar[int]
    button: Button
    def __init__(self, button: _Optional[_Union[Button, str]] = ...) -> None: ...

class OpenApp(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class Wait(_message.Message):
    __slots__ = ("duration_s",)
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    duration_s: float
    def __init__(self, duration_s: _Optional[float] = ...) -> None: ...

class Answer(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class Terminate(_message.Message):
    __slots__ = ("status", "reason")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    status: TerminateStatus
    reason: str
    def __init__(self, status: _Optional[_Union[TerminateStatus, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class Action(_message.Message):
    __slots__ = ("click", "move_to", "long_press", "drag", "swipe", "scroll", "type_text", "press_key", "system_button", "open_app", "wait", "answer", "terminate")
    CLICK_FIELD_NUMBER: _ClassVar[int]
    MOVE_TO_FIELD_NUMBER: _ClassVar[int]
    LONG_PRESS_FIELD_NUMBER: _ClassVar[int]
    DRAG_FIELD_NUMBER: _ClassVar[int]
    SWIPE_FIELD_NUMBER: _ClassVar[int]
    SCROLL_FIELD_NUMBER: _ClassVar[int]
    TYPE_TEXT_FIELD_NUMBER: _ClassVar[int]
    PRESS_KEY_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_BUTTON_FIELD_NUMBER: _ClassVar[int]
    OPEN_APP_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    TERMINATE_FIELD_NUMBER: _ClassVar[int]
    click: Click
    move_to: MoveTo
    long_press: LongPress
    drag: Drag
    swipe: Swipe
    scroll: Scroll
    type_text: TypeText
    press_key: PressKey
    system_button: SystemButton
    open_app: OpenApp
    wait: Wait
    answer: Answer
    terminate: Terminate
    def __init__(self, click: _Optional[_Union[Click, _Mapping]] = ..., move_to: _Optional[_Union[MoveTo, _Mapping]] = ..., long_press: _Optional[_Union[LongPress, _Mapping]] = ..., drag: _Optional[_Union[Drag, _Mapping]] = ..., swipe: _Optional[_Union[Swipe, _Mapping]] = ..., scroll: _Optional[_Union[Scroll, _Mapping]] = ..., type_text: _Optional[_Union[TypeText, _Mapping]] = ..., press_key: _Optional[_Union[PressKey, _Mapping]] = ..., system_button: _Optional[_Union[SystemButton, _Mapping]] = ..., open_app: _Optional[_Union[OpenApp, _Mapping]] = ..., wait: _Optional[_Union[Wait, _Mapping]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., terminate: _Optional[_Union[Terminate, _Mapping]] = ...) -> None: ...

class UiNode(_message.Message):
    __slots__ = ("child_count", "states", "left", "top", "right", "bottom", "role", "text", "description", "hint", "value", "resource_id", "app")
    CHILD_COUNT_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    BOTTOM_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    APP_FIELD_NUMBER: _ClassVar[int]
    child_count: int
    states: int
    left: int
    top: int
    right: int
    bottom: int
    role: str
    text: str
    description: str
    hint: str
    value: str
    resource_id: str
    app: str
    def __init__(self, child_count: _Optional[int] = ..., states: _Optional[int] = ..., left: _Optional[int] = ..., top: _Optional[int] = ..., right: _Optional[int] = ..., bottom: _Optional[int] = ..., role: _Optional[str] = ..., text: _Optional[str] = ..., description: _Optional[str] = ..., hint: _Optional[str] = ..., value: _Optional[str] = ..., resource_id: _Optional[str] = ..., app: _Optional[str] = ...) -> None: ...

class UiTree(_message.Message):
    __slots__ = ("nodes",)
    NODES_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[UiNode]
    def __init__(self, nodes: _Optional[_Iterable[_Union[UiNode, _Mapping]]] = ...) -> None: ...

class Screenshot(_message.Message):
    __slots__ = ("digest", "size", "format", "data")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    digest: str
    size: Size
    format: ImageFormat
    data: bytes
    def __init__(self, digest: _Optional[str] = ..., size: _Optional[_Union[Size, _Mapping]] = ..., format: _Optional[_Union[ImageFormat, str]] = ..., data: _Optional[bytes] = ...) -> None: ...

class ObserveOptions(_message.Message):
    __slots__ = ("screenshot", "ui_tree", "known_digest")
    SCREENSHOT_FIELD_NUMBER: _ClassVar[int]
    UI_TREE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_DIGEST_FIELD_NUMBER: _ClassVar[int]
    screenshot: bool
    ui_tree: bool
    known_digest: str
    def __init__(self, screenshot: _Optional[bool] = ..., ui_tree: _Optional[bool] = ..., known_digest: _Optional[str] = ...) -> None: ...

class Observation(_message.Message):
    __slots__ = ("sequence", "screen", "orientation", "device_time_s", "foreground_app", "foreground_window", "screenshot", "ui_tree")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SCREEN_FIELD_NUMBER: _ClassVar[int]
    ORIENTATION_FIELD_NUMBER: _ClassVar[int]
    DEVICE_TIME_S_FIELD_NUMBER: _ClassVar[int]
    FOREGROUND_APP_FIELD_NUMBER: _ClassVar[int]
    FOREGROUND_WINDOW_FIELD_NUMBER: _ClassVar[int]
    SCREENSHOT_FIELD_NUMBER: _ClassVar[int]
    UI_TREE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    screen: Size
    orientation: Orientation
    device_time_s: float
    foreground_app: str
    foreground_window: str
    screenshot: Screenshot
    ui_tree: UiTree
    def __init__(self, sequence: _Optional[int] = ..., screen: _Optional[_Union[Size, _Mapping]] = ..., orientation: _Optional[_Union[Orientation, str]] = ..., device_time_s: _Optional[float] = ..., foreground_app: _Optional[str] = ..., foreground_window: _Optional[str] = ..., screenshot: _Optional[_Union[Screenshot, _Mapping]] = ..., ui_tree: _Optional[_Union[UiTree, _Mapping]] = ...) -> None: ...

class DeviceInfo(_message.Message):
    __slots__ = ("id", "backend", "platform", "screen", "image", "endpoints")
    ID_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    SCREEN_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    ENDPOINTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    backend: str
    platform: Platform
    screen: Size
    image: str
    endpoints: Endpoints
    def __init__(self, id: _Optional[str] = ..., backend: _Optional[str] = ..., platform: _Optional[_Union[Platform, str]] = ..., screen: _Optional[_Union[Size, _Mapping]] = ..., image: _Optional[str] = ..., endpoints: _Optional[_Union[Endpoints, _Mapping]] = ...) -> None: ...

class Endpoints(_message.Message):
    __slots__ = ("machine", "console", "adb", "grpc", "adb_server")
    MACHINE_FIELD_NUMBER: _ClassVar[int]
    CONSOLE_FIELD_NUMBER: _ClassVar[int]
    ADB_FIELD_NUMBER: _ClassVar[int]
    GRPC_FIELD_NUMBER: _ClassVar[int]
    ADB_SERVER_FIELD_NUMBER: _ClassVar[int]
    machine: str
    console: int
    adb: int
    grpc: int
    adb_server: int
    def __init__(self, machine: _Optional[str] = ..., console: _Optional[int] = ..., adb: _Optional[int] = ..., grpc: _Optional[int] = ..., adb_server: _Optional[int] = ...) -> None: ...
