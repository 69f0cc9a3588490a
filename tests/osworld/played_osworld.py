"""A small package in the place of OSWorld's `desktop_env`, with the names that the worker uses and in OSWorld's shape.

It talks to the guest API over HTTP, goes on after failed requests as OSWorld does, and imports a module that is not
there. `interpreter` makes it OSWorld for the `farm` command.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

_ENV = """
import json, urllib.error, urllib.request
from desktop_env.evaluators import getters, metrics

def create_vm_manager_and_provider(*_, **__):
    raise NotImplementedError("no machine of its own")

class DesktopEnv:
    def __init__(self, provider_name, path_to_vm, **arguments):
        assert (provider_name, path_to_vm) == ("docker", "farm")
        self.manager, self.provider = create_vm_manager_and_provider(provider_name, "")
        host, port = self.provider.get_ip_address(path_to_vm).split(":")[:2]
        self.root, self.arguments = f"http://{host}:{port}", arguments

    def post(self, path, values):
        body = json.dumps(values).encode()
        request = urllib.request.Request(self.root + path, data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError:
            return None

    def fetch(self, name):
        host, _, chromium, _, vlc = self.provider.get_ip_address("farm").split(":")
        try:
            with urllib.request.urlopen(f"http://{host}:{chromium if name == 'chromium' else vlc}/") as answer:
                return answer.read().decode()
        except OSError:
            return None

    def upload(self, path, size):
        edge = "edge-of-a-part"
        head = f'--{edge}\\r\\nContent-Disposition: form-data; name="file_path"\\r\\n\\r\\n{path}\\r\\n'
        head += f'--{edge}\\r\\nContent-Disposition: form-data; name="file_data"; filename="f"\\r\\n\\r\\n'
        body = head.encode() + bytes(size) + f"\\r\\n--{edge}--\\r\\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        try:
            urllib.request.urlopen(urllib.request.Request(self.root + "/setup/upload", data=body, headers=headers))
        except urllib.error.HTTPError:
            return None

    def reset(self, task_config):
        self.task, self.instruction = task_config, task_config["instruction"]
        for step in task_config.get("config", []):
            if step["type"] == "explode":
                raise RuntimeError("Setup step 1 failed")
            if step["type"] == "upload":
                self.upload(**step["parameters"])
                continue
            self.post("/setup/" + step["type"], step["parameters"])

    def evaluate(self):
        if self.task["evaluator"]["func"] == "infeasible":
            return int(self.action_history[-1] == "FAIL")
        result = self.task["evaluator"]["result"]
        if result["type"] == "page":
            return getattr(metrics, self.task["evaluator"]["func"])(self.fetch(result["port"]))
        said = self.post("/execute", {"command": result["command"], "shell": False})
        return getattr(metrics, self.task["evaluator"]["func"])(said and said["output"])

    def close(self):
        self.provider.stop_emulator("farm")
"""
_METRICS = """
import no_such_module_here
from no_such_other.part import Reader

def is_yes(said): return float(said == "yes\\n")
def reads(said):
    try:
        return Reader(said)
    except Exception:
        return 0
def twice(said): return 2.0
def infeasible(): pass
"""
_GETTERS = """
def get_vm_command_line(env, config): pass
def get_page(env, config): pass
"""
_SETUP = """
class SetupController:
    def _execute_setup(self): pass
    def _launch_setup(self): pass
    def _upload_setup(self): pass
"""


def write_package(root: Path) -> None:
    """The package and its metadata, version 9.0."""
    files = {
        "desktop_env/__init__.py": "",
        "desktop_env/desktop_env.py": _ENV,
        "desktop_env/evaluators/__init__.py": "",
        "desktop_env/evaluators/metrics.py": _METRICS,
        "desktop_env/evaluators/getters.py": _GETTERS,
        "desktop_env/controllers/__init__.py": "",
        "desktop_env/controllers/setup.py": _SETUP,
        "desktop_env-9.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: desktop-env\nVersion: 9.0\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def interpreter(folder: Path) -> Path:
    """A program in `folder` that is this Python with the package."""
    write_package(folder / "site")
    path = folder / "python"
    words = (f"PYTHONPATH={folder / 'site'}", sys.executable)
    path.write_text(f'#!/bin/sh\nexec env {shlex.join(words)} "$@"\n')
    path.chmod(0o755)
    return path
