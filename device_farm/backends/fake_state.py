"""What a fake device is made of: one small screen, a dict of files and a handful of shell commands. Pure state."""

from __future__ import annotations

import shlex
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device_farm.device import ShellResult
from device_farm.errors import ActionError, GuestError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    MoveTo,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.ui_tree import UiNode, UiState, UiTree

SCREEN = Size(64, 128)
FIELD = Rect(4, 20, 60, 36)
ADD = Rect(4, 44, 60, 60)
SWITCH = Rect(4, 68, 60, 84)
LABEL = Rect(4, 92, 60, 104)
APPS = ("home", "notes", "settings")
_NAMED_KEYS = frozenset({"enter", "tab", "escape", "backspace", "delete", "up", "down", "left", "right", "space"})
_EPOCH_S = 1_700_000_000.0
_ACTION_S = 0.5


@dataclass(slots=True)
class FakeState:
    """Everything that can change on a fake device; a copy of it is a snapshot."""

    seed: int
    app: str = "home"
    text: str = ""
    focused: bool = False
    count: int = 0
    switch: bool = False
    offset: int = 0
    time_s: float = _EPOCH_S
    files: dict[str, bytes] = field(default_factory=dict)
    packages: frozenset[str] = frozenset(APPS)

    def copy(self) -> FakeState:
        """An independent copy; file contents are immutable and shared."""
        return FakeState(
            seed=self.seed,
            app=self.app,
            text=self.text,
            focused=self.focused,
            count=self.count,
            switch=self.switch,
            offset=self.offset,
            time_s=self.time_s,
            files=dict(self.files),
            packages=self.packages,
        )


def _on_screen(*points: Point) -> None:
    for point in points:
        if not SCREEN.contains(point):
            raise ActionError(
                f"({point.x}, {point.y}) is off the screen of {SCREEN.width}x{SCREEN.height}",
                field="at",
                fix="use pixels with the origin at the top left",
            )


def _click(state: FakeState, at: Point, count: int) -> None:
    _on_screen(at)
    state.focused = FIELD.contains(at)
    if ADD.contains(at):
        state.count += count
    elif SWITCH.contains(at) and count % 2:
        state.switch = not state.switch


def _press(state: FakeState, key: str) -> None:
    if key not in _NAMED_KEYS and len(key) != 1:
        raise ActionError(f"no key {key!r}", field="key", fix=f"one character, or one of {sorted(_NAMED_KEYS)}")
    if not state.focused:
        return
    match key:
        case "backspace":
            state.text = state.text[:-1]
        case "enter":
            state.text += "\n"
        case "space":
            state.text += " "
        case _ if len(key) == 1:
            state.text += key


def _open(state: FakeState, name: str) -> None:
    if name.lower() not in state.packages:
        raise ActionError(f"no application {name!r}", field="name", fix=f"one of {sorted(state.packages)}")
    state.app, state.focused = name.lower(), False


def apply(state: FakeState, action: Action) -> None:
    """Changes `state` as a device would. Raises ActionError, and then changes nothing."""
    match action:
        case Click(at=at, count=count):
            _click(state, at, count)
        case LongPress(at=at) | MoveTo(at=at):
            _on_screen(at)
        case Drag(start=start, end=end) | Swipe(start=start, end=end):
            _on_screen(start, end)
            state.offset += start.y - end.y
        case Scroll(at=at, dy=dy):
            _on_screen(at)
            state.offset += dy
        case TypeText(text=text):
            if state.focused:
                state.text += text
        case PressKey(key=key):
            _press(state, key)
        case SystemButton(button="enter"):
            _press(state, "enter")
        case SystemButton():
            state.app, state.focused = "home", False
        case OpenApp(name=name):
            _open(state, name)
        case Wait(duration_s=duration_s):
            state.time_s += duration_s
        case Answer() | Terminate():
            return
    state.time_s += _ACTION_S


def _fill(pixels: NDArray[np.uint8], box: Rect, colour: tuple[int, int, int]) -> None:
    pixels[box.top : box.bottom, box.left : box.right] = colour


def draw(state: FakeState) -> NDArray[np.uint8]:
    """The screen as uint8 RGB of shape (128, 64, 3): the same state gives the same pixels."""
    pixels = np.full((SCREEN.height, SCREEN.width, 3), 240, dtype=np.uint8)
    tint = (state.seed * 37 + 64) % 200
    title = (tint, 80 * (APPS.index(state.app) + 1) % 256 if state.app in APPS else 10, 160)
    _fill(pixels, Rect(0, 0, SCREEN.width, 16), title)
    _fill(pixels, FIELD, (255, 255, 220) if state.focused else (255, 255, 255))
    for index, character in enumerate(state.text[-26:]):
        left = FIELD.left + 2 + 2 * index
        _fill(pixels, Rect(left, FIELD.top + 4, left + 1, FIELD.bottom - 4), (0, ord(character) % 256, 0))
    _fill(pixels, ADD, (60, 120, 240))
    _fill(pixels, SWITCH, (40, 180, 90) if state.switch else (170, 170, 170))
    pixels[LABEL.top : LABEL.bottom, LABEL.left : LABEL.right, 0] = state.count % 256
    pixels[110:, :, 2] = state.offset % 256
    return pixels


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """`pixels`, uint8 RGB of shape (height, width, 3), as a PNG file."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + width * 3), dtype=np.uint8)
    rows[:, 1:] = pixels.reshape(height, width * 3)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 1))
        + chunk(b"IEND", b"")
    )


def tree(state: FakeState) -> UiTree:
    """The accessibility tree of the same screen."""

    def node(role: str, name: str, bounds: Rect, text: str, states: set[UiState]) -> UiNode:
        always: set[UiState] = {"enabled", "visible"}
        return UiNode(
            role=role,
            bounds=bounds,
            text=text,
            resource_id=f"fake:id/{name}",
            app=state.app,
            states=frozenset(states | always),
        )

    editing: set[UiState] = {"editable", "focusable", "clickable"}
    switching: set[UiState] = {"checkable", "clickable"}
    if state.focused:
        editing.add("focused")
    if state.switch:
        switching.add("checked")
    children = (
        node("android.widget.EditText", "field", FIELD, state.text, editing),
        node("android.widget.Button", "add", ADD, "Add", {"clickable"}),
        node("android.widget.Switch", "switch", SWITCH, "Switch", switching),
        node("android.widget.TextView", "count", LABEL, str(state.count), set()),
    )
    root = UiNode(
        role="android.widget.FrameLayout",
        bounds=Rect(0, 0, SCREEN.width, SCREEN.height),
        app=state.app,
        states=frozenset({"enabled", "visible"}),
        children=children,
    )
    return UiTree(roots=(root,))


def read_file(state: FakeState, path: str) -> bytes:
    """The file's content. Raises GuestError where there is none."""
    if path not in state.files:
        raise GuestError(f"{path}: no such file", field="path")
    return state.files[path]


def _cat(state: FakeState, words: list[str]) -> ShellResult:
    missing = [path for path in words if path not in state.files]
    if missing:
        return ShellResult(exit_code=1, stdout=b"", stderr=f"cat: {missing[0]}: No such file or directory\n".encode())
    return ShellResult(exit_code=0, stdout=b"".join(state.files[path] for path in words))


def _remove(state: FakeState, words: list[str]) -> ShellResult:
    removed = [state.files.pop(path, None) for path in words if path != "-f"]
    missing = "-f" not in words and None in removed
    return ShellResult(
        exit_code=int(missing), stdout=b"", stderr=b"rm: No such file or directory\n" if missing else b""
    )


def _list(state: FakeState, words: list[str]) -> ShellResult:
    prefix = words[0].rstrip("/") + "/" if words else "/"
    names = {path[len(prefix) :].split("/")[0] for path in state.files if path.startswith(prefix)}
    if not names:
        return ShellResult(exit_code=1, stdout=b"", stderr=f"ls: {prefix}: No such file or directory\n".encode())
    return ShellResult(exit_code=0, stdout="".join(f"{name}\n" for name in sorted(names)).encode())


def _echo(_state: FakeState, words: list[str]) -> ShellResult:
    return ShellResult(exit_code=0, stdout=(" ".join(words) + "\n").encode())


def _exit(_state: FakeState, words: list[str]) -> ShellResult:
    status = int(words[0]) % 256 if words and words[0].isdecimal() else 0
    return ShellResult(exit_code=status, stdout=b"")


def _state(state: FakeState, _words: list[str]) -> ShellResult:
    line = f"app={state.app} count={state.count} switch={int(state.switch)} text={state.text!r}\n"
    return ShellResult(exit_code=0, stdout=line.encode())


_COMMANDS: dict[str, Callable[[FakeState, list[str]], ShellResult]] = {
    "cat": _cat,
    "echo": _echo,
    "exit": _exit,
    "ls": _list,
    "rm": _remove,
    "state": _state,
    "true": lambda _state, _words: ShellResult(exit_code=0, stdout=b""),
    "false": lambda _state, _words: ShellResult(exit_code=1, stdout=b""),
}


def run_shell(state: FakeState, command: str) -> ShellResult:
    """One simple command: cat, echo, exit, false, ls, rm, true, or `state`, which prints the device's own state."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        return ShellResult(exit_code=2, stdout=b"", stderr=f"sh: {error}\n".encode())
    if not words:
        return ShellResult(exit_code=0, stdout=b"")
    run = _COMMANDS.get(words[0])
    if run is None:
        return ShellResult(exit_code=127, stdout=b"", stderr=f"sh: {words[0]}: not found\n".encode())
    return run(state, words[1:])
