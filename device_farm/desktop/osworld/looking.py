"""What the desktop shows: screenshot, accessibility tree, terminal, sizes, pointer."""

from __future__ import annotations

from device_farm.desktop.osworld.accessibility_xml import to_xml
from device_farm.desktop.osworld.desk import Desk
from device_farm.desktop.osworld.messages import Fields, RefusedError, answer, text_answer
from device_farm.simulator.uiautomator.http import Response
from device_farm.types.observation import ObserveRequest

_TREE = ObserveRequest(screenshot=False)
_SHOT = ObserveRequest(ui_tree=False)


async def screenshot(desk: Desk, fields: Fields) -> Response:
    """`/screenshot`: a PNG with the pointer in it."""
    shot = (await desk.device.observe(_SHOT)).screenshot
    if shot is None or shot.data is None:
        raise RefusedError(500, "the desktop gave no screenshot")
    return Response(status=200, body=shot.data, content_type="image/png")


async def accessibility(desk: Desk, fields: Fields) -> Response:
    tree = (await desk.device.observe(_TREE)).ui_tree
    if tree is None:
        raise RefusedError(500, "the desktop gave no accessibility tree")
    return answer({"AT": to_xml(tree)})


async def terminal(desk: Desk, fields: Fields) -> Response:
    """`/terminal`: the text of the terminal with the focus, or else of the topmost; null where there is none."""
    tree = (await desk.device.observe(_TREE)).ui_tree
    found = tree.find_all(lambda node: node.role == "terminal") if tree is not None else []
    focused = [node for node in found if "focused" in node.states]
    texts = [node.value.rstrip() for node in focused or found]
    return answer({"output": texts[-1] if texts else None, "status": "success"})


async def platform(desk: Desk, fields: Fields) -> Response:
    return text_answer("Linux")


async def cursor_position(desk: Desk, fields: Fields) -> Response:
    """Where the calls of pyautogui have left the pointer."""
    return answer({"x": desk.hand.pointer.x, "y": desk.hand.pointer.y})


async def screen_size(desk: Desk, fields: Fields) -> Response:
    screen = desk.device.info.screen
    return answer({"width": screen.width, "height": screen.height})


async def set_screen_resolution(desk: Desk, fields: Fields) -> Response:
    """A desktop has the size that it was started with. Raises RefusedError for any other."""
    screen = desk.device.info.screen
    wanted = (fields.values.get("width"), fields.values.get("height"))
    if wanted != (screen.width, screen.height):
        raise RefusedError(
            501, f"the screen stays {screen.width}x{screen.height}; start the desktop with --width and --height"
        )
    return answer({"status": "success", "width": screen.width, "height": screen.height})


async def download_file(desk: Desk, fields: Fields) -> Response:
    """The desktop has no network. Raises RefusedError."""
    raise RefusedError(501, "the desktop has no network; download the file and bring it with /setup/upload")
