"""One booted desktop session: guest, X server, buses, window manager, panel. It ends as a whole and is never mended."""

from __future__ import annotations

import asyncio
import logging
import time

from device_farm.desktop import template
from device_farm.desktop.accessibility import Accessibility
from device_farm.desktop.display import Display, authority_file, cookie_of, new_cookie
from device_farm.desktop.guest import GRACE_S, Guest
from device_farm.desktop.input import Input
from device_farm.desktop.keyboard import Keyboard
from device_farm.desktop.packages import SYSTEM_PATH
from device_farm.desktop.screen import Screen
from device_farm.desktop.settle import Settle
from device_farm.desktop.windows import SHELL_WINDOWS, stacked_windows
from device_farm.errors import BackendError, FarmError, GuestError
from device_farm.types.geometry import Size

_LOGGER = logging.getLogger(__name__)
BOOT_TIMEOUT_S = 45.0


class Session:
    """Boots with `start`; afterwards `guest`, `screen`, `input`, `settle`, `accessibility` and `display` are usable."""

    guest: Guest
    display: Display
    display_name: str
    screen: Screen
    input: Input
    settle: Settle
    accessibility: Accessibility

    def __init__(self, *, size: Size, guest: Guest) -> None:
        self._size = size
        self.guest = guest
        self.display = Display(patience=guest.patience)
        self._boot_limit_s = BOOT_TIMEOUT_S * guest.patience
        self.accessibility = Accessibility()
        self.display_name = ""

    async def start(self, home: bytes | None = None) -> None:
        """Boots to a drawn desktop. `home` is a packed home to begin with, the fresh one by default.

        Raises:
            BackendError: something did not come up in time; `close` must still be called.
        """
        try:
            async with asyncio.timeout(self._boot_limit_s):
                await self._start(template.home_archive() if home is None else home)
        except TimeoutError as error:
            raise BackendError(f"the desktop did not boot within {self._boot_limit_s:g} s") from error
        except BackendError:
            raise
        except FarmError as error:
            raise BackendError(f"the desktop did not boot: {error}") from error

    async def _start(self, home: bytes) -> None:
        await self.guest.start()
        place = self.guest.place
        cookie = new_cookie()
        self._logs = f"{place.runtime}/log"
        await self.guest.request("exec", argv=["/bin/mkdir", "-p", self._logs], env={}, limit_s=GRACE_S)
        await self.guest.request("unpack", data=home)
        await self.put(f"{place.runtime}/Xauthority", authority_file(cookie))
        # The X server first: programs that the bus starts inherit its DISPLAY.
        await self._start_x()
        await self._start_bus()
        await self._connect(cookie)
        for name in ("openbox", "xfdesktop", "xfce4-panel"):
            await self.spawn(name, [f"/usr/bin/{name}", *(["--sm-disable"] if name == "openbox" else [])])
        await self._wait_for_shell()

    async def _connect(self, cookie: bytes) -> None:
        connection = await self.guest.connect(f"/tmp/.X11-unix/X{self.display_name.removeprefix(':')}")
        await self.display.open(connection, cookie)
        self.settle = Settle(self.display, patience=self.guest.patience)
        self.screen = await self.display.call(Screen, self.display, shared=self.guest.shares_memory)
        keyboard = await self.display.call(Keyboard, self.display)
        self.input = Input(self.display, keyboard, self.settle)
        await self.accessibility.start(self.guest)

    async def attach(self) -> None:
        """Connects to a session that runs already, in a machine that went on from a snapshot.

        Raises:
            BackendError: it does not answer; `close` must still be called.
        """
        try:
            async with asyncio.timeout(self._boot_limit_s):
                await self.guest.start()
                runtime = self.guest.place.runtime
                self._logs = f"{runtime}/log"
                _, name = await self.guest.request("get", path=f"{runtime}/display")
                _, authority = await self.guest.request("get", path=f"{runtime}/Xauthority")
                self.display_name = name.decode()
                await self._connect(cookie_of(authority))
        except TimeoutError as error:
            raise BackendError(f"the session did not answer within {self._boot_limit_s:g} s") from error
        except FarmError as error:
            raise BackendError(f"the session did not answer: {error}") from error

    async def _start_x(self) -> None:
        place = self.guest.place
        screen = f"{self._size.width}x{self._size.height}x24"
        # -noreset: the server outlives the last client; -displayfd: it says when it is ready, and its number.
        argv = [
            *("/usr/bin/Xvfb", "-displayfd", "{fd}", "-screen", "0", screen, "-auth", f"{place.runtime}/Xauthority"),
            *("-nolisten", "tcp", "-noreset", "-dpi", "96", "+extension", "MIT-SHM", "+extension", "DAMAGE"),
        ]
        reply, _ = await self.guest.request(
            "spawn", name="Xvfb", argv=argv, env=self.environment(), logs=self._logs, report=True
        )
        self.display_name = f":{reply['report']}"
        await self.put(f"{place.runtime}/display", self.display_name.encode())

    async def _start_bus(self) -> None:
        argv = ["/usr/bin/dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={self._bus}"]
        await self.spawn("dbus-daemon", argv)
        (await self.guest.connect(self._bus)).close()

    @property
    def _bus(self) -> str:
        return f"{self.guest.place.runtime}/bus"

    def environment(self) -> dict[str, str]:
        """What every program of the session sees; nothing of the host's environment is in it."""
        place = self.guest.place
        home = place.home
        return {
            "HOME": home,
            "USER": "user",
            "LOGNAME": "user",
            "SHELL": "/bin/bash",
            "PATH": SYSTEM_PATH,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TMPDIR": place.tmp,
            "DISPLAY": self.display_name or ":0",
            "XAUTHORITY": f"{place.runtime}/Xauthority",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._bus}",
            "XDG_RUNTIME_DIR": place.runtime,
            "XDG_CONFIG_HOME": f"{home}/.config",
            "XDG_DATA_HOME": f"{home}/.local/share",
            "XDG_STATE_HOME": f"{home}/.local/state",
            "XDG_CACHE_HOME": f"{home}/.cache",
            "XDG_DATA_DIRS": "/usr/share",
            "XDG_CONFIG_DIRS": "/etc/xdg",
            "XDG_CURRENT_DESKTOP": "XFCE",
            "XDG_MENU_PREFIX": "xfce-",
            "XDG_SESSION_TYPE": "x11",
            "GDK_BACKEND": "x11",
            "GTK_IM_MODULE": "gtk-im-context-simple",
            "GSETTINGS_BACKEND": "keyfile",
            "GIO_USE_VFS": "local",
            "SAL_USE_VCLPLUGIN": "gtk3",
            # Qt's programs describe themselves only where they believe that somebody listens.
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }

    async def put(self, path: str, data: bytes, *, mode: int = 0o600) -> None:
        await self.guest.request("put", data=data, path=path, mode=mode)

    async def spawn(self, name: str, argv: list[str]) -> int:
        """Starts a program of the session; returns its process id in the guest."""
        reply, _ = await self.guest.request(
            "spawn", name=name, argv=argv, env=self.environment(), logs=self._logs, report=False
        )
        return int(reply["pid"])

    async def _wait_for_shell(self) -> None:
        """Until panel and wallpaper are there and drawn."""
        deadline = time.monotonic() + self._boot_limit_s / 2
        while True:
            windows = await self.display.call(stacked_windows, self.display)
            missing = SHELL_WINDOWS - {window.app for window in windows}
            # On a busy machine a window is there long before its program draws it and takes clicks.
            if not missing and (await self.display.call(self._shell_is_drawn) or time.monotonic() > deadline):
                break
            if missing and time.monotonic() > deadline:
                raise BackendError(f"{', '.join(sorted(missing))} did not appear: {await self._logged(missing)}")
            await asyncio.sleep(0.01)
        await self.settle.quiet(quiet_s=0.15, limit_s=3.0)

    def _shell_is_drawn(self) -> bool:
        """Whether panel and wallpaper show more than one colour each. Runs in the X thread."""
        pixels = self.screen.pixels()
        boxes = [window.bounds for window in stacked_windows(self.display) if window.app in SHELL_WINDOWS]
        parts = [pixels[box.top : box.bottom, box.left : box.right, :3] for box in boxes]
        return all(part.size == 0 or bool((part != part[:1, :1]).any()) for part in parts)

    async def _logged(self, names: frozenset[str]) -> str:
        said = []
        for name in sorted(names):
            try:
                _, text = await self.guest.request("get", path=f"{self._logs}/{name}.log")
                said.append(text[-300:].decode(errors="replace").strip())
            except GuestError as error:
                said.append(str(error))
        return " ".join(said)

    async def close(self) -> None:
        """Ends every process of the session. Idempotent."""
        # The buses first: they would complain of an end that comes unannounced.
        await self.accessibility.close()
        await self.guest.close()
        await self.display.close()
