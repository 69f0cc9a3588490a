"""Key events by Android key code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator import telephone
from device_farm.simulator.editing import Editor

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

META_SHIFT = 0x1
META_CTRL = 0x1000
META_CAPS_LOCK = 0x100000

HOME, BACK, UP, DOWN, LEFT, RIGHT = 3, 4, 19, 20, 21, 22
VOLUME_UP, VOLUME_DOWN, POWER, TAB, ENTER, DEL, MENU = 24, 25, 26, 61, 66, 67, 82
DPAD_CENTER, NOTIFICATION, PAGE_UP, PAGE_DOWN, ESCAPE, FORWARD_DEL = 23, 83, 92, 93, 111, 112
MOVE_HOME, MOVE_END, NUMPAD_ENTER, VOLUME_MUTE, APP_SWITCH = 122, 123, 160, 164, 187
BRIGHTNESS_DOWN, BRIGHTNESS_UP, SLEEP, WAKEUP, CUT, COPY, PASTE = 220, 221, 223, 224, 277, 278, 279

VOLUME_MAX = 15
VOLUME_PANEL_S = 3.0

_PLAIN = {
    **{7 + digit: str(digit) for digit in range(10)},
    **{29 + index: chr(97 + index) for index in range(26)},
    **{144 + digit: str(digit) for digit in range(10)},
    17: "*", 18: "#", 55: ",", 56: ".", 62: " ", 68: "`", 69: "-", 70: "=", 71: "[", 72: "]", 73: "\\", 74: ";",
    75: "'", 76: "/", 77: "@", 81: "+", 154: "/", 155: "*", 156: "-", 157: "+", 158: ".", 159: ",",
}  # fmt: skip
_SHIFTED = {
    **{29 + index: chr(65 + index) for index in range(26)},
    **dict(zip(range(7, 17), ")!@#$%^&*(", strict=True)),
    55: "<", 56: ">", 68: "~", 69: "_", 70: "+", 71: "{", 72: "}", 73: "|", 74: ":", 75: '"', 76: "?",
}  # fmt: skip
CHARACTERS: Mapping[int, str] = _PLAIN
SHIFTED_CHARACTERS: Mapping[int, str] = {**_PLAIN, **_SHIFTED}


class Keys:
    """What each key does."""

    def __init__(self, phone: SimulatedPhone, editor: Editor) -> None:
        self._phone = phone
        self._editor = editor

    def press(self, code: int, meta: int) -> None:
        """Unknown codes do nothing, as on Android."""
        phone = self._phone
        if code in (POWER, SLEEP, WAKEUP):
            phone.change(screen_on=code == WAKEUP or (code == POWER and not phone.state.screen_on))
            return
        if not phone.screen_on:
            return
        if not self._system(code) and not self._editing(code, meta):
            self._character(code, meta)

    def _system(self, code: int) -> bool:
        phone = self._phone
        match code:
            case 3:  # HOME
                phone.activities.home()
            case 4 | 111:  # BACK, ESCAPE
                self.back()
            case 5:  # CALL
                telephone.answer(phone)
            case 6 if phone.state.call is not None:  # ENDCALL
                telephone.hang_up(phone)
            case 6:  # Without a call, the key puts the phone to sleep.
                phone.change(screen_on=False)
            case 187:  # APP_SWITCH
                if phone.state.surface != "recents":
                    phone.activities.open_recents()
                elif not phone.activities.previous_task():
                    phone.activities.home()
            case 24 | 25 | 164:  # VOLUME_UP, VOLUME_DOWN, VOLUME_MUTE
                self._volume(code)
            case 220 | 221:  # BRIGHTNESS_DOWN, BRIGHTNESS_UP
                level = phone.settings.get_int("system", "screen_brightness", 102) + (
                    25 if code == BRIGHTNESS_UP else -25
                )
                phone.settings.put("system", "screen_brightness", min(max(level, 1), 255))
            case 82:  # MENU
                phone.screen.tap_described("More options")
            case 83:  # NOTIFICATION
                phone.change(shade="closed" if phone.state.shade != "closed" else "notifications")
            case 92 | 93:  # PAGE_UP, PAGE_DOWN
                phone.screen.page(forward=code == PAGE_DOWN)
            case _:
                return False
        return True

    def _editing(self, code: int, meta: int) -> bool:
        editor, extend = self._editor, bool(meta & META_SHIFT)
        match code:
            case 66 | 160 | 23:  # ENTER, NUMPAD_ENTER, DPAD_CENTER
                self.enter()
            case 61:  # TAB
                editor.focus_next(backwards=extend)
            case 67:  # DEL
                editor.delete()
            case 112:  # FORWARD_DEL
                editor.delete(forward=True)
            case 21 | 22:  # DPAD_LEFT, DPAD_RIGHT
                editor.move_by(1 if code == RIGHT else -1, extend=extend)
            case 19 | 20:  # DPAD_UP, DPAD_DOWN
                editor.move_line(1 if code == DOWN else -1, extend=extend)
            case 122 | 123:  # MOVE_HOME, MOVE_END
                editor.move_edge(end=code == MOVE_END, extend=extend)
            case 277 | 278:  # CUT, COPY
                editor.copy(cut=code == CUT)
            case 279:  # PASTE
                editor.paste()
            case _:
                return False
        return True

    def _character(self, code: int, meta: int) -> None:
        if meta & META_CTRL:
            match CHARACTERS.get(code):
                case "a":
                    self._editor.select_all()
                case "c":
                    self._editor.copy()
                case "x":
                    self._editor.copy(cut=True)
                case "v":
                    self._editor.paste()
                case _:
                    pass
            return
        upper = bool(meta & META_SHIFT) or (bool(meta & META_CAPS_LOCK) and 29 <= code <= 54)
        character = (SHIFTED_CHARACTERS if upper else CHARACTERS).get(code)
        if character is not None:
            self._editor.type(character)

    def enter(self) -> None:
        """A new line in a field of several lines; elsewhere submits, or goes on to the next field."""
        found = self._editor.focused()
        if found is None:
            return
        ref, field, state = found
        if field.multiline:
            self._editor.type("\n")
        elif field.on_submit is not None:
            listener = field.on_submit
            self._phone.screen.run(ref, lambda: listener(state.text))
        elif not self._editor.focus_next():
            self._phone.change(keyboard=replace(self._phone.state.keyboard, hidden=True))

    def back(self) -> None:
        """Closes what lies on top: prompts, shade, keyboard, menu, dialog; then the screen itself goes back."""
        phone = self._phone
        state = phone.state
        if state.crash is not None:
            phone.change(crash=None)
        elif state.chooser is not None:
            phone.change(chooser=None)
        elif state.prompt is not None:
            phone.screen.answer_prompt(granted=False, decided=False)
        elif state.shade != "closed":
            phone.change(shade="closed")
        elif phone.screen.keyboard_visible():
            phone.change(keyboard=replace(state.keyboard, hidden=True))
        elif not phone.screen.close_top():
            front = state.front
            if front is not None:
                phone.activities.back(front.id)
            else:
                phone.change(surface="home")

    def _volume(self, code: int) -> None:
        phone = self._phone
        level = phone.settings.get_int("system", "volume_music", 5)
        step = {VOLUME_UP: 1, VOLUME_DOWN: -1}.get(code, -level)
        level = min(max(level + step, 0), VOLUME_MAX)
        phone.settings.put("system", "volume_music", level)
        phone.settings.put("system", "volume_music_speaker", level)
        phone.change(volume_until_s=phone.clock.uptime_s() + VOLUME_PANEL_S)
