"""What the farm asks of a Docker daemon, through Docker's own SDK. Every method blocks."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from device_farm.desktop.sandbox import GUEST_UID, HOME_LIMIT_BYTES, TMP_LIMIT_BYTES
from device_farm.errors import BackendError, PrerequisiteError

LABEL = "gui-agent-farm.image"
"""Of an image: what it consists of, as `DeviceInfo.image` tells it."""
_OURS = "gui-agent-farm.desktop"
_CALL_TIMEOUT_S = 60
SHARED_MEMORY_BYTES = 1 << 30
_BUILD = "python emulator_images/desktop/build.py --docker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one container. Its memory holds the files of its home, too."""

    memory_mb: int
    cpus: float
    pids: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A started container. `pid` is its first process as the host sees it."""

    id: str
    pid: int


def run_options(*, folder: str, mount: str, limits: Limits) -> dict[str, Any]:
    """The options of `docker run`: no network, no capability, only memory to write to, `folder` shown at `mount`."""
    memory = f"{limits.memory_mb}m"
    user = f"uid={GUEST_UID},gid={GUEST_UID}"
    # exec: what a user brings along may run, as in any home.
    home = f"rw,exec,nosuid,nodev,mode=0700,size={HOME_LIMIT_BYTES},{user}"
    tmp = f"rw,exec,nosuid,nodev,mode=1777,size={TMP_LIMIT_BYTES}"
    return {
        "detach": True,
        "auto_remove": True,
        "user": f"{GUEST_UID}:{GUEST_UID}",
        "hostname": "desktop",
        "network_mode": "none",
        "ipc_mode": "private",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "privileged": False,
        "read_only": True,
        "tmpfs": {
            "/home/user": home,
            "/tmp": tmp,
            "/var/tmp": tmp,
            # Programs of ours lie there, such as the browser's starter.
            f"/run/user/{GUEST_UID}": f"rw,exec,nosuid,nodev,mode=0700,size={TMP_LIMIT_BYTES},{user}",
        },
        # Browsers draw by way of it; the engine's own 64 MiB crash their pages.
        "shm_size": SHARED_MEMORY_BYTES,
        "volumes": {folder: {"bind": mount, "mode": "ro"}},
        "mem_limit": memory,
        # Equal to the limit: no swap beside it.
        "memswap_limit": memory,
        "nano_cpus": int(limits.cpus * 1e9),
        "pids_limit": limits.pids,
        "working_dir": "/",
        "labels": {_OURS: "1"},
    }


class Engine:
    """One daemon of this machine. Connects with `connect`."""

    def __init__(self, *, host: str, image: str) -> None:
        self._host = host
        self._image = image
        self._client: Any = None

    def connect(self) -> None:
        """Raises PrerequisiteError, with the fix, where SDK, daemon or image is missing. Idempotent."""
        if self._client is not None:
            return
        if not self._host.startswith("unix://"):
            # The agent is spoken to over Unix sockets in a folder that the container sees.
            fix = "run the farm where the daemon is, and set host = 'unix:///var/run/docker.sock'"
            raise PrerequisiteError(f"{self._host!r} is no daemon of this machine", field="host", fix=fix)
        try:
            import docker
        except ImportError as error:
            fix = "pip install 'gui-agent-farm[docker]'"
            raise PrerequisiteError(f"Docker's SDK for Python: {error}", field="backend", fix=fix) from error
        try:
            client = docker.DockerClient(base_url=self._host, timeout=_CALL_TIMEOUT_S)
            client.ping()
        except (docker.errors.DockerException, OSError) as error:
            raise PrerequisiteError(
                f"no Docker daemon at {self._host}: {_short(error)}", field="host", fix=_fix(error)
            ) from error
        try:
            client.images.get(self._image)
        except docker.errors.ImageNotFound as error:
            client.close()
            raise PrerequisiteError(f"there is no image {self._image}", field="image", fix=_BUILD) from error
        self._client = client

    def describe(self) -> str:
        """What the image consists of, and its digest."""
        image = self._client.images.get(self._image)
        return f"{image.labels.get(LABEL, self._image)} (container, {image.id[:19]})"

    def run(self, command: list[str], options: dict[str, Any]) -> Running:
        """Starts a container. Raises BackendError with the daemon's words."""
        import docker

        try:
            container = self._client.containers.run(self._image, command, **options)
            container.reload()
        except (docker.errors.DockerException, OSError) as error:
            raise BackendError(f"the container did not start: {_short(error)}", field="backend") from error
        return Running(id=container.id, pid=int(container.attrs["State"]["Pid"]))

    def words(self, container: str) -> str:
        """The end of what it wrote; empty where it is gone."""
        import docker

        with contextlib.suppress(docker.errors.DockerException, OSError):
            return str(self._client.containers.get(container).logs(tail=20).decode(errors="replace")).strip()
        return ""

    def remove(self, container: str) -> None:
        """Ends it with all its processes and waits until they are gone; the daemon takes it away then. Idempotent.

        Raises:
            BackendError: the daemon will not.
        """
        import docker

        try:
            found = self._client.containers.get(container)
            with contextlib.suppress(docker.errors.APIError):
                # 409: it has ended by itself, and the daemon removes it just now.
                found.kill()
            found.wait(condition="not-running", timeout=_CALL_TIMEOUT_S)
        except docker.errors.NotFound:
            return
        except (docker.errors.DockerException, OSError) as error:
            raise BackendError(f"the container {container[:12]} does not end: {_short(error)}") from error

    def close(self) -> None:
        """Idempotent."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


def _fix(error: Exception) -> str:
    if "Permission" in str(error):
        return "run as root, or add yourself to the group docker"
    return "apt-get install -y docker.io, then systemctl start docker, or dockerd &"
