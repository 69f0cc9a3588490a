"""Recording the screen, by the guest's own `ffmpeg`."""

from __future__ import annotations

import asyncio
import shlex
from typing import Final

from device_farm.desktop.osworld.desk import Desk
from device_farm.desktop.osworld.messages import Fields, RefusedError, answer
from device_farm.errors import GuestError
from device_farm.simulator.uiautomator.http import Response

_FRAMES_PER_S: Final = 10
_PATH: Final = "/tmp/osworld-recording.mp4"
_END_TRIES: Final = 100
_POLL_S: Final = 0.1


async def start_recording(desk: Desk, fields: Fields) -> Response:
    """Raises RefusedError where a recording runs, or the guest has no ffmpeg."""
    if desk.recorder:
        raise RefusedError(400, "a recording is running already; end it first")
    if (await desk.run("command -v ffmpeg")).exit_code != 0:
        raise RefusedError(501, "the desktop has no ffmpeg: apt-get install ffmpeg")
    screen = desk.device.info.screen
    argv = [
        *("ffmpeg", "-y", "-loglevel", "error", "-f", "x11grab", "-draw_mouse", "1"),
        *("-framerate", str(_FRAMES_PER_S), "-video_size", f"{screen.width}x{screen.height}"),
    ]
    line = f'{shlex.join(argv)} -i "$DISPLAY" -c:v libx264 -preset ultrafast -pix_fmt yuv420p {_PATH}'
    result = await desk.run(f"setsid {line} </dev/null >/dev/null 2>&1 & echo $!")
    desk.recorder = str(int(result.stdout))
    return answer({"status": "success", "message": "Started recording"})


async def end_recording(desk: Desk, fields: Fields) -> Response:
    """The video. Raises RefusedError where none was recorded."""
    if not desk.recorder:
        raise RefusedError(400, "no recording is running")
    process, desk.recorder = desk.recorder, ""
    await desk.run(f"kill -INT {process}")
    for _ in range(_END_TRIES):
        if (await desk.run(f"kill -0 {process}")).exit_code != 0:
            break
        await asyncio.sleep(_POLL_S)
    try:
        video = await desk.device.pull(_PATH)
    except GuestError as error:
        raise RefusedError(500, f"the recording has left no video: {error.message}") from error
    return Response(status=200, body=video, content_type="video/mp4")
