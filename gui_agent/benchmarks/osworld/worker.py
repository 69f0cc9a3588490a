"""OSWorld in a process of its own: JSON lines in on stdin, JSON lines out on stdout.

Run by the interpreter of OSWorld's own virtual environment, so this file imports nothing of this project but three
files that import nothing of it either. It changes no line of OSWorld: it makes its environment on a desktop of the
farm, resets it for a task, and asks it for its verdict. Requests and answers are those of `worker_answers.py`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import logging
import os
import sys
from pathlib import Path
from typing import Any

PACKAGE = "desktop_env"


def _file(path: Path) -> Any:
    """The module in a file of this project, whatever is on the path."""
    spec = importlib.util.spec_from_file_location(f"farm_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _neighbour(name: str) -> Any:
    return _file(Path(__file__).with_name(f"{name}.py"))


class Worker:
    """What the requests do. Holds at most one environment."""

    def __init__(self) -> None:
        self._stand_ins = _neighbour("stand_ins").StandIns(PACKAGE)
        sys.meta_path.append(self._stand_ins)
        self._env: Any = None

    def hello(self) -> dict[str, Any]:
        """What is installed: version, metrics, getters and set-up steps; fails where OSWorld does not import."""
        metrics, getters = (importlib.import_module(f"{PACKAGE}.evaluators.{name}") for name in ("metrics", "getters"))
        setup = importlib.import_module(f"{PACKAGE}.controllers.setup").SetupController
        return {
            "version": importlib.metadata.version("desktop-env"),
            "path": os.path.dirname(str(importlib.import_module(PACKAGE).__file__)),
            "python": sys.version.split()[0],
            "metrics": _public(metrics),
            "getters": [name.removeprefix("get_") for name in _public(getters) if name.startswith("get_")],
            "steps": sorted(name[1 : -len("_setup")] for name in dir(setup) if name.endswith("_setup")),
        }

    def begin(
        self, *, task: dict[str, Any], address: str, cache: str, screen: list[int], password: str
    ) -> dict[str, Any]:
        """Makes an environment on the desktop at `address` and sets it up for `task`."""
        self.end()
        self._env = _neighbour("provider").farm_env(
            address,
            action_space="pyautogui",
            cache_dir=cache,
            screen_size=tuple(screen),
            require_a11y_tree=False,
            client_password=password,
        )
        self._stand_ins.used.clear()
        self._env.reset(task_config=task)
        self._whole("the set-up")
        return {"instruction": self._env.instruction}

    def evaluate(self, *, last_action: str) -> dict[str, Any]:
        """OSWorld's verdict; `last_action` is what the agent ended with: DONE, FAIL, or "" where it did not end."""
        if self._env is None:
            raise RuntimeError("no task has begun")
        self._env.action_history = [last_action]
        self._stand_ins.used.clear()
        reward = float(self._env.evaluate())
        self._whole("the evaluator")
        return {"reward": reward}

    def end(self) -> dict[str, Any]:
        env, self._env = self._env, None
        if env is not None:
            env.close()
        return {}

    def _whole(self, what: str) -> None:
        """Fails where a module was missed, though OSWorld went on without it."""
        if self._stand_ins.used:
            packages = " ".join(self._stand_ins.used)
            raise ModuleNotFoundError(f"{what} needs {packages}: farm osworld install --with {packages}")


def _public(module: Any) -> list[str]:
    return sorted(name for name in dir(module) if not name.startswith("_") and callable(getattr(module, name)))


def main() -> None:
    answering = _file(Path(__file__).parents[1] / "worker_answers.py")
    answers = answering.own_stdout()
    # A neighbour of this file must not be taken for a module of the same name.
    sys.path[:] = [folder for folder in sys.path if folder != str(Path(__file__).parent)]
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    worker = Worker()
    answering.answer_requests(
        {"hello": worker.hello, "begin": worker.begin, "evaluate": worker.evaluate, "end": worker.end}, answers
    )


if __name__ == "__main__":
    main()
