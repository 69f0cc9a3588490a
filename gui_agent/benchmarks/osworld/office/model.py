"""What one office task consists of, and its file in OSWorld's format."""

from __future__ import annotations

import posixpath
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ROOT_URL: Final = "https://office.farm.invalid"
"""Where the documents seem to come from: a name that never resolves (RFC 2606), so only the mirror has them."""
DOCUMENTS: Final = "/home/user/Documents"
SITE: Final = "http://localhost:8000"
"""Where the desktop's own web server shows the documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTask:
    """`brings` are the guest's files before it begins, by path; `opens` is one of them, or the program in `launches`.

    `tabs` are names of brought documents that the browser shows, from a server of the desktop's own, under `SITE`, and
    with its debugging port open, as OSWorld opens tabs. `evaluator` is OSWorld's, except that
    `{"type": "expected", "dest": NAME}` stands for the file `expected[NAME]`.
    """

    id: str
    domain: str
    instruction: str
    apps: tuple[str, ...]
    evaluator: Mapping[str, Any]
    brings: Mapping[str, bytes] = field(default_factory=dict)
    opens: str = ""
    launches: tuple[str, ...] = ()
    tabs: tuple[str, ...] = ()
    expected: Mapping[str, bytes] = field(default_factory=dict)

    def _url(self, name: str) -> str:
        return f"{ROOT_URL}/{self.id}/{name}"

    def document(self) -> dict[str, Any]:
        """The task file."""
        config: list[dict[str, Any]] = []
        if self.brings:
            files = [{"url": self._url(posixpath.basename(path)), "path": path} for path in self.brings]
            config.append({"type": "download", "parameters": {"files": files}})
        if self.opens:
            config.append({"type": "open", "parameters": {"path": self.opens}})
        if self.launches:
            config.append(_launch(*self.launches))
        if self.tabs:
            config.append(
                _launch("python3", "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", DOCUMENTS)
            )
            config.append(_launch("google-chrome", "--remote-debugging-port=1337"))
            config.append(_launch("socat", "tcp-listen:9222,fork", "tcp:localhost:1337"))
            urls = [f"{SITE}/{name}" for name in self.tabs]
            config.append({"type": "chrome_open_tabs", "parameters": {"urls_to_open": urls}})
        return {
            "id": self.id,
            "snapshot": self.domain,
            "instruction": self.instruction,
            "source": "made for this suite",
            "config": config,
            "trajectory": "trajectories/",
            "related_apps": list(self.apps),
            "evaluator": self._resolved(self.evaluator),
            "proxy": False,
        }

    def _resolved(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._resolved(entry) for entry in part]
        if not isinstance(part, Mapping):
            return part
        if part.get("type") == "expected":
            return {"type": "cloud_file", "path": self._url(f"expected/{part['dest']}"), "dest": part["dest"]}
        return {key: self._resolved(value) for key, value in part.items()}

    def assets(self) -> dict[str, bytes]:
        """The files of the mirror, by their path in it."""
        found: dict[str, bytes] = {}
        for path, content in self.brings.items():
            name = posixpath.basename(path)
            found[f"{self.id}/{uuid.uuid5(uuid.NAMESPACE_URL, self._url(name))}_{name}"] = content
        for name, content in self.expected.items():
            found[f"{self.id}/{name}"] = content
        return found


def _launch(*command: str) -> dict[str, Any]:
    return {"type": "launch", "parameters": {"command": list(command)}}


def expected_file(name: str) -> dict[str, str]:
    """Stands for a file of `OfficeTask.expected`."""
    return {"type": "expected", "dest": name}


def guest_file(path: str) -> dict[str, str]:
    """The getter of a file of the guest."""
    return {"type": "vm_file", "path": path, "dest": posixpath.basename(path)}


def command_output(*command: str) -> dict[str, Any]:
    """The getter of what a command of the guest prints."""
    return {"type": "vm_command_line", "command": list(command)}
