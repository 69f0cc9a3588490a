"""The table of routes, both generations of them, and what becomes of errors."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.desktop.osworld import execute, files, looking, recording, windows
from device_farm.desktop.osworld.desk import Desk
from device_farm.desktop.osworld.messages import Fields, RefusedError, answer, read_fields, route_of
from device_farm.device import Device
from device_farm.errors import FarmError
from device_farm.simulator.uiautomator.http import Request, Response

_LOGGER = logging.getLogger(__name__)
_Route: TypeAlias = Callable[[Desk, Fields], Awaitable[Response]]
_TROUBLES_MAX: Final = 200

ROUTES: Final[Mapping[tuple[str, str], _Route]] = {
    ("POST", "/execute"): execute.execute,
    ("POST", "/setup/execute"): execute.execute,
    ("POST", "/execute_with_verification"): execute.execute_verified,
    ("POST", "/setup/execute_with_verification"): execute.execute_verified,
    ("POST", "/setup/launch"): execute.launch,
    ("POST", "/run_python"): execute.run_python,
    ("POST", "/run_python_script"): execute.run_python,
    ("POST", "/run_bash_script"): execute.run_bash,
    ("GET", "/screenshot"): looking.screenshot,
    ("GET", "/accessibility"): looking.accessibility,
    ("GET", "/terminal"): looking.terminal,
    ("GET", "/platform"): looking.platform,
    ("GET", "/cursor_position"): looking.cursor_position,
    ("POST", "/screen_size"): looking.screen_size,
    ("POST", "/set_screen_resolution"): looking.set_screen_resolution,
    ("POST", "/setup/download_file"): looking.download_file,
    ("POST", "/window_size"): windows.window_size,
    ("POST", "/setup/activate_window"): windows.activate_window,
    ("POST", "/setup/close_window"): windows.close_window,
    ("POST", "/setup/open_file"): windows.open_file,
    ("POST", "/desktop_path"): files.desktop_path,
    ("POST", "/wallpaper"): files.wallpaper,
    ("POST", "/setup/change_wallpaper"): files.change_wallpaper,
    ("POST", "/list_directory"): files.list_directory,
    ("GET", "/list_directory"): files.list_directory,
    ("POST", "/file"): files.take_file,
    ("POST", "/setup/upload"): files.bring_file,
    ("POST", "/start_recording"): recording.start_recording,
    ("POST", "/end_recording"): recording.end_recording,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An answer that was an error. `infrastructure` says that the desktop failed, and not the request."""

    route: str
    status: int
    message: str
    infrastructure: bool = False


class GuestApi:
    """Answers OSWorld's requests for one desktop. `troubles` are the errors since it was last cleared.

    `reset` is called for `POST /farm/reset`; without one that route is refused.
    """

    def __init__(self, device: Device, *, reset: Callable[[], Awaitable[None]] | None = None) -> None:
        self.desk = Desk.of(device)
        self.troubles: list[Trouble] = []
        self._reset = reset

    async def handle(self, request: Request) -> Response:
        """The answer, an error as one too; only cancellation gets out."""
        method, path = route_of(request)
        try:
            if (method, path) == ("POST", "/farm/reset"):
                return await self._back_to_start()
            route = ROUTES.get((method, path))
            if route is None:
                raise _unknown(method, path)
            return await route(self.desk, read_fields(request))
        except RefusedError as error:
            return self._trouble(f"{method} {path}", error.status, str(error))
        except FarmError as error:
            return self._trouble(f"{method} {path}", 503, f"{type(error).__name__}: {error}", infrastructure=True)
        except Exception as error:
            _LOGGER.exception("the guest API failed at %s %s", method, path)
            message = f"{type(error).__name__}: {error}"
            return self._trouble(f"{method} {path}", 500, message, infrastructure=True)

    def note(self, route: str, error: FarmError) -> None:
        """Remembers that the desktop failed where no request of this API is answered."""
        self._trouble(route, 503, f"{type(error).__name__}: {error}", infrastructure=True)

    async def _back_to_start(self) -> Response:
        if self._reset is None:
            raise RefusedError(501, "whoever leased the desktop resets it")
        await self._reset()
        self.desk.forget()
        return answer({"status": "success"})

    def _trouble(self, route: str, status: int, message: str, *, infrastructure: bool = False) -> Response:
        trouble = Trouble(route=route, status=status, message=message, infrastructure=infrastructure)
        if len(self.troubles) < _TROUBLES_MAX:
            self.troubles.append(trouble)
        return answer({"status": "error", "message": message, "error": message}, status=status)


def _unknown(method: str, path: str) -> RefusedError:
    others = [other for other, known in ROUTES if known == path]
    if others:
        return RefusedError(405, f"{path} takes {' or '.join(others)}, not {method}")
    return RefusedError(404, f"there is no route {path:.100}")
