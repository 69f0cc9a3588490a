"""The applications, driven by mouse and keyboard as an agent would."""

from __future__ import annotations

import pytest
from desktop_rig import Rig, labels, nodes

from device_farm.desktop.device import DesktopDevice
from device_farm.types.action import Click, OpenApp, PressKey, Scroll, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode

TEXT = "a<b> >= é ß ŁódŹ \"q\" 's' 中文 日本 العربية 😀 ~`^|\\ €\n\tx"


def named(seen: Observation, text: str, role: str) -> UiNode:
    return next(node for node in nodes(seen) if node.text == text and node.role == role)


def has(text: str, role: str):
    return lambda seen: any(node.text == text and node.role == role for node in nodes(seen))


def on_top(seen: Observation) -> str:
    """The application whose window the tree draws last."""
    assert seen.ui_tree is not None
    return seen.ui_tree.roots[-1].app


def test_editor_saves_every_character_that_was_typed(rig: Rig, desktop: DesktopDevice) -> None:
    async def scenario() -> bytes:
        await desktop.push("note.txt", b"")
        await desktop.act(OpenApp(name="text editor"))
        await desktop.act(PressKey(key="o", modifiers=("ctrl",)))
        await rig.until(desktop, lambda seen: "Open File" in labels(seen), "the open dialog")
        await desktop.act(TypeText(text="/home/user/note.txt\n"))
        await rig.until(desktop, lambda seen: "note.txt" in seen.foreground.window, "the opened file")
        await desktop.act(TypeText(text=TEXT))
        await desktop.act(PressKey(key="s", modifiers=("ctrl",)))
        await rig.until(desktop, lambda seen: not seen.foreground.window.startswith("*"), "the saved file")
        return await desktop.pull("note.txt")

    assert rig.run(scenario()).decode().rstrip("\n") == TEXT


def test_sheet_shows_typed_cells_where_a_click_meets_them(rig: Rig, desktop: DesktopDevice) -> None:
    async def scenario() -> dict[str, str]:
        seen = await desktop.act_and_observe(OpenApp(name="LibreOffice Calc"))
        assert seen.foreground.app == "libreoffice-calc"
        await rig.go_to_cell(desktop, "C3")
        await desktop.act(TypeText(text="12\n30\n=C3+C4\n"))
        seen = await rig.until(desktop, lambda seen: "42" in labels(seen), "the sum")
        return {node.text: node.value for node in nodes(seen) if node.role == "table cell" and node.value}

    assert rig.run(scenario()) == {"C3": "12", "C4": "30", "C5": "42"}


def test_file_manager_shows_a_pushed_file(rig: Rig, desktop: DesktopDevice) -> None:
    async def scenario() -> None:
        await desktop.push("Documents/report é.txt", b"x")
        await desktop.act(OpenApp(name="files"))
        seen = await rig.until(desktop, has("Documents", "table cell"), "the folder")
        folder = named(seen, "Documents", "table cell")
        await desktop.act(Click(at=folder.bounds.center, count=2))
        await rig.until(desktop, has("report é.txt", "table cell"), "the file in its folder")

    rig.run(scenario())


def test_terminal_runs_a_typed_command(rig: Rig, desktop: DesktopDevice) -> None:
    async def scenario() -> bytes:
        await desktop.act(OpenApp(name="xfce4-terminal"))
        await desktop.act(TypeText(text="echo 'a < b' | tr a-z A-Z > out.txt; echo fin''ished\n"))
        await rig.until(desktop, lambda seen: any("finished" in label for label in labels(seen)), "the command's end")
        return await desktop.pull("out.txt")

    assert rig.run(scenario()) == b"A < B\n"


def test_panel_opens_an_application_by_mouse(rig: Rig, desktop: DesktopDevice) -> None:
    async def scenario() -> Observation:
        seen = await rig.until(desktop, has("Mousepad", "push button"), "the panel's button")
        await desktop.act(Click(at=named(seen, "Mousepad", "push button").bounds.center))
        # The window manager knows a window before its program has told AT-SPI of it.
        return await rig.until(desktop, lambda seen: on_top(seen) == "mousepad", "the editor, on top of the tree")

    assert rig.run(scenario()).foreground.app == "mousepad"


def test_wheel_scrolls_a_long_text(rig: Rig, desktop: DesktopDevice) -> None:
    async def scenario() -> tuple[Observation, Observation]:
        await desktop.push("long.txt", "\n".join(map(str, range(500))).encode())
        await desktop.act(OpenApp(name="text editor"))
        await desktop.act(PressKey(key="o", modifiers=("ctrl",)))
        await rig.until(desktop, lambda seen: "Open File" in labels(seen), "the open dialog")
        await desktop.act(TypeText(text="/home/user/long.txt\n"))
        seen = await rig.until(desktop, lambda seen: any(label.endswith("\n499") for label in labels(seen)), "the text")
        middle = next(node for node in nodes(seen) if "editable" in node.states).bounds.center
        down = await desktop.act_and_observe(Scroll(at=Point(middle.x, middle.y), dy=5))
        up = await desktop.act_and_observe(Scroll(at=Point(middle.x, middle.y), dy=-5))
        return down, up

    down, up = rig.run(scenario())
    assert down.screenshot is not None and up.screenshot is not None
    assert down.screenshot.digest != up.screenshot.digest


@pytest.mark.parametrize("name", ["text editor", "Mousepad", "org.xfce.mousepad", "org.xfce.mousepad.desktop"])
def test_application_is_found_by_each_of_its_names(rig: Rig, shared: DesktopDevice, name: str) -> None:
    from device_farm.desktop.applications import find_application
    from device_farm.desktop.launching import entries

    async def scenario() -> str:
        return find_application(name, await entries(shared._running())).desktop_id

    assert rig.run(scenario()) == "org.xfce.mousepad.desktop"
