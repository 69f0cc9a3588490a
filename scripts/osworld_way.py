"""What OSWorld's guest server does for one step, with the libraries it uses: the baseline of bench_osworld_step.py.

It runs inside the desktop, by Debian's python3 with pyatspi and a folder with pyautogui on its path. It is a stand-in:
OSWorld's server is not part of its package. Each step starts a process for the action, as its `/execute` does, takes a
screenshot with the pointer pasted into it, and walks the accessibility tree object by object into the same XML. HTTP is
left out, in the baseline's favour.

Prints one JSON object: seconds of each part a step, and the nodes of the last tree.

    python3 osworld_way.py PYAUTOGUI_FOLDER STEPS X Y
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

SPACE = "{https://accessibility.ubuntu.example.org/ns/%s}%s"
DEPTH_MAX, WIDTH_MAX = 50, 1024


def act(folder: str, x: int, y: int) -> None:
    code = f"import pyautogui; import time; pyautogui.FAILSAFE = False; pyautogui.click({x}, {y})"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": folder})


def screenshot() -> bytes:
    import Xlib.display
    from PIL import Image

    root = Xlib.display.Display().screen().root
    size = root.get_geometry()
    raw = root.get_image(0, 0, size.width, size.height, 2, 0xFFFFFFFF)
    picture = Image.frombytes("RGB", (size.width, size.height), raw.data, "raw", "BGRX")
    told = io.BytesIO()
    picture.save(told, "PNG")
    return told.getvalue()


def element(node, depth: int = 0) -> ET.Element:
    """One object and what is below it. A sheet's cells as far as they show."""
    import pyatspi

    states = {pyatspi.stateToString(state).removeprefix("STATE_").lower() for state in node.getState().getStates()}
    found = ET.Element(node.getRoleName().replace(" ", "-") or "unknown", {"name": node.name})
    for state in states:
        found.set(SPACE % ("state", state), "true")
    for pair in node.getAttributes():
        name, _, value = pair.partition(":")
        found.set(SPACE % ("attributes", "".join(letter for letter in name if letter.isalnum()) or "x"), value)
    for ask in (component, text, value_of, actions):
        try:
            ask(node, found, states)
        except (NotImplementedError, RuntimeError):
            continue
    if depth < DEPTH_MAX:
        below = cells(node) if node.getRole() == pyatspi.ROLE_TABLE else children(node)
        found.extend([element(child, depth + 1) for child in below])
    return found


def component(node, found: ET.Element, states: set[str]) -> None:
    import pyatspi

    if states & {"visible", "showing"}:
        box = node.queryComponent().getExtents(pyatspi.XY_SCREEN)
        found.set(SPACE % ("component", "screencoord"), str((box.x, box.y)))
        found.set(SPACE % ("component", "size"), str((box.width, box.height)))


def text(node, found: ET.Element, states: set[str]) -> None:
    asked = node.queryText()
    found.text = asked.getText(0, asked.characterCount)


def value_of(node, found: ET.Element, states: set[str]) -> None:
    asked = node.queryValue()
    for name, value in (("value", asked.currentValue), ("min", asked.minimumValue), ("max", asked.maximumValue)):
        found.set(SPACE % ("value", name), str(value))


def actions(node, found: ET.Element, states: set[str]) -> None:
    asked = node.queryAction()
    for at in range(asked.nActions):
        found.set(SPACE % ("action", f"{asked.getName(at) or at}_desc".replace(" ", "_")), asked.getDescription(at))


def children(node):
    for at in range(min(node.childCount, WIDTH_MAX)):
        child = node.getChildAtIndex(at)
        if child is not None:
            yield child


def cells(node):
    """Row by row, until one begins out of view; each until a cell is out of view."""
    import pyatspi

    table = node.queryTable()
    for row in range(min(table.nRows, WIDTH_MAX)):
        for column in range(min(table.nColumns, WIDTH_MAX)):
            cell = table.getAccessibleAt(row, column)
            if cell is None or not cell.getState().contains(pyatspi.STATE_SHOWING):
                if column == 0:
                    return
                break
            yield cell


def main() -> None:
    folder, steps, x, y = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    sys.path.insert(0, folder)
    import pyatspi

    told = {"action_s": [], "screenshot_s": [], "tree_s": []}
    nodes = 0
    for step in range(steps):
        began = time.perf_counter()
        act(folder, x + step % 3, y)
        acted = time.perf_counter()
        screenshot()
        shot = time.perf_counter()
        desktop = pyatspi.Registry.getDesktop(0)
        tree = element(desktop)
        written = ET.tostring(tree)
        told["action_s"].append(acted - began)
        told["screenshot_s"].append(shot - acted)
        told["tree_s"].append(time.perf_counter() - shot)
        nodes = sum(1 for _ in tree.iter())
    print(json.dumps({**told, "nodes": nodes, "bytes": len(written)}))


main()
