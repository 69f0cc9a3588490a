"""The system prompt of each dialect: the actions and the exact form of a reply."""

from __future__ import annotations

import json

from device_farm.errors import ConfigError
from device_farm.types.codec.space import CoordinateSpace

_MOBILE_ACTIONS = """\
- {"action": "click", "coordinate": [x, y]}: tap a point of the screen
- {"action": "long_press", "coordinate": [x, y], "time": seconds}: press and hold
- {"action": "swipe", "coordinate": [x, y], "coordinate2": [x2, y2]}: move a finger from the first point to the second
- {"action": "type", "text": "..."}: type into the focused field
- {"action": "key", "text": "volume_up"}: press a hardware key
- {"action": "system_button", "button": "Back" | "Home" | "Menu" | "Enter"}
- {"action": "open", "text": "..."}: open an application by its name
- {"action": "wait", "time": seconds}
- {"action": "answer", "text": "..."}: answer the question of the task; terminate afterwards
- {"action": "terminate", "status": "success" | "failure"}: end the task"""

_COMPUTER_ACTIONS = """\
- {"action": "left_click" | "right_click" | "middle_click" | "double_click" | "triple_click", "coordinate": [x, y]}
- {"action": "mouse_move", "coordinate": [x, y]}
- {"action": "left_click_drag", "coordinate": [x, y], "coordinate2": [x2, y2]}: drag from the first point to the second
- {"action": "scroll", "coordinate": [x, y], "pixels": n}: positive scrolls up, negative down
- {"action": "type", "text": "..."}: type into the focused element
- {"action": "key", "keys": ["ctrl", "s"]}: press keys together
- {"action": "wait", "time": seconds}
- {"action": "answer", "text": "..."}: answer the question of the task; terminate afterwards
- {"action": "terminate", "status": "success" | "failure"}: end the task"""

_UI_TARS_MOBILE = """\
click(start_box='(x,y)')
long_press(start_box='(x,y)')
type(content='...')
scroll(start_box='(x,y)', direction='down or up or right or left')
drag(start_box='(x,y)', end_box='(x,y)')
open_app(app_name='...')
press_home()
press_back()
wait()
finished(content='the answer, if the task asks a question')
call_user() # when the task cannot be done"""

_UI_TARS_DESKTOP = """\
click(start_box='(x,y)')
left_double(start_box='(x,y)')
right_single(start_box='(x,y)')
drag(start_box='(x,y)', end_box='(x,y)')
hotkey(key='ctrl s')
type(content='...') # end with \\n to submit
scroll(start_box='(x,y)', direction='down or up or right or left')
wait()
finished(content='the answer, if the task asks a question')
call_user() # when the task cannot be done"""

_UI_TARS_ESCAPES = "Inside quotes write \\' for ', \\\" for \" and \\n for a line feed."


def system_prompt(dialect: str, space: CoordinateSpace, *, structured: bool = False) -> str:
    """What the model is told before the task. Raises ConfigError for a dialect without a prompt."""
    width, height = space.model.width, space.model.height
    grid = f"The screen is {width}x{height}; x grows to the right, y downwards, from 0."
    match dialect:
        case "ui_s1":
            head, actions = "You operate a phone by one action at a time.", _MOBILE_ACTIONS
            form = "<think>\nyour reasoning\n</think>\n<action>\none of the JSON objects above\n</action>"
        case "mobile_use":
            head, actions = "You operate a phone by one action at a time.", _MOBILE_ACTIONS
            form = f"your reasoning in one sentence\n{_tool_call(dialect)}"
        case "computer_use":
            head, actions = "You operate a desktop computer by one action at a time.", _COMPUTER_ACTIONS
            form = f"your reasoning in one sentence\n{_tool_call(dialect)}"
        case "ui_tars":
            head, actions = "You operate a phone by one action at a time.", _UI_TARS_MOBILE
            form = f"Thought: your reasoning\nAction: one of the calls above\n{_UI_TARS_ESCAPES}"
        case "ui_tars_desktop":
            head, actions = "You operate a desktop computer by one action at a time.", _UI_TARS_DESKTOP
            form = f"Thought: your reasoning\nAction: one of the calls above\n{_UI_TARS_ESCAPES}"
        case _:
            raise ConfigError(f"no prompt for dialect {dialect!r}", field="policy.dialect")
    if structured:
        form = 'One JSON object: "thought" first, then the action as above.'
    return f"{head} {grid}\n\nActions:\n{actions}\n\nReply in exactly this form, with one action:\n{form}"


def _tool_call(tool: str) -> str:
    call = json.dumps({"name": tool, "arguments": "ACTION"}).replace('"ACTION"', "one of the JSON objects above")
    return f"<tool_call>\n{call}\n</tool_call>"


def first_message(goal: str) -> str:
    return f"Task: {goal}"


def unreadable(error: str) -> str:
    """What the model is told when its reply did not parse."""
    return f"Your last reply was not carried out, because it could not be read: {error}\nReply in the given form."


def refused(error: str) -> str:
    """What the model is told when the device would not carry out its action."""
    return f"Your last action was not carried out: {error}"


def overruled(done: str, why: str) -> str:
    """What the model is told when another action was carried out than it wanted; `done` says which."""
    return f"Your last action was not carried out. In its place this was done: {done}\nThe reason: {why}"
