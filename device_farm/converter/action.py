"""Actions on the wire."""

from __future__ import annotations

from typing import assert_never

from device_farm.converter.enums import buttons, modifiers, mouse_buttons, terminate_statuses
from device_farm.errors import ConfigError
from device_farm.pb import types_pb2 as pb
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
from device_farm.types.geometry import Point


def _point(point: Point) -> pb.Point:
    try:
        return pb.Point(x=point.x, y=point.y)
    except ValueError as error:
        raise ConfigError(f"({point.x}, {point.y}) does not fit into 32 bits", field="at") from error


def _from_point(point: pb.Point) -> Point:
    return Point(point.x, point.y)


def action_to_pb(action: Action) -> pb.Action:
    """Raises ConfigError for a number that does not fit its field."""
    try:
        return _to_pb(action)
    except ValueError as error:
        raise ConfigError(f"{action} cannot be sent: {error}", field="action") from error


def _to_pb(action: Action) -> pb.Action:
    match action:
        case Click(at=at, button=button, count=count, modifiers=held):
            wire = [modifiers.to_wire(modifier) for modifier in held]
            return pb.Action(
                click=pb.Click(at=_point(at), button=mouse_buttons.to_wire(button), count=count, modifiers=wire)
            )
        case MoveTo(at=at):
            return pb.Action(move_to=pb.MoveTo(at=_point(at)))
        case LongPress(at=at, duration_ms=duration_ms):
            return pb.Action(long_press=pb.LongPress(at=_point(at), duration_ms=duration_ms))
        case Drag(start=start, end=end, duration_ms=duration_ms, button=button):
            wire_button = mouse_buttons.to_wire(button)
            return pb.Action(
                drag=pb.Drag(start=_point(start), end=_point(end), duration_ms=duration_ms, button=wire_button)
            )
        case Swipe(start=start, end=end, duration_ms=duration_ms):
            return pb.Action(swipe=pb.Swipe(start=_point(start), end=_point(end), duration_ms=duration_ms))
        case Scroll(at=at, dx=dx, dy=dy):
            return pb.Action(scroll=pb.Scroll(at=_point(at), dx=dx, dy=dy))
        case TypeText(text=text):
            return pb.Action(type_text=pb.TypeText(text=text))
        case PressKey(key=key, modifiers=held):
            wire = [modifiers.to_wire(modifier) for modifier in held]
            return pb.Action(press_key=pb.PressKey(key=key, modifiers=wire))
        case SystemButton(button=name):
            return pb.Action(system_button=pb.SystemButton(button=buttons.to_wire(name)))
        case OpenApp(name=app):
            return pb.Action(open_app=pb.OpenApp(name=app))
        case Wait(duration_s=duration_s):
            return pb.Action(wait=pb.Wait(duration_s=duration_s))
        case Answer(text=text):
            return pb.Action(answer=pb.Answer(text=text))
        case Terminate(status=status, reason=reason):
            return pb.Action(terminate=pb.Terminate(status=terminate_statuses.to_wire(status), reason=reason))
        case _:
            assert_never(action)


def action_from_pb(message: pb.Action) -> Action:
    """Raises ConfigError for an empty action, DataError for an unknown enum number."""
    match message.WhichOneof("kind"):
        case "click":
            click = message.click
            return Click(
                at=_from_point(click.at),
                button=mouse_buttons.from_wire(click.button),
                count=click.count,
                modifiers=tuple(modifiers.from_wire(number) for number in click.modifiers),
            )
        case "move_to":
            return MoveTo(at=_from_point(message.move_to.at))
        case "long_press":
            return LongPress(at=_from_point(message.long_press.at), duration_ms=message.long_press.duration_ms)
        case "drag":
            drag = message.drag
            return Drag(
                start=_from_point(drag.start),
                end=_from_point(drag.end),
                duration_ms=drag.duration_ms,
                button=mouse_buttons.from_wire(drag.button),
            )
        case "swipe":
            swipe = message.swipe
            return Swipe(start=_from_point(swipe.start), end=_from_point(swipe.end), duration_ms=swipe.duration_ms)
        case "scroll":
            scroll = message.scroll
            return Scroll(at=_from_point(scroll.at), dx=scroll.dx, dy=scroll.dy)
        case _:
            return _pointless_from_pb(message)


def _pointless_from_pb(message: pb.Action) -> Action:
    """The actions that name no place on the screen."""
    match message.WhichOneof("kind"):
        case "type_text":
            return TypeText(text=message.type_text.text)
        case "press_key":
            held = tuple(modifiers.from_wire(number) for number in message.press_key.modifiers)
            return PressKey(key=message.press_key.key, modifiers=held)
        case "system_button":
            return SystemButton(button=buttons.from_wire(message.system_button.button))
        case "open_app":
            return OpenApp(name=message.open_app.name)
        case "wait":
            return Wait(duration_s=message.wait.duration_s)
        case "answer":
            return Answer(text=message.answer.text)
        case "terminate":
            status = terminate_statuses.from_wire(message.terminate.status)
            return Terminate(status=status, reason=message.terminate.reason)
        case _:
            raise ConfigError("the request holds no action that this server knows", field="action")
