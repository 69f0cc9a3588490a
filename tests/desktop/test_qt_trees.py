"""Programs whose cache is empty, as Qt's: they are asked object by object, property by property."""

from __future__ import annotations

import asyncio
from typing import Any

from dbus_fast import Message, MessageType, Variant

from device_farm.desktop.accessibility_program import ProgramReader
from device_farm.desktop.accessibility_questions import Questions
from device_farm.desktop.bus import answer_of
from device_farm.desktop.freshness import Freshness
from device_farm.desktop.remembered import Memory
from device_farm.errors import GuestError
from device_farm.types.geometry import Rect, Size

ROOT = "/org/a11y/atspi/accessible/root"
SCREEN = Size(800, 600)
FRAME, LABEL, BUTTON = 23, 29, 43
ENABLED_AND_SHOWING = 1 << 24 | 1 << 25
OBJECTS: dict[str, tuple[int, str, tuple[str, ...], tuple[int, int, int, int]]] = {
    ROOT: (75, "player", ("/1",), (0, 0, 0, 0)),
    "/1": (FRAME, "Player", ("/2", "/3"), (10, 20, 400, 300)),
    "/2": (LABEL, "Volume", (), (20, 40, 100, 20)),
    "/3": (BUTTON, "Play", (), (20, 70, 50, 25)),
}
"""Path to role, name, children, and left, top, width and height."""


class QtProgram:
    """Answers as a program of Qt 5 does; asked for all properties at once it is dead."""

    def __init__(self) -> None:
        self.alive = True

    def begin(self, *question: Any) -> asyncio.Future[Message]:
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        try:
            told = self.answer(*question)
            future.set_result(Message(message_type=MessageType.METHOD_RETURN, reply_serial=1, body=told))
        except GuestError as error:
            name = "org.freedesktop.DBus.Error.Failed"
            words = [str(error)]
            future.set_result(Message(message_type=MessageType.ERROR, reply_serial=1, error_name=name, body=words))
        return future

    async def ask(self, *question: Any) -> list[Any]:
        return await answer_of(self.begin(*question), question[3])

    def answer(
        self, name: str, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None
    ) -> list[Any]:
        self.alive = self.alive and member != "GetAll"
        if not self.alive:
            raise GuestError("the program has ended")
        if member == "GetItems":
            return [[]]
        role, text, children, box = OBJECTS[path]
        match member, (body or [""])[-1]:
            case "GetChildren", _:
                return [[(name, child) for child in children]]
            case "GetState", _:
                return [[ENABLED_AND_SHOWING, 0]]
            case "GetRole", _:
                return [role]
            case "GetInterfaces", _:
                return [["org.a11y.atspi.Accessible", "org.a11y.atspi.Component"]]
            case "GetExtents", _:
                return [list(box)]
            case "Get", "Name":
                return [Variant("s", text)]
            case "Get", "Description":
                return [Variant("s", "")]
            case "Get", "ChildCount":
                return [Variant("i", len(children))]
        raise GuestError(f"no such method: {interface}.{member}")


def test_qt_program_describes_itself_and_outlives_the_look() -> None:
    program = QtProgram()
    questions = Questions(program, ":1.7")  # type: ignore[arg-type]
    [window] = asyncio.run(ProgramReader(questions, SCREEN, Memory(freshness=Freshness(SCREEN))).windows(1.0))
    assert program.alive
    assert [(node.role, node.text, node.bounds) for node in window.walk()] == [
        ("frame", "Player", Rect(10, 20, 410, 320)),
        ("label", "Volume", Rect(20, 40, 120, 60)),
        ("push button", "Play", Rect(20, 70, 70, 95)),
    ]
