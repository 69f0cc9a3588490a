"""Files of the guest: brought, taken, listed; the wallpaper."""

from __future__ import annotations

import json
import shlex
from typing import Final

from device_farm.desktop.osworld.desk import Desk
from device_farm.desktop.osworld.messages import Fields, RefusedError, answer, text_answer
from device_farm.errors import GuestError
from device_farm.simulator.uiautomator.http import Response

_WALLPAPER: Final = "/backdrop/screen0/monitorscreen/workspace0/last-image"
_ENTRIES_MAX: Final = 50_000
_TREE_SOURCE: Final = f"""
import json, os, sys
left = [{_ENTRIES_MAX}]
def tree(path, depth):
    left[0] -= 1
    name = os.path.basename(path) or path
    if not os.path.isdir(path) or os.path.islink(path):
        return {{"type": "file", "name": name}}
    children = []
    if depth < 40:
        try:
            entries = sorted(os.listdir(path))
        except OSError:
            entries = []
        for entry in entries:
            if left[0] <= 0:
                break
            children.append(tree(os.path.join(path, entry), depth + 1))
    return {{"type": "directory", "name": name, "children": children}}
json.dump(tree(sys.argv[1], 0), sys.stdout)
"""


async def take_file(desk: Desk, fields: Fields) -> Response:
    """`/file`: the file's bytes; 404 where there is none, or where it is none that can be read."""
    path = await desk.expand(fields.text("file_path"))
    try:
        data = await desk.device.pull(path)
    except GuestError as error:
        raise RefusedError(404, f"File not found: {path:.300}: {error.message}") from error
    return Response(status=200, body=data, content_type="application/octet-stream")


async def bring_file(desk: Desk, fields: Fields) -> Response:
    """`/setup/upload`: folders on the way are made."""
    path = await desk.expand(fields.text("file_path"))
    try:
        await desk.device.push(path, fields.data("file_data"))
    except GuestError as error:
        raise RefusedError(500, f"{path:.300} cannot be written: {error.message}") from error
    return text_answer("File Uploaded")


async def list_directory(desk: Desk, fields: Fields) -> Response:
    """`/list_directory`: a folder with everything below it."""
    path = await desk.expand(fields.text("path"))
    result = await desk.run(
        f"test -d {shlex.quote(path)} || exit 44\n{shlex.join(['python3', '-I', '-c', _TREE_SOURCE, path])}"
    )
    if result.exit_code == 44:
        raise RefusedError(404, f"there is no folder {path!r:.300}")
    if result.exit_code != 0:
        raise RefusedError(500, f"{path!r:.300} cannot be listed: {result.stderr[-200:]!r}")
    return answer({"directory_tree": json.loads(result.stdout)})


async def desktop_path(desk: Desk, fields: Fields) -> Response:
    await desk.prepare()
    return answer({"desktop_path": f"{desk.home}/Desktop"})


async def change_wallpaper(desk: Desk, fields: Fields) -> Response:
    """`/setup/change_wallpaper`: an image file of the guest."""
    path = await desk.expand(fields.text("path"))
    there = await desk.run(f"test -f {shlex.quote(path)}")
    if there.exit_code != 0:
        raise RefusedError(404, f"there is no file {path!r:.300}")
    settings = f"xfconf-query -c xfce4-desktop -n -p {_WALLPAPER} -t string -s {shlex.quote(path)}"
    style = f"xfconf-query -c xfce4-desktop -n -p {_WALLPAPER.replace('last-image', 'image-style')} -t int -s 5"
    result = await desk.run(f"{settings} && {style}")
    if result.exit_code != 0:
        raise RefusedError(500, f"the wallpaper cannot be set: {result.stderr[-200:]!r}")
    return answer({"status": "success", "message": "Wallpaper changed"})


async def wallpaper(desk: Desk, fields: Fields) -> Response:
    """`/wallpaper`: the bytes of the image; 404 where the background is no image."""
    result = await desk.run(f"xfconf-query -c xfce4-desktop -p {_WALLPAPER}")
    path = result.stdout.decode("utf-8", "replace").strip()
    if result.exit_code != 0 or not path:
        raise RefusedError(404, "the background of the desktop is no image")
    try:
        data = await desk.device.pull(path)
    except GuestError as error:
        raise RefusedError(404, f"the wallpaper {path:.300}: {error.message}") from error
    return Response(status=200, body=data, content_type="application/octet-stream")
